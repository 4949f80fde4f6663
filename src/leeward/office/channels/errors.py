"""What goes wrong between a desk and somebody else's server.

ChannelError
 +-- ChannelAway        the server does not answer; tried again by itself
 |    `-- AnswerLater   it asks us to wait with one answer; the others go on
 +-- WrongLogin         it does not know this user and password
 +-- NotPrivate         the connection cannot be made private, so nothing was sent over it
 +-- BadSettings        what was typed cannot be right
 +-- NotRunHere         another desk runs this channel
 +-- AnswerRefused      one answer will not be taken, however often it is tried
 +-- AnswerUnsure       one answer may have gone out or not
 `-- IdentityChanged    the person's key is another one than before
"""

from __future__ import annotations

from leeward.office.errors import OfficeError


class ChannelError(OfficeError):
    """A channel cannot go on."""

    code = "channel"


class ChannelAway(ChannelError):
    """The channel's server does not answer, or asks us to wait."""

    code = "channel.away"


class AnswerLater(ChannelAway):
    """The channel's server asks us to wait with an answer."""

    code = "channel.answer-later"


class WrongLogin(ChannelError):
    """The channel's server does not take user and password."""

    code = "channel.wrong-login"


class NotPrivate(ChannelError):
    """The connection cannot be made private."""

    code = "channel.not-private"


class BadSettings(ChannelError):
    """A channel's settings cannot be right."""

    code = "channel.bad-settings"


class NotRunHere(ChannelError):
    """Another desk runs this channel."""

    code = "channel.not-here"


class AnswerRefused(ChannelError):
    """An answer will not be taken, however often it is tried."""

    code = "channel.answer-refused"


class AnswerUnsure(ChannelError):
    """An answer may have gone out or not."""

    code = "channel.answer-unsure"


class IdentityChanged(ChannelError):
    """The person's key is another one than before."""

    code = "channel.identity-changed"
