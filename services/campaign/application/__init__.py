"""One module per use case; `ports.py` says what they need."""
