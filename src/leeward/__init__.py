"""Leeward: a response desk for people in danger. Start reading at docs/architecture.md."""
