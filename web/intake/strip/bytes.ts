/** Reading and joining bytes for the picture formats. Nothing here copies pixels: results are views of what was read. */

/** The picture is not what its first bytes say, or holds something that we do not understand: it is not cleaned. */
export class NotCleanable extends Error {}

/** Bytes from `start` to `end`; throws if they are not all there. */
export function cut(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (!(start >= 0 && start <= end && end <= bytes.length)) throw new NotCleanable("cut short");
  return bytes.subarray(start, end);
}

/** Tell whether ASCII `text` stands at `at`. */
export function has(bytes: Uint8Array, at: number, text: string): boolean {
  if (at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Bytes of ASCII. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A big-endian number of four bytes; throws beyond the end. */
export function big32(bytes: Uint8Array, at: number): number {
  const part = cut(bytes, at, at + 4);
  return part[0]! * 0x1000000 + ((part[1]! << 16) | (part[2]! << 8) | part[3]!);
}

/** A little-endian number of four bytes; throws beyond the end. */
export function little32(bytes: Uint8Array, at: number): number {
  const part = cut(bytes, at, at + 4);
  return part[3]! * 0x1000000 + ((part[2]! << 16) | (part[1]! << 8) | part[0]!);
}

/** Four bytes, big-endian. */
export function put32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** Four bytes, little-endian. */
export function putLittle32(value: number): Uint8Array {
  return put32(value).reverse();
}

/** How many bytes these parts have together. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
