"""Wire to use case and nothing else."""
