"""Reads pictures and clips in processes of their own, where the picture extra is installed."""
