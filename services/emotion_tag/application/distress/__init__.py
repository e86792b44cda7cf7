"""Notices signs of distress, and lets those who care look after them."""
