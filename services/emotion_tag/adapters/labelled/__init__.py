"""Files of somebody's own: texts with labels, and a mapping from their labels to ours."""
