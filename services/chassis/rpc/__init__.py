"""The gRPC edge: admission of calls, identity, idempotency, errors, channels to neighbours."""
