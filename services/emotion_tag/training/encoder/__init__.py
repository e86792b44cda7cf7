"""Fine-tunes the encoder; torch is imported here and nowhere else."""
