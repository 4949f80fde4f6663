"""What keeps a use case from going on.

OfficeError
 +-- FileTooLarge, FileMissing, FileDamaged   an attachment
 +-- CardRefused                              a device card or welcome is not genuine, or not for this
 +-- NoRelayYet                               this vault was told of no relay
 +-- FolderInUse                              an export or a restore would overwrite something
 `-- ExportDamaged                            an export is not what was written; says where
"""

from __future__ import annotations

from leeward.base.errors import LeewardError


class OfficeError(LeewardError):
    """A use case cannot go on."""

    code = "office"


class FileTooLarge(OfficeError):
    """An attachment beyond what the team keeps."""

    code = "file.too-large"


class FileMissing(OfficeError):
    """A part of a file is neither here nor on the relay."""

    code = "file.missing"


class FileDamaged(OfficeError):
    """A file's bytes are not those that were sealed."""

    code = "file.damaged"


class CardRefused(OfficeError):
    """A card is not genuine, or not the one whose fingerprint was told."""

    code = "team.card-refused"


class NoRelayYet(OfficeError):
    """The vault knows no relay."""

    code = "team.no-relay"


class FolderInUse(OfficeError):
    """A folder holds something already."""

    code = "export.folder-in-use"


class ExportDamaged(OfficeError):
    """An export's files are not those that its manifest names."""

    code = "export.damaged"


class CutOffRefused(OfficeError):
    """A device cannot be put out or brought back from here."""

    code = "cut-off.refused"
