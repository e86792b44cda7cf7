"""What a client hears when a call fails: one RFC 9457 document, whoever refused."""
