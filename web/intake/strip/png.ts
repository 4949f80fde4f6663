/**
 * PNG: kept are the chunks that make the picture and its colours (and its frames, if it moves). Gone are texts, times, EXIF but
 * for the orientation, the profile's name, every chunk that is not in the list, and whatever follows the end.
 */
import { ascii, big32, cut, has, lengthOf, NotCleanable, put32 } from "./bytes.js";
import { orientationOf, tiffWith } from "./exif.js";

const SIGNATURE = "\x89PNG\r\n\x1a\n";
const CHUNKS_MOST = 1_000_000;
const NAME_MOST = 79;
const KEPT = new Set(
  "IHDR PLTE IDAT IEND tRNS cHRM gAMA sBIT sRGB cICP mDCV mDCv cLLI cLLi bKGD hIST pHYs acTL fcTL fdAT".split(" "),
);

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crcOf(parts: readonly Uint8Array[]): number {
  let value = 0xffffffff;
  for (const part of parts) for (const byte of part) value = TABLE[(value ^ byte) & 255]! ^ (value >>> 8);
  return ~value >>> 0;
}

function chunk(type: string, ...body: Uint8Array[]): Uint8Array[] {
  const named = [ascii(type), ...body];
  return [put32(lengthOf(body)), ...named, put32(crcOf(named))];
}

/** The colour profile under a name that says nothing. */
function plainProfile(body: Uint8Array): Uint8Array[] {
  const end = body.subarray(0, NAME_MOST + 1).indexOf(0);
  if (end < 1) throw new NotCleanable("a profile without a name");
  return chunk("iCCP", ascii("icc\0"), body.subarray(end + 1));
}

/** Parts of the clean picture. */
export function cleanPng(bytes: Uint8Array): Uint8Array[] {
  if (!has(bytes, 0, SIGNATURE) || !has(bytes, 12, "IHDR")) throw new NotCleanable("no PNG");
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  let beforePixels = -1;
  let orientation = 1;
  for (let at = 8, n = 0; ; n++) {
    if (n > CHUNKS_MOST) throw new NotCleanable("too many chunks");
    const end = at + 12 + big32(bytes, at);
    const type = String.fromCharCode(...cut(bytes, at + 4, at + 8));
    const body = cut(bytes, at + 8, end - 4);
    if (!/^[A-Za-z]{4}$/.test(type)) throw new NotCleanable("no chunk");
    if (type === "IDAT" && beforePixels < 0) beforePixels = parts.length;
    if (KEPT.has(type)) parts.push(cut(bytes, at, end));
    else if (type === "iCCP") parts.push(...plainProfile(body));
    else if (type === "eXIf") orientation = orientationOf(body);
    else if (!(type.charCodeAt(0) & 32)) throw new NotCleanable("an unknown part"); // a capital: the picture needs it
    if (type === "IEND") break;
    at = end;
  }
  if (beforePixels < 0) throw new NotCleanable("no picture");
  if (orientation !== 1) parts.splice(beforePixels, 0, ...chunk("eXIf", tiffWith(orientation)));
  return parts;
}
