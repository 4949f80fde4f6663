"""Casework: who is helped, what threatens them, what they need, who promised what, and what they allow."""
