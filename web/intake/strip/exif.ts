/**
 * The one thing of EXIF that a picture needs to look right: which way up it is. Everything else in it is what we remove.
 */

const ORIENTATION = 0x0112;
const SHORT = 3;
const ENTRIES_MOST = 1000;

/** Orientation (1 to 8) that a TIFF structure names in its first directory; 1 if it names none or is damaged. */
export function orientationOf(tiff: Uint8Array): number {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (view.getUint16(2, little) !== 42 || directory + 2 > tiff.length) return 1;
  const count = Math.min(view.getUint16(directory, little), ENTRIES_MOST);
  for (let at = directory + 2, n = 0; n < count && at + 12 <= tiff.length; at += 12, n++) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    const whole = view.getUint16(at + 2, little) === SHORT && view.getUint32(at + 4, little) === 1;
    return whole && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** A TIFF structure that names an orientation and nothing else. */
export function tiffWith(orientation: number): Uint8Array {
  return Uint8Array.of(
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8], // big-endian, the directory follows
    ...[0, 1], // one entry
    ...[0x01, 0x12, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0], // no other directory
  );
}
