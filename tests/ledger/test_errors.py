from __future__ import annotations

import inspect
import re

from leeward.ledger import errors


def test_every_error_has_a_code_of_its_own_and_stands_in_the_tree() -> None:
    classes = [
        cls for _, cls in inspect.getmembers(errors, inspect.isclass) if cls.__module__ == errors.__name__
    ]
    codes = [getattr(cls, "code", "") for cls in classes]
    assert len(set(codes)) == len(codes)
    tree = set(re.findall(r"[A-Z]\w+", errors.__doc__ or ""))
    assert {cls.__name__ for cls in classes} <= tree


def test_exactly_what_may_still_come_true_waits() -> None:
    waiting = {
        cls.__name__ for _, cls in inspect.getmembers(errors, inspect.isclass) if getattr(cls, "waits", False)
    }
    assert waiting == {"NotSealedForUs", "UnknownDevice", "Gap", "NotVouchedFor", "RemovedDevice"}
