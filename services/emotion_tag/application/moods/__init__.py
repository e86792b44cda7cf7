"""Follows how people are."""
