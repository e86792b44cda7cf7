"""Finds what of a thing a text talks about, by lists of words and the wide model's reading."""
