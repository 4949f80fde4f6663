/** Opening an age v1 file with one hybrid identity. Strict: anything that the page's peers would not write is refused. */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64nopad } from "@scure/base";
import { CHUNK, chunkNonce, INTRO, macKey, payloadKey, STANZA, TAG } from "./age.js";
import { concat, utf8 } from "./bytes.js";
import { unframe, type Kind } from "./frame.js";
import { decapsulate, wrapper } from "./hybrid.js";

const HEADER_MOST = 4096;
const SHAPE = new RegExp(`^${INTRO}-> ${STANZA} ([A-Za-z0-9+/]{1494})\\n([A-Za-z0-9+/]{43})\\n--- ([A-Za-z0-9+/]{43})\\n`);

function same(a: Uint8Array, b: Uint8Array): boolean {
  let differ = a.length ^ b.length;
  for (let i = 0; i < Math.min(a.length, b.length); i++) differ |= a[i]! ^ b[i]!;
  return differ === 0;
}

/** The body of the frame of this kind in an age file sealed to the identity with this seed; throws on anything else. */
export function openSealed(kind: Kind, sealed: Uint8Array, seed: Uint8Array): Uint8Array {
  return unframe(kind, openAge(sealed, seed));
}

/** What is in an age file with exactly one hybrid stanza, sealed to the identity with this seed; throws on anything else. */
export function openAge(sealed: Uint8Array, seed: Uint8Array): Uint8Array {
  const start = Array.from(sealed.subarray(0, HEADER_MOST), (byte) => String.fromCharCode(byte)).join("");
  const header = SHAPE.exec(start);
  if (!header) throw new Error("not an age file of ours");
  const [whole, share, wrapped, mac] = header as unknown as [string, string, string, string];
  const fileKey = wrapper(decapsulate(base64nopad.decode(share), seed)).decrypt(base64nopad.decode(wrapped));
  const unsigned = utf8(whole.slice(0, whole.lastIndexOf("---") + 3));
  if (fileKey.length !== 16 || !same(hmac(sha256, macKey(fileKey), unsigned), base64nopad.decode(mac))) {
    throw new Error("the header was changed");
  }
  return payload(sealed.subarray(whole.length), fileKey);
}

function payload(rest: Uint8Array, fileKey: Uint8Array): Uint8Array {
  if (rest.length < 16 + TAG) throw new Error("cut short");
  const key = payloadKey(fileKey, rest.slice(0, 16));
  const parts: Uint8Array[] = [];
  for (let at = 16, index = 0; at < rest.length; at += CHUNK + TAG, index++) {
    const last = at + CHUNK + TAG >= rest.length;
    const chunk = chacha20poly1305(key, chunkNonce(index, last)).decrypt(rest.subarray(at, at + CHUNK + TAG));
    if (chunk.length === 0 && index > 0) throw new Error("an empty last chunk");
    parts.push(chunk);
  }
  return concat(...parts);
}
