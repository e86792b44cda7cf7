"""HTTP and JSON to gRPC and back, as `google.api.http` in the contracts says."""
