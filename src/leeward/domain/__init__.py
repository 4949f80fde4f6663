"""Typed records and pure rules: what the work is about. No HTTP, no HTML, no clock, no disk."""
