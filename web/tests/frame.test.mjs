import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { frame, unframe, paddedLength } = await load("shared/frame.ts");

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
