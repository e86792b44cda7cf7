"""Who follows whom, and what people say: posts, comments, reactions, the home feed."""
