"""Read a community from data on disk: people, items, behaviours, texts, campaigns."""
