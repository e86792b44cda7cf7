"""The tests, by what they need: nothing, real servers, the whole stack."""
