"""The wide model: a linear one over hashed n-grams, and what is read off it."""
