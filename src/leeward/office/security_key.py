"""Security keys: having one answer, and enrolling and removing it. Talks to the key itself (CTAP2), to no network.

1. The library is an extra; it is loaded when a key is needed, and said plainly when it is not there.
2. A key is looked through in silence for one of our credentials; only the one that has it asks for a touch.
3. Its PIN is asked once, given to it under its own key agreement, and not kept. Another PIN is never guessed.
4. Whatever a key answers is untrusted: it ends in 32 bytes or in an error of ours. Only the vault tells if they fit.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from leeward.base.say import say
from leeward.domain.recovery import WordsShown
from leeward.ledger.store import enrolling
from leeward.ledger.store.second import read_keys
from leeward.office.errors import OfficeError
from leeward.office.recovery import circle_now
from leeward.office.recovery_rehearse import parts_waiting
from leeward.office.session import Session
from leeward.seal.second_half import ANSWER_SIZE, SALT_SIZE, Credential, Key

if TYPE_CHECKING:
    from fido2.ctap import CtapDevice
    from fido2.ctap2.base import Ctap2

_PARTY = "leeward"  # what a key keeps credentials apart by; it lists none of them
_HMAC = "hmac-secret"


class SecurityKeyTrouble(OfficeError):
    """A security key is not there, was not touched, or did not answer as it should."""

    code = "vault.security-key"


class SecurityKeyPin(OfficeError):
    """A security key did not take its PIN."""

    code = "vault.security-key-pin"


class Asking(Protocol):
    """Who tells a person what a key wants."""

    def touch(self) -> None:
        """Ask for a touch."""

    def pin(self) -> str:
        """Ask for the key's PIN."""


class _Made(NamedTuple):
    id: bytes
    pin: bool
    answer: bytes


def plugged_in() -> list[CtapDevice]:
    """Return the security keys of this computer. SecurityKeyTrouble if the library is missing (1)."""
    try:
        from fido2.hid import CtapHidDevice  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SecurityKeyTrouble(
            say("Security keys need a library that is not installed here."),
            kept=say("Nothing was changed."),
            next_step=say("Install Leeward with its extra: leeward[key]."),
        ) from error
    try:
        return list(CtapHidDevice.list_devices())
    except OSError as error:
        raise _trouble() from error


Devices = Callable[[], Sequence["CtapDevice"]]


def answer_of(
    asking: Asking, credentials: Sequence[Credential], salt: bytes, *, devices: Devices = plugged_in
) -> bytes:
    """Return the answer of the key that has one of these credentials. SecurityKeyTrouble, SecurityKeyPin."""
    with _opened(devices) as found:
        for ctap in found:
            held = _held(ctap, credentials)
            if held is not None:
                pin = asking.pin() if held.pin else ""
                return _answer(ctap, held.id, salt, asking, pin)
    raise SecurityKeyTrouble(
        say("The security key that is plugged in is not one of this vault's."),
        kept=say("Nothing was changed."),
        next_step=say("Plug in the key that you enrolled here, or the second one."),
    )


def add(session: Session, name: str, asking: Asking, *, devices: Devices = plugged_in) -> None:
    """Enroll the key that is plugged in. SecurityKeyTrouble, SecurityKeyPin, SecurityKeyRefused."""
    vault = session.vault
    with vault.slots_lock:
        file = read_keys(vault.folder)
        salt = file.salt if file is not None else session.chance.draw(SALT_SIZE)
        made = _make(asking, file.keys if file is not None else [], salt, devices)
        key = Key(made.id, made.pin, name, "", session.now())
        enrolling.add(vault.folder, vault.database, key, made.answer, salt, session.chance)


def remove(session: Session, name: str) -> None:
    """Let the key of this name open nothing any more. SecurityKeyRefused."""
    vault = session.vault
    with vault.slots_lock:
        enrolling.remove(vault.folder, vault.database, name, session.chance)


def enrolled(session: Session) -> list[Key]:
    """Return the keys that open this vault, oldest first."""
    return enrolling.enrolled(session.vault.folder)


