"""How it is done: PostgreSQL, the broker, keyed hashes."""
