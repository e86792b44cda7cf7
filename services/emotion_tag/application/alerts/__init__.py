"""Watches for spikes of negative emotion."""
