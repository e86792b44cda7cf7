"""People: who they are, what they allow, what they did and what that says about them."""
