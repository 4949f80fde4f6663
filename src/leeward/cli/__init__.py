"""The command line. Thin: asks the office."""
