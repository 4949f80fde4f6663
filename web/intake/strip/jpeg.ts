/**
 * JPEG: kept are the segments that make the picture, its colour profile and its orientation. Gone are EXIF, XMP, IPTC,
 * comments, thumbnails, everything else in application segments, and whatever follows the picture (a film, other pictures).
 */
import { cut, has, NotCleanable } from "./bytes.js";
import { orientationOf, tiffWith } from "./exif.js";

const SEGMENTS_MOST = 100_000;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;

/** Frames, Huffman and arithmetic tables, quantisation, restart interval, number of lines, hierarchy. */
function makesPicture(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || (marker >= 0xda && marker <= 0xdf);
}

function segment(marker: number, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(4 + body.length);
  whole.set([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]);
  whole.set(body, 4);
  return whole;
}

/** JFIF without its thumbnail: version, units and density. */
function plainJfif(body: Uint8Array): Uint8Array {
  const kept = cut(body, 0, 14).slice();
  kept[12] = kept[13] = 0;
  return segment(0xe0, kept);
}

/** Where coded data that starts at `from` ends: at the next marker that is neither a stuffed byte nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) throw new NotCleanable("no end");
    const next = bytes[at + 1]!;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
}

/** Parts of the clean picture. */
export function cleanJpeg(bytes: Uint8Array): Uint8Array[] {
  const head: Uint8Array[] = [];
  const parts: Uint8Array[] = [];
  let orientation = 1;
  let scans = 0;
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new NotCleanable("no JPEG");
  for (let at = 2, n = 0; ; n++) {
    if (n > SEGMENTS_MOST || bytes[at] !== 0xff) throw new NotCleanable("no marker");
    while (bytes[at + 1] === 0xff) at++; // fill
    const marker = bytes[at + 1]!;
    if (marker === EOI) break;
    const length = cut(bytes, at + 2, at + 4);
    const end = at + 2 + length[0]! * 256 + length[1]!;
    const body = cut(bytes, at + 4, end);
    if (makesPicture(marker)) parts.push(bytes.subarray(at, end));
    else if (marker === 0xe0 && has(body, 0, "JFIF\0")) head.push(plainJfif(body));
    else if (marker === 0xe1 && has(body, 0, "Exif\0\0")) orientation = orientationOf(body.subarray(6));
    else if (marker === 0xe2 && has(body, 0, "ICC_PROFILE\0")) parts.push(bytes.subarray(at, end));
    else if (marker === 0xee && has(body, 0, "Adobe")) parts.push(segment(marker, cut(body, 0, 12))); // says how colours are coded
    else if (!(marker >= 0xe0 && marker <= 0xef) && marker !== 0xfe) throw new NotCleanable("an unknown segment");
    at = end;
    if (marker !== SOS) continue;
    scans++;
    at = endOfScan(bytes, end);
    parts.push(bytes.subarray(end, at));
  }
  if (scans === 0) throw new NotCleanable("no picture");
  const turned = orientation === 1 ? [] : [segment(0xe1, Uint8Array.of(0x45, 0x78, 0x69, 0x66, 0, 0, ...tiffWith(orientation)))];
  return [Uint8Array.of(0xff, SOI), ...head.slice(0, 1), ...turned, ...parts, Uint8Array.of(0xff, EOI)];
}
