"""Where calls and events come in: wire to use case, nothing else."""
