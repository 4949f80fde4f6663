/**
 * The hybrid key exchange of age's `mlkem768x25519` stanza: X-Wing (ML-KEM-768 with X25519) under HPKE base mode with
 * HKDF-SHA256 and ChaCha20-Poly1305. Put together here from maintained primitives, because the packaged form brings
 * P-256 and P-384 along and doubles the page. Tested both ways against age-encryption.
 */
import { x25519 } from "@noble/curves/ed25519.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { concat, utf8, type Draw } from "./bytes.js";

export const PUBLIC_LENGTH = 1184 + 32;
export const SHARE_LENGTH = 1088 + 32;
const X_WING = new Uint8Array([0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c]);
const SUITE = concat(utf8("HPKE"), new Uint8Array([0x64, 0x7a, 0x00, 0x01, 0x00, 0x03]));
const INFO = utf8("age-encryption.org/mlkem768x25519");
const EMPTY = new Uint8Array(0);

function keysOf(seed: Uint8Array): { secretM: Uint8Array; publicM: Uint8Array; secretX: Uint8Array; publicX: Uint8Array } {
  const grown = shake256(seed, { dkLen: 96 });
  const { secretKey, publicKey } = ml_kem768.keygen(grown.slice(0, 64));
  const secretX = grown.slice(64, 96);
  return { secretM: secretKey, publicM: publicKey, secretX, publicX: x25519.getPublicKey(secretX) };
}

function combine(sharedM: Uint8Array, sharedX: Uint8Array, shareX: Uint8Array, publicX: Uint8Array): Uint8Array {
  return sha3_256(concat(sharedM, sharedX, shareX, publicX, X_WING));
}

/** The public key of a 32-byte seed. */
export function publicOf(seed: Uint8Array): Uint8Array {
  const { publicM, publicX } = keysOf(seed);
  return concat(publicM, publicX);
}

/** A fresh shared secret for a public key, and the share that carries it; from 32 and 32 random bytes. */
export function encapsulate(publicKey: Uint8Array, random: Draw): { secret: Uint8Array; share: Uint8Array } {
  if (publicKey.length !== PUBLIC_LENGTH) throw new Error("wrong key length");
  const publicX = publicKey.slice(1184);
  const lattice = ml_kem768.encapsulate(publicKey.slice(0, 1184), random(32));
  const ephemeral = random(32);
  const shareX = x25519.getPublicKey(ephemeral);
  const secret = combine(lattice.sharedSecret, x25519.getSharedSecret(ephemeral, publicX), shareX, publicX);
  return { secret, share: concat(lattice.cipherText, shareX) };
}

/** The shared secret that a share carries for the holder of the seed. */
export function decapsulate(share: Uint8Array, seed: Uint8Array): Uint8Array {
  if (share.length !== SHARE_LENGTH) throw new Error("wrong share length");
  const { secretM, secretX, publicX } = keysOf(seed);
  const shareX = share.slice(1088);
  const sharedM = ml_kem768.decapsulate(share.slice(0, 1088), secretM);
  return combine(sharedM, x25519.getSharedSecret(secretX, shareX), shareX, publicX);
}

function labelled(prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  const whole = concat(new Uint8Array([length >> 8, length & 255]), utf8("HPKE-v1"), SUITE, utf8(label), info);
  return expand(sha256, prk, whole, length);
}

function gathered(salt: Uint8Array | undefined, label: string, ikm: Uint8Array): Uint8Array {
  return extract(sha256, concat(utf8("HPKE-v1"), SUITE, utf8(label), ikm), salt);
}

/** The cipher that wraps a file key under a shared secret (HPKE base mode, the first and only message). */
export function wrapper(secret: Uint8Array): ReturnType<typeof chacha20poly1305> {
  const context = concat(
    new Uint8Array([0]),
    gathered(undefined, "psk_id_hash", EMPTY),
    gathered(undefined, "info_hash", INFO),
  );
  const prk = gathered(secret, "secret", EMPTY);
  return chacha20poly1305(labelled(prk, "key", context, 32), labelled(prk, "base_nonce", context, 12));
}
