"""Pages of the gateway's own."""
