/**
 * Pieces of files, sealed so that they can be sent again (docs/protocol.md, 3.2).
 *
 * 1. Address, erase token and all randomness of a piece's sealing are HMACs under the code's upload secret, of what the
 *    piece is: its file's name, size, type and recipient, its number, and the SHA-256 of its bytes.
 * 2. So no key is ever used twice: a file key (and with it the payload's key and nonces), an ML-KEM message and an
 *    X25519 secret come back only for the very same piece of the very same file for the same recipient. Then they make the
 *    very same bytes, which tells an observer nothing new. Whatever differs has another HMAC, hence other keys, all of them.
 * 3. Whoever does not know the words can foresee none of it, even of a file that they have themselves.
 */
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { parseRecipient, seal } from "./age.js";
import { concat, fromHex, toHex, utf8, type Draw } from "./bytes.js";
import { digestOf } from "./digest.js";

export const PIECE_PLAIN = 1_044_480;
const RANDOM_LENGTH = 16 + 16 + 32 + 32; // what `seal` draws for one file

/** What a report says of a piece. */
export interface Piece {
  readonly blob: string;
  readonly erase: string;
  readonly size: number;
  readonly sha256: string;
}

/** A piece, ready to be stored. */
export interface SealedPiece {
  readonly piece: Piece;
  readonly sealed: Uint8Array;
  readonly eraseHash: string;
}

/** How the pieces of one file are sealed. */
export interface FileKeys {
  readonly upload: Uint8Array;
  readonly file: Uint8Array;
  readonly recipient: Uint8Array;
}

/** What the pieces of a file are derived from; `upload` is hex, `recipient` an `age1pq1…` text. */
export function fileKeys(upload: string, file: { name: string; size: number; type: string }, recipient: string): FileKeys {
  const zero = Uint8Array.of(0);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(file.size));
  const what = concat(utf8(file.name), zero, size, utf8(file.type), zero, utf8(recipient));
  return { upload: fromHex(upload), file: sha256(what), recipient: parseRecipient(recipient) };
}

/** Hands out derived bytes one after another; throws rather than repeat or run dry. */
function drawFrom(secret: Uint8Array): Draw {
  const bytes = hkdf(sha256, secret, undefined, undefined, RANDOM_LENGTH);
  let at = 0;
  return (count) => {
    if (at + count > bytes.length) throw new Error("too much drawn");
    at += count;
    return bytes.slice(at - count, at);
  };
}

/** Seal one piece: the same piece gives the same bytes. */
export async function sealPiece(keys: FileKeys, number: number, plain: Uint8Array): Promise<SealedPiece> {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, number);
  const what = concat(keys.file, four, fromHex(await digestOf(plain)));
  const derive = (label: string): Uint8Array => hmac(sha256, keys.upload, concat(utf8(label), what)); // 1
  const sealed = await seal("piece", plain, keys.recipient, drawFrom(derive("leeward-piece-seal-1"))); // 2
  const erase = derive("leeward-piece-erase-1");
  const piece = {
    blob: toHex(derive("leeward-piece-blob-1")),
    erase: toHex(erase),
    size: sealed.length,
    sha256: await digestOf(sealed),
  };
  return { piece, sealed, eraseHash: toHex(sha256(erase)) };
}
