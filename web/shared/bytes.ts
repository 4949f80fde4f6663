/** Bytes in and out of the forms that travel: hex, UTF-8, big-endian numbers. */

const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));
const ENCODER = new TextEncoder();

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Bytes of lower-case hex; throws on anything else. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new Error("not hex");
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** UTF-8 bytes. */
export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** The text without halves of characters, which JSON could carry and other readers would refuse. */
export function wellFormed(text: string): string {
  return new TextDecoder().decode(ENCODER.encode(text));
}

/** One array of all parts, in order. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Gives that many bytes that nobody can foresee. */
export type Draw = (count: number) => Uint8Array;

/** Random bytes from the browser's generator, which works without a secure context too. */
export function draw(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
