"""Describes the HTTP interface in OpenAPI 3.1, from the contracts and their comments."""
