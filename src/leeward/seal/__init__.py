"""Envelopes, keys, word codes, padding, signatures. Only _hazmat imports the crypto library."""
