"""The intake page for people in danger. Seals, can never open."""
