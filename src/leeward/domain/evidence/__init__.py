"""Things kept as evidence, and the chain of everything that ever happened to them."""
