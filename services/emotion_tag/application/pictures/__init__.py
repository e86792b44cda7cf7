"""Tags pictures and clips; keeps nothing of them."""
