"""The use cases of recommending, one module each."""
