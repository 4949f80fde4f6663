"""`leeward form`: whose an offline form is, and that every byte of it is as it was signed."""

from __future__ import annotations

import argparse
from pathlib import Path

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.cli import tell

EXAMPLES = """\
examples:
  leeward form form.html
        checks the signature over every byte, and prints the fingerprint and the hash to compare
  leeward form form.html --fingerprint "abcd efgh …"
        ends with 1 unless the form is signed by that very key

The form itself is made and saved at a desk: Safety, "Our intake page".
"""


class FormUnreadable(LeewardError):
    """The file is not there."""

    code = "cli.form"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("file", type=Path, help="the form, an HTML file")
    parser.add_argument(
        "--fingerprint", default="", help="the key that must have signed it; blanks do not matter"
    )


def run(arguments: argparse.Namespace) -> int:
    """Check it, and say what a person must compare."""
    from leeward.front.offline import FORM_MOST, check_form  # noqa: PLC0415 - `--help` need not load it

    try:
        with arguments.file.open("rb") as file:
            content = file.read(FORM_MOST + 1)
    except OSError as error:
        raise FormUnreadable(
            say("{path} cannot be read: {error}.", path=arguments.file, error=error.strerror or error),
            next_step=say("Give the file as it was received, without opening and saving it again."),
        ) from error
    form = check_form(content)
    found = form.key.fingerprint()
    wanted = "".join(letter for letter in arguments.fingerprint.lower() if letter.isalnum())
    tell.line("Every byte is as it was signed.")
    tell.line(f"Signed by  {' '.join(found[at : at + 4] for at in range(0, len(found), 4))}")
    tell.line(f"SHA-256    {form.sha256}")
    if wanted and wanted != found:
        tell.line("WRONG  It is not the key that was named. Do not use this form.")
        return 1
    if not wanted:
        tell.line(
            "Compare one of the two with what the team publishes: anybody can sign a form with their own key."
        )
    return 0
