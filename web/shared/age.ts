/**
 * Sealing: a standard age v1 file to one hybrid post-quantum recipient. Opening is in open.ts, loaded only for a return visit.
 *
 * Work is cut into 64 KiB chunks with a pause between them, so that Leave and Esc answer at once even on a phone
 * that needs half a second for a piece.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64nopad, bech32 } from "@scure/base";
import { draw, utf8, type Draw } from "./bytes.js";
import { frame, type Kind } from "./frame.js";
import { encapsulate, PUBLIC_LENGTH, publicOf, wrapper } from "./hybrid.js";

export const CHUNK = 64 * 1024;
export const STANZA = "mlkem768x25519";
export const TAG = 16;
export const INTRO = "age-encryption.org/v1\n";
const PAUSE_AFTER_MS = 12;

/** The public key in an `age1pq1…` string; throws on anything else. */
export function parseRecipient(text: string): Uint8Array {
  if (!text.startsWith("age1pq1")) throw new Error("not a hybrid recipient");
  const { prefix, words } = bech32.decode(text as `${string}1${string}`, false);
  const key = bech32.fromWords(words);
  if (prefix !== "age1pq" || key.length !== PUBLIC_LENGTH) throw new Error("not a hybrid recipient");
  return key;
}

/** The `age1pq1…` string of the identity with this seed. */
export function recipientOf(seed: Uint8Array): string {
  return bech32.encode("age1pq", bech32.toWords(publicOf(seed)), false);
}

/** Key of the header's MAC. */
export function macKey(fileKey: Uint8Array): Uint8Array {
  return hkdf(sha256, fileKey, undefined, utf8("header"), 32);
}

/** Key of the payload's chunks. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hkdf(sha256, fileKey, nonce, utf8("payload"), 32);
}

/** Nonce of one chunk: an 11-byte counter and whether it is the last. */
export function chunkNonce(index: number, last: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, index);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

let since = 0;

/** Let the page breathe if we have worked for long. A message is used because timers wait at least 4 ms. */
export async function breathe(): Promise<void> {
  if (performance.now() - since < PAUSE_AFTER_MS) return;
  await new Promise<void>((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(0);
  });
  since = performance.now();
}

function headerFor(recipient: Uint8Array, fileKey: Uint8Array, random: Draw): Uint8Array {
  const { secret, share } = encapsulate(recipient, random);
  const body = base64nopad.encode(wrapper(secret).encrypt(fileKey));
  const unsigned = `${INTRO}-> ${STANZA} ${base64nopad.encode(share)}\n${body}\n---`;
  const mac = hmac(sha256, macKey(fileKey), utf8(unsigned));
  return utf8(`${unsigned} ${base64nopad.encode(mac)}\n`);
}

/**
 * The age file of a frame around `body`. `random` is asked for the file key (16 bytes), the nonce (16), and what the
 * encapsulation needs (32 and 32), in this order; only pieces.ts gives another one than the browser's.
 */
export async function seal(kind: Kind, body: Uint8Array, recipient: Uint8Array, random: Draw = draw): Promise<Uint8Array> {
  const plain = frame(kind, body);
  const fileKey = random(16);
  const nonce = random(16);
  const key = payloadKey(fileKey, nonce);
  const header = headerFor(recipient, fileKey, random);
  const start = header.length + nonce.length;
  const sealed = new Uint8Array(start + plain.length + TAG * Math.ceil(plain.length / CHUNK));
  sealed.set(header);
  sealed.set(nonce, header.length);
  for (let at = 0, index = 0; at < plain.length; at += CHUNK, index++) {
    const end = Math.min(at + CHUNK, plain.length);
    const room = sealed.subarray(start + at + TAG * index, start + end + TAG * (index + 1));
    chacha20poly1305(key, chunkNonce(index, end === plain.length)).encrypt(plain.subarray(at, end), room);
    await breathe();
  }
  return sealed;
}
