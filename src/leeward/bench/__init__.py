"""Measures what we call fast, beside the physical limit of the same run."""
