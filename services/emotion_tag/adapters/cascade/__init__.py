"""The model that answers: the wide one what it is sure of, the encoder with it what it is not."""
