"""Where recommending keeps things: PostgreSQL, model files, the training process."""
