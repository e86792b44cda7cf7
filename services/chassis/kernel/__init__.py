"""Pure building blocks that a domain may import: errors, events, ids, clock, money."""
