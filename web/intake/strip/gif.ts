/**
 * GIF: kept are the frames, how they follow each other, and a colour profile. Gone are comments, texts over the picture, all other
 * extensions (XMP among them), and whatever follows the end.
 */
import { cut, has, NotCleanable } from "./bytes.js";

const BLOCKS_MOST = 1_000_000;
const KEPT = ["NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"];

/** Where the colour table ends that these flags announce. */
function afterTable(at: number, flags: number): number {
  return flags & 0x80 ? at + 3 * 2 ** ((flags & 7) + 1) : at;
}

/** Where a row of sub-blocks ends. */
function afterBlocks(bytes: Uint8Array, from: number): number {
  for (let at = from; ; ) {
    const size = cut(bytes, at, at + 1)[0]!;
    at += 1 + size;
    if (size === 0) return at;
  }
}

/** Parts of the clean picture. */
export function cleanGif(bytes: Uint8Array): Uint8Array[] {
  if (!has(bytes, 0, "GIF87a") && !has(bytes, 0, "GIF89a")) throw new NotCleanable("no GIF");
  let at = afterTable(13, cut(bytes, 0, 13)[10]!);
  const parts = [cut(bytes, 0, at)];
  let frames = 0;
  let control: Uint8Array | null = null; // how the next picture is shown; it goes where that picture goes
  for (let n = 0; ; n++) {
    if (n > BLOCKS_MOST) throw new NotCleanable("too many blocks");
    const [kind, label] = cut(bytes, at, Math.min(at + 2, bytes.length));
    if (kind === 0x3b) break;
    if (kind === 0x2c) {
      const end = afterBlocks(bytes, afterTable(at + 10, cut(bytes, at, at + 10)[9]!) + 1);
      if (control) parts.push(control);
      parts.push(cut(bytes, at, end));
      control = null;
      frames++;
      at = end;
    } else if (kind === 0x21) {
      const end = afterBlocks(bytes, at + 2);
      const block = cut(bytes, at, end);
      if (label === 0xf9) control = block;
      else if (label === 0x01) control = null;
      else if (label === 0xff && KEPT.some((name) => block[2] === 11 && has(block, 3, name))) parts.push(block);
      at = end;
    } else throw new NotCleanable("an unknown block");
  }
  if (frames === 0) throw new NotCleanable("no picture");
  return [...parts, Uint8Array.of(0x3b)];
}
