"""What to show whom where, with a reason."""
