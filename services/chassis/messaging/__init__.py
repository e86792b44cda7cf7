"""How services tell each other what has happened.

A use case writes its events into the outbox in its own transaction (`outbox.py`). The relay of
the process takes them, oldest first, to the service's stream (`relay.py`, `streams.py`) over the
one connection to NATS (`broker.py`), and again what the stream has lost (`lost_events.py`). A
neighbour reads the stream through a durable consumer per reaction, in batches, each batch one
transaction with the inbox rows that make a repeated event harmless (`subscriber.py`, `holding.py`,
`inbox.py`). What a reaction fails on again and again goes to the stream `dead`, from where
`replay.py` gives it back. `loops.py` puts the running parts together.

What is promised, and tested by killing everything in turn (`tests/faults`):

- Delivery is at least once, the effect is once.
- Nothing committed is lost: not with the broker killed or its storage wiped, not with the database
  restarted, not with any process killed at any point. Told events stay in the outbox for seven
  days and are told again when the stream turns out to be a new one or to have lost its end
  (services/decisions/0003-outbox-rows-outlive-publishing.md).
- The events of one service reach the stream in the order in which they were added, whatever number
  of its replicas runs. A reader with one replica sees them in that order; an event that fails is
  retried later and then comes after its successors, and several replicas of a reader share
  the events among them. Readers compare `version` anyway.
"""
