"""Knows when the model is wrong, and which model answers."""
