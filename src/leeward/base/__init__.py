"""What every layer may use: ids, clock and chance as ports, limits, the root of errors. Stdlib only."""
