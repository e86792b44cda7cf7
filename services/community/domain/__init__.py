"""The rules of talking and following; no idea of gRPC, SQL or NATS."""
