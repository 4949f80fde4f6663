"""A security key in software: CTAP2 with hmac-secret and a PIN, for tests. Its cryptography is its own, and real.

It knows nothing of Leeward. What a test may set: whether it is touched, its PIN, its PIN protocols, and `spoil`, which
sees each answer on its way out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable, Iterator, Mapping
from threading import Event
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fido2 import cbor
from fido2.ctap import STATUS, CtapDevice, CtapError

ERR = CtapError.ERR
_TOKEN = 32
_AAGUID = bytes(16)
_UP, _UV, _AT, _ED = 1, 4, 64, 128


class Refused(Exception):
    """What the key answers with a status of its own."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Authenticator(CtapDevice):
    """One key. Several objects with one `memory` would be one key plugged in anew."""

    def __init__(
        self,
        *,
        pin: str = "",
        protocols: tuple[int, ...] = (2, 1),
        hmac_secret: bool = True,
        tokens: bool = True,
        always_pin: bool = False,
    ) -> None:
        self.pin = pin
        self.protocols = protocols
        self.touched = True
        self.retries = 8
        self.touches = 0
        self.spoil: Callable[[int, bytes], bytes] = lambda _command, answer: answer
        self.closed = 0
        self._hmac_secret = hmac_secret
        self._tokens = tokens
        self._always_pin = always_pin
        self._agreement = ec.generate_private_key(ec.SECP256R1())
        self._token = secrets.token_bytes(_TOKEN)
        self._credentials: dict[bytes, tuple[str, ec.EllipticCurvePrivateKey, bytes, bytes]] = {}

    @property
    def capabilities(self) -> int:
        """Tell that it speaks CBOR."""
        return 0x04

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """There are none on a bus."""
        return iter(())

    def close(self) -> None:
        """Count it."""
        self.closed += 1

    def reset(self) -> None:
        """Forget everything, as a key's reset does."""
        self._credentials.clear()
        self.pin = ""

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """Answer one command."""
        del cmd, event, on_keepalive
        command, body = data[0], cbor.decode(data[1:]) if data[1:] else {}
        known: dict[int, Callable[[Mapping[int, Any]], Mapping[int, Any]]] = {
            1: self._make,
            2: self._assert,
            4: self._info,
            6: self._client_pin,
        }
        try:
            answer = b"\0" + cbor.encode(known[command](cast("Mapping[int, Any]", body)))
        except KeyError:
            answer = bytes([ERR.INVALID_COMMAND])
        except Refused as refused:
            answer = bytes([refused.code])
        return self.spoil(command, answer)

    # commands -------------------------------------------------------------------------------------------------

    def _info(self, asked: Mapping[int, Any]) -> Mapping[int, Any]:
        del asked
        options = {"rk": True, "up": True, "clientPin": bool(self.pin)}
        if self._tokens:
            options["pinUvAuthToken"] = True
        if self._always_pin:
            options["alwaysUv"] = True
        extensions = ["hmac-secret"] if self._hmac_secret else ["credProtect"]
        return {1: ["FIDO_2_0", "FIDO_2_1"], 2: extensions, 3: _AAGUID, 4: options, 6: list(self.protocols)}

    def _make(self, asked: Mapping[int, Any]) -> Mapping[int, Any]:
        if any(one["id"] in self._credentials for one in asked.get(5, ())):
            raise Refused(ERR.CREDENTIAL_EXCLUDED)
        if not any(one["alg"] == -7 for one in asked[4]):
            raise Refused(ERR.UNSUPPORTED_ALGORITHM)
        verified = self._verified(asked, 8, 9, required=bool(self.pin))
        self._touch()
        name, key = secrets.token_bytes(48), ec.generate_private_key(ec.SECP256R1())
        self._credentials[name] = (asked[2]["id"], key, secrets.token_bytes(32), secrets.token_bytes(32))
        public = cbor.encode({**_public(key), 3: -7})
        held = _AAGUID + struct.pack(">H", len(name)) + name + public
        wanted = asked.get(6, {}).get("hmac-secret") is True
        told = cbor.encode({"hmac-secret": True}) if wanted else b""
        flags = _UP | _AT | (_UV if verified else 0) | (_ED if wanted else 0)
        return {1: "none", 2: _data(asked[2]["id"], flags) + held + told, 3: {}}

    def _assert(self, asked: Mapping[int, Any]) -> Mapping[int, Any]:
        party, stamp = asked[1], asked[2]
        up = asked.get(5, {}).get("up", True)
        verified = self._verified(asked, 6, 7, required=self._always_pin and up)
        name = next(
            (one["id"] for one in asked.get(3, ()) if self._credentials.get(one["id"], ("",))[0] == party),
            None,
        )
        if name is None:
            raise Refused(ERR.NO_CREDENTIALS)
        if up:
            self._touch()
        _, key, with_pin, without = self._credentials[name]
        told, flags = b"", (_UP if up else 0) | (_UV if verified else 0)
        if "hmac-secret" in asked.get(4, {}):
            if not up:
                raise Refused(ERR.UNSUPPORTED_OPTION)
            sealed = self._secret(asked[4]["hmac-secret"], with_pin if verified else without)
            told, flags = cbor.encode({"hmac-secret": sealed}), flags | _ED
        data = _data(party, flags) + told
        signature = key.sign(data + stamp, ec.ECDSA(SHA256()))
        return {1: {"type": "public-key", "id": name}, 2: data, 3: signature}

    def _client_pin(self, asked: Mapping[int, Any]) -> Mapping[int, Any]:
        protocol, command = asked[1], asked[2]
        if protocol not in self.protocols:
            raise Refused(ERR.INVALID_PARAMETER)
        if command == 1:
            return {3: self.retries}
        if command == 2:
            return {1: _public(self._agreement)}
        if command not in ({5, 9} if self._tokens else {5}):
            raise Refused(ERR.INVALID_SUBCOMMAND)
        if not self.pin:
            raise Refused(ERR.PIN_NOT_SET)
        if not self.retries:
            raise Refused(ERR.PIN_BLOCKED)
        secret = self._agree(asked[3])
        given = _decrypt(protocol, secret(protocol)[1], asked[6])
        if not hmac.compare_digest(given, hashlib.sha256(self.pin.encode()).digest()[:16]):
            self.retries -= 1
            self._agreement = ec.generate_private_key(ec.SECP256R1())
            raise Refused(ERR.PIN_INVALID if self.retries else ERR.PIN_BLOCKED)
        self.retries = 8
        self._token = secrets.token_bytes(_TOKEN)
        return {2: _encrypt(protocol, secret(protocol)[1], self._token)}

    # parts ----------------------------------------------------------------------------------------------------

    def _touch(self) -> None:
        if not self.touched:
            raise Refused(ERR.USER_ACTION_TIMEOUT)
        self.touches += 1

    def _verified(self, asked: Mapping[int, Any], proof: int, protocol: int, *, required: bool) -> bool:
        if proof not in asked:
            if required:
                raise Refused(ERR.PUAT_REQUIRED)
            return False
        stamp = asked[1] if proof == 8 else asked[2]
        expected = hmac.digest(self._token, stamp, "sha256")
        if not hmac.compare_digest(asked[proof], expected[: 16 if asked[protocol] == 1 else 32]):
            raise Refused(ERR.PIN_AUTH_INVALID)
        return True

    def _secret(self, asked: Mapping[int, Any], key: bytes) -> bytes:
        protocol = asked.get(4, 1)
        mac_key, cipher_key = self._agree(asked[1])(protocol)
        expected = hmac.digest(mac_key, asked[2], "sha256")[: 16 if protocol == 1 else 32]
        if not hmac.compare_digest(asked[3], expected):
            raise Refused(ERR.PIN_AUTH_INVALID)
        salt = _decrypt(protocol, cipher_key, asked[2])
        if len(salt) != 32:
            raise Refused(ERR.INVALID_LENGTH)
        return _encrypt(protocol, cipher_key, hmac.digest(key, salt, "sha256"))

    def _agree(self, other: Mapping[int, Any]) -> Callable[[int], tuple[bytes, bytes]]:
        x, y = (int.from_bytes(other[place], "big") for place in (-2, -3))
        point = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        shared = self._agreement.exchange(ec.ECDH(), point)

        def keys(protocol: int) -> tuple[bytes, bytes]:
            if protocol == 1:
                one = hashlib.sha256(shared).digest()
                return one, one
            parts = [
                HKDF(SHA256(), 32, bytes(32), info).derive(shared)
                for info in (b"CTAP2 HMAC key", b"CTAP2 AES key")
            ]
            return parts[0], parts[1]

        return keys


def _data(party: str, flags: int) -> bytes:
    return hashlib.sha256(party.encode()).digest() + struct.pack(">BI", flags, 1)


def _public(key: ec.EllipticCurvePrivateKey) -> Mapping[int, Any]:
    numbers = key.public_key().public_numbers()
    return {1: 2, 3: -25, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


def _encrypt(protocol: int, key: bytes, plain: bytes) -> bytes:
    start = bytes(16) if protocol == 1 else secrets.token_bytes(16)
    cipher = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return (b"" if protocol == 1 else start) + cipher.update(plain) + cipher.finalize()


def _decrypt(protocol: int, key: bytes, sealed: bytes) -> bytes:
    start, rest = (bytes(16), sealed) if protocol == 1 else (sealed[:16], sealed[16:])
    cipher = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    return cipher.update(rest) + cipher.finalize()
