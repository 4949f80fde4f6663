"""What crosses the network: routes, frames, size classes, error numbers. Opaque bytes, no keys."""
