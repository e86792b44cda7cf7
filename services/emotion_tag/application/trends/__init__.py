"""Follows what people begin to talk about."""
