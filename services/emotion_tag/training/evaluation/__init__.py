"""Reports how good a model is, on our splits of the corpora or on a file of somebody's own."""
