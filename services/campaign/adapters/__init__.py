"""Campaigns kept in PostgreSQL; audiences evaluated as CEL."""
