"""Speaks to a relay: fetch, verify, offer, retry. Knows no case."""
