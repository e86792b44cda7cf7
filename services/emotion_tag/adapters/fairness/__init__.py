"""Sentences of our own that differ in one thing and should be answered alike."""
