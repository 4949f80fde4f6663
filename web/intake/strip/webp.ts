/**
 * WebP: kept are the picture, its transparency, frames, colour profile and orientation. Gone are EXIF, XMP, chunks that are
 * not in the list, also inside frames, and whatever follows the end.
 */
import { ascii, cut, has, lengthOf, little32, NotCleanable, putLittle32 } from "./bytes.js";
import { orientationOf, tiffWith } from "./exif.js";

const KEPT = new Set(["VP8 ", "VP8L", "ALPH", "ANIM", "ICCP"]);
const IN_FRAMES = new Set(["VP8 ", "VP8L", "ALPH"]);
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;
const FRAME_HEAD = 16;

interface Chunk {
  readonly type: string;
  readonly body: Uint8Array;
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = little32(bytes, at + 4);
    chunks.push({ type: String.fromCharCode(...cut(bytes, at, at + 4)), body: cut(bytes, at + 8, at + 8 + size) });
    at += 8 + size + (size & 1);
  }
  return chunks;
}

function print(type: string, body: readonly Uint8Array[]): Uint8Array[] {
  const size = lengthOf(body);
  return [ascii(type), putLittle32(size), ...body, ...(size & 1 ? [Uint8Array.of(0)] : [])];
}

function cleanFrame(body: Uint8Array): Uint8Array[] {
  const kept = chunksOf(body.subarray(FRAME_HEAD)).filter(({ type }) => IN_FRAMES.has(type));
  return [cut(body, 0, FRAME_HEAD), ...kept.flatMap((one) => print(one.type, [one.body]))];
}

/** What of "EXIF" a reader of TIFF begins with: some writers put the JPEG prefix before it. */
function tiffIn(body: Uint8Array): Uint8Array {
  return has(body, 0, "Exif\0\0") ? body.subarray(6) : body;
}

/** Parts of the clean picture. */
export function cleanWebp(bytes: Uint8Array): Uint8Array[] {
  if (!has(bytes, 0, "RIFF") || !has(bytes, 8, "WEBP")) throw new NotCleanable("no WebP");
  const chunks = chunksOf(cut(bytes, 12, 8 + little32(bytes, 4)));
  if (!chunks.some(({ type }) => type === "VP8 " || type === "VP8L" || type === "ANMF")) throw new NotCleanable("no picture");
  const exif = chunks.find(({ type }) => type === "EXIF");
  const orientation = exif ? orientationOf(tiffIn(exif.body)) : 1;
  const extended = chunks[0]?.type === "VP8X";
  const parts: Uint8Array[] = [];
  for (const { type, body } of chunks) {
    if (type === "VP8X") {
      const flags = cut(body, 0, 10).slice();
      flags[0] = (flags[0]! & ~(HAS_EXIF | HAS_XMP)) | (orientation === 1 ? 0 : HAS_EXIF);
      parts.push(...print(type, [flags]));
    } else if (type === "ANMF") parts.push(...print(type, cleanFrame(body)));
    else if (KEPT.has(type)) parts.push(...print(type, [body]));
  }
  if (extended && orientation !== 1) parts.push(...print("EXIF", [tiffWith(orientation)]));
  return [ascii("RIFF"), putLittle32(4 + lengthOf(parts)), ascii("WEBP"), ...parts];
}
