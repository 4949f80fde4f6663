import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { load, ROOT } from "./load.mjs";

const { clean, cleanFile, NotCleanable, plainName, PICTURE_MOST } = await load("intake/strip/clean.ts");
const FOLDER = join(ROOT, "tests/vectors/pictures");
const names = readdirSync(FOLDER).filter((name) => !name.endsWith(".md"));
const pictures = Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(FOLDER, name)))]));
const TOLD = ["Strannik", "Kamera", "2017:04:07", "Model-77", "adobe:ns:meta", "GPS"];

const cleaned = (bytes) => new Uint8Array(Buffer.concat(clean(bytes)));
const holds = (bytes, text) => Buffer.from(bytes).includes(text);
const ascii = (text) => Uint8Array.from(Buffer.from(text, "latin1"));
const join2 = (...parts) => new Uint8Array(Buffer.concat(parts));

/** Place a part of bytes at `at`. */
const put = (bytes, at, part) => join2(bytes.subarray(0, at), part, bytes.subarray(at));

function segment(marker, body) {
  return join2(Uint8Array.of(0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255), body);
}

/** A seeded stream of numbers below `n`. */
function chance(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Coded pixels of a JPEG: tables, frames and scans. */
function codedJpeg(bytes) {
  const parts = [];
  for (let at = 2; bytes[at + 1] !== 0xd9; ) {
    const marker = bytes[at + 1];
    let end = at + 2 + bytes[at + 2] * 256 + bytes[at + 3];
    if (marker === 0xda) while (!(bytes[end] === 0xff && bytes[end + 1] !== 0 && (bytes[end + 1] < 0xd0 || bytes[end + 1] > 0xd7))) end++;
    if (marker < 0xe0 || marker === 0xee) parts.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function chunksOfPng(bytes) {
  const chunks = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    chunks.push([Buffer.from(bytes.subarray(at + 4, at + 8)).toString("latin1"), bytes.subarray(at + 8, at + 8 + view.getUint32(at))]);
  }
  return chunks;
}

function chunksOfWebp(bytes) {
  const chunks = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert.equal(view.getUint32(4, true), bytes.length - 8);
  for (let at = 12; at < bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    chunks.push([Buffer.from(bytes.subarray(at, at + 4)).toString("latin1"), bytes.subarray(at + 8, at + 8 + size)]);
    at += 8 + size + (size & 1);
  }
  return chunks;
}

test("the pictures do tell before they are cleaned, and tell nothing afterwards", () => {
  const telling = names.filter((name) => TOLD.some((text) => holds(pictures[name], text)));
  assert.deepEqual(telling, ["moving.gif", "moving.webp", "phone.jpg", "photo.webp", "screen.png"]);
  for (const name of names) {
    const bytes = cleaned(pictures[name]);
    for (const text of TOLD) assert.ok(!holds(bytes, text), `${name}: ${text}`);
    assert.ok(bytes.length <= pictures[name].length, name);
    assert.deepEqual(cleaned(bytes), bytes, `${name}: cleaning twice changes nothing more`);
  }
});

test("pictures without hidden data keep every byte", () => {
  for (const name of ["cmyk.jpg", "progressive.jpg", "palette.png", "sharp.webp"]) assert.deepEqual(cleaned(pictures[name]), pictures[name], name);
});

test("JPEG: every coded pixel stays, with profile and orientation", () => {
  for (const name of ["phone.jpg", "progressive.jpg", "cmyk.jpg"]) assert.deepEqual(codedJpeg(cleaned(pictures[name])), codedJpeg(pictures[name]), name);
  const bytes = cleaned(pictures["phone.jpg"]);
  assert.ok(holds(bytes, "ICC_PROFILE"));
  assert.ok(holds(bytes, Uint8Array.of(0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6)));
  assert.equal(Buffer.from(bytes).indexOf("Exif"), Buffer.from(bytes).lastIndexOf("Exif"));
});

test("JPEG: IPTC, comments between scans, thumbnails, films and other pictures after the end are gone", () => {
  const base = pictures["progressive.jpg"];
  const iptc = segment(0xed, join2(ascii("Photoshop 3.0\0"), ascii("8BIM Strannik")));
  const thumbnail = segment(0xe0, join2(ascii("JFXX\0\x10"), ascii("Strannik")));
  const comment = segment(0xfe, ascii("Strannik"));
  let bytes = put(base, 20, join2(iptc, thumbnail, comment));
  const second = Buffer.from(bytes).lastIndexOf(Uint8Array.of(0xff, 0xda)); // a later scan
  bytes = join2(put(bytes, second, comment), ascii("....ftypmp42 Strannik"), pictures["phone.jpg"]);
  assert.deepEqual(cleaned(bytes), base);
  const big = base.slice();
  big[18] = big[19] = 1; // a JFIF thumbnail of one pixel
  big[4] = 0;
  big[5] = 19;
  assert.deepEqual(cleaned(put(big, 20, ascii("str"))), base);
});

test("PNG: every chunk that draws stays, the orientation too; texts, times and what nobody knows are gone", () => {
  const bytes = cleaned(pictures["screen.png"]);
  const types = chunksOfPng(bytes).map(([type]) => type);
  assert.deepEqual([...new Set(types)].sort(), ["IDAT", "IEND", "IHDR", "eXIf", "iCCP"]);
  const pixels = (one) => inflateSync(Buffer.concat(chunksOfPng(one).filter(([type]) => type === "IDAT").map(([, body]) => body)));
  assert.deepEqual(pixels(bytes), pixels(pictures["screen.png"]));
  const exif = chunksOfPng(bytes).find(([type]) => type === "eXIf")[1];
  assert.equal(exif.length, 26);
  assert.equal(exif[19], 6);
  const profile = (one) => Buffer.from(chunksOfPng(one).find(([type]) => type === "iCCP")[1]);
  const before = profile(pictures["screen.png"]);
  assert.deepEqual(profile(bytes), Buffer.concat([Buffer.from("icc\0"), before.subarray(before.indexOf(0) + 1)]));
  assert.deepEqual(cleaned(join2(pictures["palette.png"], ascii("Strannik"))), pictures["palette.png"]);
});

test("WebP: pictures, frames and profile stay, the orientation too, and the flags say what is there", () => {
  for (const name of ["photo.webp", "moving.webp"]) {
    const bytes = cleaned(pictures[name]);
    const drawn = (one) => chunksOfWebp(one).filter(([type]) => !["VP8X", "EXIF", "XMP "].includes(type));
    assert.deepEqual(drawn(bytes), drawn(pictures[name]), name);
    const [[type, flags]] = chunksOfWebp(bytes);
    assert.equal(type, "VP8X");
    assert.equal(flags[0] & 0x0c, 0x08);
    const exif = chunksOfWebp(bytes).find(([one]) => one === "EXIF")[1];
    assert.deepEqual([exif.length, exif[19]], [26, 6]);
  }
  assert.deepEqual(cleaned(join2(pictures["sharp.webp"], ascii("Strannik"))), pictures["sharp.webp"]);
});

test("WebP: a chunk hidden inside a frame is gone", () => {
  const bytes = pictures["moving.webp"];
  const at = Buffer.from(bytes).indexOf("ANMF");
  const hidden = join2(ascii("note"), Uint8Array.of(8, 0, 0, 0), ascii("Strannik"));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const size = view.getUint32(at + 4, true);
  const grown = put(bytes, at + 8 + size + (size & 1), hidden);
  const out = new DataView(grown.buffer, grown.byteOffset);
  out.setUint32(at + 4, size + (size & 1) + hidden.length, true);
  out.setUint32(4, out.getUint32(4, true) + hidden.length, true);
  assert.ok(!holds(cleaned(grown), "Strannik"));
  assert.deepEqual(cleaned(grown), cleaned(bytes));
});

test("GIF: frames, their times and the loop stay; comments, other extensions and what follows are gone", () => {
  const base = cleaned(pictures["moving.gif"]);
  assert.ok(holds(base, "NETSCAPE2.0"));
  const frames = (bytes) => Buffer.from(bytes).toString("latin1").split("\x21\xf9\x04").length;
  assert.equal(frames(base), frames(pictures["moving.gif"]));
  const start = Buffer.from(base).indexOf(Uint8Array.of(0x21));
  const comment = join2(Uint8Array.of(0x21, 0xfe, 8), ascii("Strannik"), Uint8Array.of(0));
  const xmp = join2(Uint8Array.of(0x21, 0xff, 11), ascii("XMP DataXMP"), Uint8Array.of(8), ascii("Strannik"), Uint8Array.of(0));
  const text = join2(Uint8Array.of(0x21, 0xf9, 4, 0, 0, 0, 0, 0, 0x21, 0x01, 12), new Uint8Array(12), Uint8Array.of(8), ascii("Strannik"), Uint8Array.of(0));
  assert.deepEqual(cleaned(join2(put(base, start, join2(comment, xmp, text)), ascii("Strannik"))), base);
});

test("what is cut short, of another format, or unknown is not cleaned, and nothing hangs or grows", () => {
  for (const name of names) {
    const bytes = pictures[name];
    for (let end = 0; end < bytes.length - 1; end += 7) {
      try {
        assert.ok(clean(bytes.subarray(0, end)).length > 0);
        assert.fail(`${name} cut at ${end} was taken`);
      } catch (error) {
        assert.ok(error instanceof NotCleanable, `${name} cut at ${end}: ${error}`);
      }
    }
  }
  for (const head of ["\xff\xd8", "\x89PNG\r\n\x1a\n", "RIFF\xff\xff\xff\xffWEBP", "GIF89a", "%PDF", "\0\0\0\x18ftypheic", "BM", ""]) {
    assert.throws(() => clean(join2(ascii(head), new Uint8Array(300))), NotCleanable);
    assert.throws(() => clean(ascii(head)), NotCleanable);
  }
  const unknown = put(pictures["palette.png"], 33, join2(Uint8Array.of(0, 0, 0, 0), ascii("NEWX"), new Uint8Array(4)));
  assert.throws(() => clean(unknown), NotCleanable);
});

test("ten thousand damaged pictures end quickly, and none comes out with what was told or larger", () => {
  const random = chance(3);
  const begun = performance.now();
  for (let n = 0; n < 10_000; n++) {
    const name = names[random(names.length)];
    const bytes = pictures[name].slice();
    for (let hits = 1 + random(6); hits > 0; hits--) bytes[random(bytes.length)] = random(3) ? random(256) : [0, 0xff, 0x7f][random(3)];
    try {
      assert.ok(cleaned(bytes).length <= bytes.length + 64);
    } catch (error) {
      assert.ok(error instanceof NotCleanable, `${name}: ${error.stack}`);
    }
  }
  assert.ok(performance.now() - begun < 20_000);
});

test("files full of tiny parts end quickly", () => {
  const begun = performance.now();
  const many = (part, count) => new Uint8Array(Buffer.alloc(part.length * count, part));
  const jpeg = join2(Uint8Array.of(0xff, 0xd8), many(segment(0xfe, new Uint8Array(0)), 1_000_000));
  const stuffed = join2(pictures["cmyk.jpg"].subarray(0, -2), many(Uint8Array.of(0xff, 0), 4_000_000));
  const png = join2(pictures["palette.png"].subarray(0, 33), many(join2(new Uint8Array(4), ascii("tEXt"), new Uint8Array(4)), 1_500_000));
  const gif = join2(pictures["moving.gif"].subarray(0, 13), many(Uint8Array.of(0x21, 0xfe, 0), 2_000_000));
  const webp = join2(ascii("RIFF\xff\xff\xff\x00WEBP"), many(join2(ascii("note"), new Uint8Array(4)), 2_000_000));
  for (const bytes of [jpeg, stuffed, png, gif, webp]) assert.throws(() => clean(bytes), NotCleanable);
  assert.ok(performance.now() - begun < 15_000);
});

test("names lose dates and times, and nothing else", () => {
  const cases = {
    "IMG_0412.jpg": "IMG_0412.jpg",
    "IMG_20170407_211500.jpg": "IMG.jpg",
    "IMG-20170407-WA0003.jpg": "IMG-WA0003.jpg",
    "Screenshot 2017-04-07 at 21.15.00.png": "Screenshot.png",
    "PXL_20230407_211500123.MP.jpg": "PXL_MP.jpg",
    "1491599700123.jpg": "picture.jpg",
    "Снимок 2017-04-07 двор.jpg": "Снимок двор.jpg",
    ".jpg": ".jpg",
    "20170407": "picture",
    "двор.jpg": "двор.jpg",
  };
  for (const [before, after] of Object.entries(cases)) assert.equal(plainName(before), after, before);
});

test("a file comes back as it was if nothing was hidden, else without it, always the same; a huge one is left alone", async () => {
  const plain = new File([pictures["palette.png"]], "двор.png", { type: "image/png" });
  assert.equal(await cleanFile(plain), plain);
  const phone = new File([pictures["phone.jpg"]], "IMG_20170407_211500.jpg", { type: "image/jpeg", lastModified: 1_491_599_700_000 });
  const [one, two] = [await cleanFile(phone), await cleanFile(phone)];
  assert.deepEqual([one.name, one.type, one.lastModified], ["IMG.jpg", "image/jpeg", 0]);
  assert.deepEqual(new Uint8Array(await one.arrayBuffer()), new Uint8Array(await two.arrayBuffer()));
  assert.deepEqual(new Uint8Array(await one.arrayBuffer()), cleaned(pictures["phone.jpg"]));
  await assert.rejects(cleanFile({ size: PICTURE_MOST + 1, name: "a.jpg" }), NotCleanable);
});
