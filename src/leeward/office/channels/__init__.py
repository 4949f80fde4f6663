"""Channels: how people reach the hotline besides the intake page. `port.py` says what a channel is."""
