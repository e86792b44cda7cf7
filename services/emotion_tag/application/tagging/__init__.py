"""Tags texts."""
