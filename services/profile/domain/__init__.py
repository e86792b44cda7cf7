"""The rules about people, with no idea of gRPC, SQL or NATS."""
