"""Which sentences stand, and on what: sources, claims, independence, grades, signed findings."""
