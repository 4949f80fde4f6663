import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { frame, unframe, paddedLength, parseListing } = await load("shared/frame.ts", "shared/relay.ts");

test("padded lengths are few, and a file is at most a tenth longer", () => {
  const seen = new Set();
  for (let length = 0; length < 4_000_000; length += 1 + Math.floor(length / 50)) {
    const padded = paddedLength("piece", length);
    assert.ok(padded >= length);
    if (length > 65_536 && length < 1_048_576) assert.ok(padded <= length * 1.094, `${length}`);
    assert.equal(paddedLength("piece", padded), padded);
    seen.add(padded);
  }
  assert.ok(seen.size <= 40);
});

test("known padded lengths, the same as in Python", () => {
  const lengths = [0, 4096, 4097, 65_536, 65_537, 1_048_576, 1_048_577].map((length) => paddedLength("piece", length));
  assert.deepEqual(lengths, [4096, 4096, 16_384, 65_536, 70_656, 1_048_576, 2_097_152]);
  assert.equal(paddedLength("report", 0), 16_384);
});

test("a frame opens as its own kind only, and only whole", () => {
  const body = new TextEncoder().encode("четыре слова");
  const whole = frame("report", body);
  assert.deepEqual(unframe("report", whole), body);
  assert.throws(() => unframe("reply", whole), /another kind/);
  assert.throws(() => unframe("report", whole.subarray(0, 16_383)), /padding length/);
  const dirty = whole.slice();
  dirty[16_383] = 1;
  assert.throws(() => unframe("report", dirty), /not zero/);
  for (const header of ["leeward-report-2 0\n", "leeward-report-1 00\n", "leeward-report-1 -1\n", "leeward-report-1 9999999999999\n", "x"]) {
    const other = new Uint8Array(16_384);
    other.set(new TextEncoder().encode(header));
    assert.throws(() => unframe("report", other), undefined, header);
  }
});

function listed(number, sealed) {
  const head = Buffer.alloc(28);
  head.writeBigUInt64BE(BigInt(number));
  head.writeUInt32BE(sealed.length, 24);
  return Buffer.concat([head, sealed]);
}

test("a listing is read, and one cut short or out of order is refused", () => {
  const bytes = Buffer.concat([listed(3, Buffer.from("ab")), listed(4, Buffer.alloc(0))]);
  const items = parseListing(new Uint8Array(bytes), 2);
  assert.deepEqual(items.map(({ number, sealed }) => [number, sealed.length]), [[3, 2], [4, 0]]);
  assert.throws(() => parseListing(new Uint8Array(bytes), 3));
  for (const cut of [1, 27, 29, 31, 57]) assert.throws(() => parseListing(new Uint8Array(bytes.subarray(0, cut)), 0));
  assert.deepEqual(parseListing(new Uint8Array(0), 0), []);
});
