"""Topics: found in texts by hash, and texts made comparable."""
