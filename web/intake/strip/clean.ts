/**
 * Removing what a picture tells besides itself, without touching a pixel. Works on JPEG, PNG, WebP and GIF.
 *
 * 1. Strict: what is not understood to the end is not cleaned, and the page says that its hidden data stays in.
 * 2. Every loop moves forward through bytes that are there, so hostile files end, and nothing grows beyond the file.
 * 3. Lossless: the coded picture is copied byte for byte; colours and orientation stay.
 * 4. The result is the same for the same file, so that an upload that was cut off can go on.
 */
import { lengthOf, NotCleanable } from "./bytes.js";
import { cleanGif } from "./gif.js";
import { cleanJpeg } from "./jpeg.js";
import { cleanPng } from "./png.js";
import { cleanWebp } from "./webp.js";

export { NotCleanable } from "./bytes.js";

/** Larger pictures are not held in memory for this. */
export const PICTURE_MOST = 64 * 1024 * 1024;

const GROWTH_MOST = 64; // an orientation written anew may take more room than it had

/** Parts of the picture without hidden data; throws `NotCleanable`. */
export function clean(bytes: Uint8Array): Uint8Array[] {
  const parts = cleaner(bytes)(bytes);
  if (lengthOf(parts) > bytes.length + GROWTH_MOST) throw new NotCleanable("larger than before"); // 2
  return parts;
}

function cleaner(bytes: Uint8Array): (bytes: Uint8Array) => Uint8Array[] {
  switch (bytes[0]) {
    case 0xff:
      return cleanJpeg;
    case 0x89:
      return cleanPng;
    case 0x52:
      return cleanWebp;
    case 0x47:
      return cleanGif;
    default:
      throw new NotCleanable("another format");
  }
}

/** Dates and times that cameras and phones put into names: 20170407_211500, 2017-04-07 at 21.15.00, 1491599700123. */
const DATED = /(?:19|20)\d\d[-_. ]?[01]\d[-_. ]?[0-3]\d(?:(?:[-_. T]|\s?at\s?)*[0-2]\d[-_.:]?[0-5]\d(?:[-_.:]?[0-5]\d)?\d{0,6})?|\d{10,}/g;

/** The name without date and time. */
export function plainName(name: string): string {
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  const undated = stem.replace(DATED, "");
  if (undated === stem) return name;
  const kept = undated.replace(/([-_. ])[-_. ]+/g, "$1").replace(/^[-_. ]+|[-_. ]+$/g, "");
  return (kept || "picture") + ending;
}

/** The file without hidden data; throws `NotCleanable`. */
export async function cleanFile(file: File): Promise<File> {
  if (file.size > PICTURE_MOST) throw new NotCleanable("too large");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const name = plainName(file.name);
  const parts = clean(bytes);
  if (name === file.name && same(parts, bytes)) return file;
  return new File(parts as BlobPart[], name, { type: file.type, lastModified: 0 });
}

/** Tell whether these parts are the bytes that they came from, untouched and in their order. */
function same(parts: readonly Uint8Array[], bytes: Uint8Array): boolean {
  if (lengthOf(parts) !== bytes.length) return false;
  let at = 0;
  return parts.every((part) => {
    const from = at;
    at += part.length;
    if (part.buffer === bytes.buffer) return part.byteOffset === bytes.byteOffset + from;
    return part.every((byte, i) => byte === bytes[from + i]);
  });
}

declare global {
  var leewardClean: ((file: File) => Promise<File>) | undefined;
}

globalThis.leewardClean = cleanFile;
