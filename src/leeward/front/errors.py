"""What can go wrong before the intake page is served. Once it is served, it keeps no state that could break.

FrontError
 +-- CardRefused    the intake card is not one that a team signed
 `-- NotBuilt       the browser's part was not built into this installation
"""

from __future__ import annotations

from leeward.base.errors import LeewardError


class FrontError(LeewardError):
    """The intake page cannot be served."""

    code = "front"


class CardRefused(FrontError):
    """The intake card is malformed, or its signature is wrong."""

    code = "front.card"


class NotBuilt(FrontError):
    """The built files of the page are missing or damaged."""

    code = "front.not-built"
