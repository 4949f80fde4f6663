"""A security key beside the passphrase: nothing opens without it, every enrolled one opens, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.authenticator import Authenticator
from tests.support.touching import FORCED, PORTS, TRUE, WRONG, Person, enroll, make, opens, remove

from leeward.ledger.errors import LedgerError
from leeward.ledger.store.burn import burn
from leeward.ledger.store.check import check
from leeward.ledger.store.enrolling import SecurityKeyRefused
from leeward.ledger.store.second import SecurityKeyNeeded, WrongSecurityKey, known
from leeward.ledger.store.slots import SLOTS, slot_files
from leeward.ledger.store.vault import Vault
from leeward.office import security_key
from leeward.office.security_key import SecurityKeyPin, SecurityKeyTrouble
from leeward.office.session import Session
from leeward.seal.second_half import is_wrapped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "vault", second=True)


def sound(folder: Path, words: str, person: Person | None) -> bool:
    return not check(folder, words, clock=PORTS["clock"], progress=lambda _done, _of: None, touch=person)


@pytest.mark.parametrize("protocols", [(1,), (2,), (2, 1)])
def test_with_a_key_nothing_opens_without_it(folder: Path, protocols: tuple[int, ...]) -> None:
    mila = Person(Authenticator(protocols=protocols))
    enroll(folder, "blue", mila)
    assert mila.asked == ["touch", "touch"]
    for words in (TRUE, FORCED):
        with pytest.raises(SecurityKeyNeeded):
            opens(folder, words, None)
        with pytest.raises(SecurityKeyTrouble, match="not one of this vault's"):
            opens(folder, words, Person(Authenticator()))
        with pytest.raises(SecurityKeyTrouble, match="No security key is plugged in"):
            opens(folder, words, Person())
    assert [opens(folder, words, mila) for words in (TRUE, FORCED, WRONG)] == ["true", "second", ""]
    assert sound(folder, TRUE, mila)
    assert sound(folder, FORCED, mila)


def test_whichever_passphrase_it_is_the_same_is_asked_before_anything_is_tried(folder: Path) -> None:
    key = Authenticator()
    enroll(folder, "blue", Person(key))
    asked = []
    for words in (TRUE, FORCED, WRONG, TRUE):
        person, before = Person(key), key.touches
        opens(folder, words, person)
        asked.append((person.asked, key.touches - before))
    assert asked == [(["touch"], 1)] * 4


def test_both_slots_have_one_form_at_every_time(tmp_path: Path) -> None:
    key = Person(Authenticator())
    shapes = []
    for name, second in (("one", False), ("two", True)):
        folder = make(tmp_path / name, second=second)
        enroll(folder, "blue", key)
        with Vault.open(folder, TRUE, touch=key, **PORTS):
            pass
        slots = [file.read_bytes() for file in slot_files(folder)]
        assert all(map(is_wrapped, slots))
        assert len({len(slot) for slot in slots}) == 1
        assert len({file.stat().st_mtime_ns for file in slot_files(folder)}) == 1
        shapes.append(sorted((file.name, file.stat().st_size) for file in (folder / SLOTS).iterdir()))
    assert shapes[0] == shapes[1], "no listing tells whether anybody set up the other passphrase"


def test_a_second_key_in_a_drawer_opens_too_and_a_removed_one_does_not(folder: Path) -> None:
    blue, drawer = Person(Authenticator()), Person(Authenticator())
    enroll(folder, "blue", blue)
    enroll(folder, "drawer", drawer, by=blue)
    assert [opens(folder, TRUE, one) for one in (blue, drawer)] == ["true", "true"]
    with_both = {file.name: file.read_bytes() for file in (folder / SLOTS).iterdir()}
    remove(folder, "blue", by=drawer)
    with pytest.raises(SecurityKeyTrouble):
        opens(folder, TRUE, blue)
    assert [opens(folder, words, drawer) for words in (TRUE, FORCED)] == ["true", "second"]
    (folder / SLOTS / "keys.json").write_bytes(with_both["keys.json"])
    with pytest.raises(LedgerError):
        opens(
            folder, TRUE, blue
        )  # the file as it was and the key that was removed: an old half, and new slots
    assert known(folder) is None


def test_without_any_key_the_passphrase_opens_as_before(folder: Path) -> None:
    before = sorted((file.name, file.stat().st_size) for file in (folder / SLOTS).iterdir())
    key = Person(Authenticator())
    enroll(folder, "blue", key)
    remove(folder, "blue", by=key)
    assert [opens(folder, words, None) for words in (TRUE, FORCED, WRONG)] == ["true", "second", ""]
    assert sorted((file.name, file.stat().st_size) for file in (folder / SLOTS).iterdir()) == before
    assert sound(folder, TRUE, None)


def test_the_forced_one_may_enroll_and_the_true_one_needs_that_key(folder: Path) -> None:
    key = Person(Authenticator())
    enroll(folder, "blue", key, words=FORCED)
    assert [opens(folder, words, key) for words in (TRUE, FORCED)] == ["true", "second"]
    with pytest.raises(SecurityKeyNeeded):
        opens(folder, TRUE, None)


def test_staying_alone_works_with_a_key(tmp_path: Path) -> None:
    folder, key = make(tmp_path / "vault", second=True, alone=True), Person(Authenticator())
    enroll(folder, "blue", key)
    assert opens(folder, FORCED, key) == "second"
    assert [opens(folder, words, key) for words in (TRUE, FORCED)] == ["", "second"]
    assert all(is_wrapped(file.read_bytes()) for file in slot_files(folder))


def test_another_passphrase_with_a_key(folder: Path) -> None:
    key, new = Person(Authenticator()), "quite another passphrase"
    enroll(folder, "blue", key)
    with Vault.open(folder, TRUE, touch=key, **PORTS) as vault:
        vault.change_passphrase(TRUE, new, work_factor=2)
        vault.check_passphrase(new)
    assert [opens(folder, words, key) for words in (TRUE, new, FORCED)] == ["", "true", "second"]
    assert len({file.stat().st_size for file in slot_files(folder)}) == 1


def test_burning_needs_no_key_and_takes_what_the_key_needs(folder: Path) -> None:
    enroll(folder, "blue", Person(Authenticator()))
    burn(folder)
    assert not (folder / SLOTS).exists()


def test_a_pin_is_asked_once_and_a_wrong_one_is_said(folder: Path) -> None:
    key = Authenticator(pin="271828")
    mila = Person(key, pin="271828")
    enroll(folder, "blue", mila)
    assert mila.asked.count("pin") == 1
    again = Person(key, pin="271828")
    assert opens(folder, TRUE, again) == "true"
    assert again.asked == ["pin", "touch"]
    with pytest.raises(SecurityKeyPin, match="PIN is not right"):
        opens(folder, TRUE, Person(key, pin="314159"))
    assert key.retries == 7, "one try for one asking"
    key.retries = 0
    with pytest.raises(SecurityKeyPin, match="takes no PIN now"):
        opens(folder, TRUE, Person(key, pin="271828"))


@pytest.mark.parametrize("tokens", [False, True])
def test_older_keys_and_such_as_always_want_their_pin(folder: Path, *, tokens: bool) -> None:
    key = Authenticator(pin="271828", protocols=(1,), tokens=tokens, always_pin=tokens)
    enroll(folder, "blue", Person(key, pin="271828"))
    assert opens(folder, TRUE, Person(key, pin="271828")) == "true"


def test_a_touch_refused_leaves_everything(folder: Path) -> None:
    key = Authenticator()
    key.touched = False
    with pytest.raises(SecurityKeyTrouble, match="not touched in time"):
        enroll(folder, "blue", Person(key))
    assert opens(folder, TRUE, None) == "true"
    key.touched = True
    enroll(folder, "blue", Person(key))
    key.touched = False
    with pytest.raises(SecurityKeyTrouble, match="not touched in time"):
        opens(folder, TRUE, Person(key))
    assert key.closed >= 2


def test_a_key_that_was_reset_opens_nothing(folder: Path) -> None:
    key = Authenticator()
    enroll(folder, "blue", Person(key))
    key.reset()
    with pytest.raises(SecurityKeyTrouble):
        opens(folder, TRUE, Person(key))


def test_an_answer_of_another_credential_does_not_fit(folder: Path) -> None:
    key = Person(Authenticator())
    enroll(folder, "blue", key)
    with pytest.raises(WrongSecurityKey):
        Vault.open(folder, TRUE, touch=lambda _keys, _salt: bytes(32), **PORTS)


def test_what_cannot_be_enrolled_is_refused(folder: Path) -> None:
    blue = Authenticator()
    with pytest.raises(SecurityKeyTrouble, match="hmac-secret"):
        enroll(folder, "old", Person(Authenticator(hmac_secret=False)))
    with pytest.raises(SecurityKeyTrouble, match="More than one"):
        enroll(folder, "two", Person(Authenticator(), Authenticator()))
    enroll(folder, "blue", Person(blue))
    with pytest.raises(SecurityKeyTrouble, match="already"):
        enroll(folder, "again", Person(blue), by=Person(blue))
    with pytest.raises(SecurityKeyRefused, match="name is enrolled already"):
        enroll(folder, "blue", Person(blue, Authenticator()), by=Person(blue))
    with pytest.raises(SecurityKeyRefused, match="cannot have this name"):
        enroll(folder, "", Person(Authenticator()), by=Person(blue))
    with pytest.raises(SecurityKeyRefused, match="No security key of this name"):
        remove(folder, "drawer", by=Person(blue))
    with Vault.open(folder, TRUE, touch=Person(blue), **PORTS) as vault:
        assert [key.name for key in security_key.enrolled(Session(vault, **PORTS))] == ["blue"]
    assert b"blue" not in (folder / SLOTS / "keys.json").read_bytes()


def test_with_several_plugged_in_the_right_one_is_found_without_a_touch(folder: Path) -> None:
    blue, other = Authenticator(), Authenticator()
    enroll(folder, "blue", Person(blue))
    assert opens(folder, TRUE, Person(other, blue)) == "true"
    assert other.touches == 0
