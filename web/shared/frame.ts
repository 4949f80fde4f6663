/**
 * The frame inside every sealed thing (docs/protocol.md, 1): kind, version and length lie inside what is
 * authenticated, and zeros up to a padded length make lengths say little.
 */
import { concat, utf8 } from "./bytes.js";

/** The few sizes that anything sealed or sent may have, in KiB. */
const CLASSES = [
  4, 16, 32, 64, 69, 75, 82, 89, 96, 104, 113, 123, 133, 145, 157, 170, 185, 200, 217, 236, 256, 278, 301, 327, 355, 385, 418, 453, 492, 533,
  579, 628, 681, 739, 802, 870, 944, 1024, 2048, 4092,
].map((size) => size * 1024);
const FLOORS = { report: 16 * 1024, reply: 0, piece: 0 };
const HEADER = /^leeward-([a-z]+)-1 (0|[1-9][0-9]{0,9})$/;
const HEADER_MOST = 64;

export type Kind = "report" | "reply" | "piece";

/** The smallest class that holds `length` bytes and is at least `floor`. */
export function classOf(length: number, floor = 0): number {
  const wanted = Math.max(length, floor);
  const largest = CLASSES[CLASSES.length - 1]!;
  return CLASSES.find((size) => size >= wanted) ?? Math.ceil(wanted / largest) * largest;
}

/** The length of a frame of this kind with `length` bytes of header and body. */
export function paddedLength(kind: Kind, length: number): number {
  return classOf(length, FLOORS[kind]);
}

/** The frame around `body`. */
export function frame(kind: Kind, body: Uint8Array): Uint8Array {
  const header = utf8(`leeward-${kind}-1 ${body.length}\n`);
  const whole = new Uint8Array(paddedLength(kind, header.length + body.length));
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
  if (paddedLength(kind, end + 1 + length) !== plain.length) throw new Error("wrong padding length");
  if (plain.subarray(end + 1 + length).some((byte) => byte !== 0)) throw new Error("padding is not zero");
  return concat(plain.subarray(end + 1, end + 1 + length));
}
