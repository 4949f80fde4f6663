"""The plan for everyone: gathered from the records, worked out in a process of its own, accepted line by line."""