def colleagues(session: Session) -> int:
    """Return how many devices of others could let this member in again."""
    roster, own = session.vault.roster(), session.member_id
    return sum(1 for one in roster.values() if not one.removed_at and one.member_id != own)


def can_recover(session: Session) -> bool:
    """Tell whether members' words that lie outside this vault would bring back all that is in it."""
    circle = circle_now(session)
    if circle is None or parts_waiting(session, circle):
        return False
    own, paper = session.member_id, session.find(WordsShown)
    elsewhere = [
        one for one in circle.holders if one.member_id != own or any(shown.by == own for shown in paper)
    ]
    return len(elsewhere) >= circle.needed


@contextlib.contextmanager
def _opened(devices: Devices) -> Iterator[list[Ctap2]]:
    """Talk to the keys that are plugged in; what they do wrong becomes an error of ours (4)."""
    found = list(devices())
    try:
        if not found:
            raise SecurityKeyTrouble(
                say("No security key is plugged in."),
                kept=say("Nothing was changed."),
                next_step=say("Plug it in and start again. On Linux, the system must let you use it."),
            )
        talking = []
        for device in found:
            with contextlib.suppress(SecurityKeyTrouble), _understood():
                talking.append(_ctap2(device))
        if not talking:
            raise _trouble()
        yield talking
    finally:
        for device in found:
            with contextlib.suppress(Exception):  # it may have been pulled out
                device.close()


def _ctap2(device: CtapDevice) -> Ctap2:
    from fido2.ctap2.base import Ctap2  # noqa: PLC0415

    return Ctap2(device)


def _held(ctap: Ctap2, credentials: Sequence[Credential]) -> Credential | None:
    """Return the credential that a key has, without a touch (2)."""
    from fido2.ctap import CtapError  # noqa: PLC0415

    for one in credentials:
        try:
            with _understood(as_told=True):
                ctap.get_assertion(_PARTY, secrets.token_bytes(32), [_named(one.id)], options={"up": False})
        except CtapError as error:
            if error.code == CtapError.ERR.PUAT_REQUIRED and one.pin:  # it says nothing without its PIN
                return one
            continue
        return one
    return None


def _answer(ctap: Ctap2, credential: bytes, salt: bytes, asking: Asking, pin: str) -> bytes:
    """Return 32 bytes that this key, and no other, makes of the salt."""
    from fido2.ctap2.pin import ClientPin  # noqa: PLC0415

    with _understood():
        protocol = ClientPin(ctap).protocol
        stamp, proof = secrets.token_bytes(32), None
        if pin:
            may = ClientPin.PERMISSION.GET_ASSERTION
            proof = protocol.authenticate(_token(ctap, pin, may), stamp)
        agreed = ctap.client_pin(protocol.VERSION, ClientPin.CMD.GET_KEY_AGREEMENT)
        public, secret = protocol.encapsulate(agreed[ClientPin.RESULT.KEY_AGREEMENT])
        salt_sealed = protocol.encrypt(secret, salt)
        asked: dict[int, object] = {1: public, 2: salt_sealed, 3: protocol.authenticate(secret, salt_sealed)}
        if protocol.VERSION > 1:
            asked[4] = protocol.VERSION
        asking.touch()
        given = ctap.get_assertion(
            _PARTY,
            stamp,
            [_named(credential)],
            extensions={_HMAC: asked},
            pin_uv_param=proof,
            pin_uv_protocol=protocol.VERSION if proof is not None else None,
        )
        answer = protocol.decrypt(secret, (given.auth_data.extensions or {})[_HMAC])
        if len(answer) != ANSWER_SIZE:
            raise ValueError("answer length")
    return answer


