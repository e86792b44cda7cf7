"""What runs Resonance: on one machine, in containers, for a team."""
