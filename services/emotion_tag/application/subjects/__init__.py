"""Follows how people feel about things."""