def _make(asking: Asking, there: Sequence[Credential], salt: bytes, devices: Devices) -> _Made:
    with _opened(devices) as found:
        fresh = [ctap for ctap in found if _held(ctap, there) is None]
        if not fresh:
            raise SecurityKeyTrouble(
                say("This security key is enrolled here already."),
                kept=say("Nothing was changed."),
                next_step=say("Plug in the other one."),
            )
        if len(fresh) > 1:
            raise SecurityKeyTrouble(
                say("More than one security key is plugged in."),
                kept=say("Nothing was changed."),
                next_step=say("Leave only the one that you want to enroll."),
            )
        ctap = fresh[0]
        if _HMAC not in ctap.info.extensions:
            raise SecurityKeyTrouble(
                say("This security key cannot do what is needed here (hmac-secret)."),
                kept=say("Nothing was changed."),
                next_step=say("Use another model: most of those that say FIDO2 can."),
            )
        pin = asking.pin() if ctap.info.options.get("clientPin") is True else ""
        asking.touch()
        credential = _credential(ctap, pin)
        return _Made(credential, bool(pin), _answer(ctap, credential, salt, asking, pin))


def _credential(ctap: Ctap2, pin: str) -> bytes:
    from fido2.ctap2.pin import ClientPin  # noqa: PLC0415

    with _understood():
        protocol = ClientPin(ctap).protocol
        stamp, proof = secrets.token_bytes(32), None
        if pin:
            may = ClientPin.PERMISSION.MAKE_CREDENTIAL
            proof = protocol.authenticate(_token(ctap, pin, may), stamp)
        made = ctap.make_credential(
            stamp,
            {"id": _PARTY, "name": _PARTY},
            {"id": secrets.token_bytes(32), "name": _PARTY},
            [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -8}],
            extensions={_HMAC: True},
            pin_uv_param=proof,
            pin_uv_protocol=protocol.VERSION if proof is not None else None,
        )
        held = made.auth_data.credential_data
        if held is None or (made.auth_data.extensions or {}).get(_HMAC) is not True:
            raise ValueError("no such credential")
        return bytes(held.credential_id)


def _token(ctap: Ctap2, pin: str, permission: int) -> bytes:
    """Return what a key gives for its PIN (3)."""
    from fido2.ctap import CtapError  # noqa: PLC0415
    from fido2.ctap2.pin import ClientPin  # noqa: PLC0415

    try:
        return ClientPin(ctap).get_pin_token(pin, ClientPin.PERMISSION(permission), _PARTY)
    except CtapError as error:
        codes = CtapError.ERR
        if error.code == codes.PIN_INVALID:
            raise SecurityKeyPin(
                say("The security key's PIN is not right."),
                kept=say("Nothing was changed."),
                next_step=say("Start again. After a few wrong ones the key locks itself for good."),
            ) from error
        if error.code in {codes.PIN_BLOCKED, codes.PIN_AUTH_BLOCKED, codes.PIN_NOT_SET}:
            raise SecurityKeyPin(
                say("The security key takes no PIN now: too many were wrong, or it was reset."),
                kept=say("Nothing was changed."),
                next_step=say("Pull it out and plug it in again once; else use your second key."),
            ) from error
        raise


def _named(credential: bytes) -> dict[str, object]:
    return {"type": "public-key", "id": credential}


@contextlib.contextmanager
def _understood(*, as_told: bool = False) -> Iterator[None]:
    """Turn whatever a key does wrong into an error of ours (4)."""
    from fido2.ctap import CtapError  # noqa: PLC0415

    try:
        yield
    except OfficeError:
        raise
    except CtapError as error:
        if as_told:
            raise
        codes = CtapError.ERR
        if error.code in {
            codes.OPERATION_DENIED,
            codes.USER_ACTION_TIMEOUT,
            codes.ACTION_TIMEOUT,
            codes.KEEPALIVE_CANCEL,
            codes.UP_REQUIRED,
        }:
            raise SecurityKeyTrouble(
                say("The security key was not touched in time."),
                kept=say("Nothing was changed."),
                next_step=say("Start again, and touch it when it blinks."),
            ) from error
        raise _trouble() from error
    except Exception as error:  # the library's own reading of hostile bytes fails in many ways
        raise _trouble() from error


def _trouble() -> SecurityKeyTrouble:
    return SecurityKeyTrouble(
        say("The security key did not answer as it should."),
        kept=say("Nothing was changed."),
        next_step=say("Pull it out, plug it in again, and try once more; or use your second key."),
    )
