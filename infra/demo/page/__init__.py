"""The pages that a run leaves for those who would rather look than read."""
