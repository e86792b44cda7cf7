"""Finds words of distress."""
