"""The process that reads uploads; the only place that imports what the picture extra brings."""
