"""The main job, as a newcomer meets it: a community, its moods, and what the shop makes of them."""
