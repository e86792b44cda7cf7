"""Rules and values of recommending; no idea of gRPC, SQL or NATS."""
