"""The whole of Resonance on one machine: PostgreSQL, NATS, services, gateway, in one folder."""
