"""What can be asked of the profile service, one module per use case."""
