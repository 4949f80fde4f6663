"""How long a frame is made, so that lengths tell nothing (docs/protocol.md 1)."""

from __future__ import annotations

from leeward.base.limits import PAD_FLOOR


def padded_length(length: int) -> int:
    """Return Padmé(max(length, 4096)): at most 12 % more, and only O(log log length) bits remain to be seen.

    With E = floor(log2 L) and S = floor(log2 E) + 1, L is rounded up to a multiple of 2^(E-S).
    Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019.
    """
    length = max(length, PAD_FLOOR)
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-length // step) * step
