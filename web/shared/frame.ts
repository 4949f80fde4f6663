/**
 * The frame inside every sealed thing (docs/protocol.md, 1): kind, version and length lie inside what is
 * authenticated, and zeros up to a padded length make lengths say little.
 */
import { concat, utf8 } from "./bytes.js";

const PAD_FLOOR = 4096;
const HEADER = /^leeward-([a-z]+)-1 (0|[1-9][0-9]{0,9})$/;
const HEADER_MOST = 64;

export type Kind = "report" | "reply" | "piece";

/** Padmé of `length`, and never less than 4 KiB. */
export function paddedLength(length: number): number {
  const whole = Math.max(length, PAD_FLOOR);
  const e = Math.floor(Math.log2(whole));
  const s = Math.floor(Math.log2(e)) + 1;
  const step = 2 ** (e - s);
  return Math.ceil(whole / step) * step;
}

/** The frame around `body`. */
export function frame(kind: Kind, body: Uint8Array): Uint8Array {
  const header = utf8(`leeward-${kind}-1 ${body.length}\n`);
  const whole = new Uint8Array(paddedLength(header.length + body.length));
  whole.set(header);
  whole.set(body, header.length);
  return whole;
}

/** The body of a frame of this very kind; throws on another kind, length or padding. */
export function unframe(kind: Kind, plain: Uint8Array): Uint8Array {
  const end = plain.subarray(0, HEADER_MOST).indexOf(10);
  const header = end < 0 ? null : HEADER.exec(String.fromCharCode(...plain.subarray(0, end)));
  if (!header) throw new Error("no frame");
  if (header[1] !== kind) throw new Error("another kind");
  const length = Number(header[2]);
  if (paddedLength(end + 1 + length) !== plain.length) throw new Error("wrong padding length");
  if (plain.subarray(end + 1 + length).some((byte) => byte !== 0)) throw new Error("padding is not zero");
  return concat(plain.subarray(end + 1, end + 1 + length));
}
