"""The training process: a program of its own, so that answering never waits for it."""
