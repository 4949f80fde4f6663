"""What the team knows, as signed entries: compartments, segments, merge (pure) and the vault that keeps them."""
