"""The HTTP edge: JSON in, gRPC out, with nothing written per endpoint."""
