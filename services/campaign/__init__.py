"""Owns campaigns, what they cost, and what people got from them."""
