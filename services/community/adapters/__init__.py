"""PostgreSQL and the shape of events."""
