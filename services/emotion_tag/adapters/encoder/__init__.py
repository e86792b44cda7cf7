"""The deep half of the model: a small transformer that reads what the wide model is unsure of."""
