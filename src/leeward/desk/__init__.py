"""Pages and forms on loopback. Thin: asks the office."""
