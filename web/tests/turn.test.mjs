/** Turns, their answers and boards: the same bytes as Python prints (tests/vectors/turns.json), and nothing else is read. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, ROOT } from "./load.mjs";

const { printTurn, parseTurnAnswer, isWaiting, paddedLength, parseTask, solve } = await load(
  "shared/turn.ts",
  "shared/waiting.ts",
  "shared/frame.ts",
  "shared/work.ts",
);

const vectors = JSON.parse(readFileSync(join(ROOT, "tests/vectors/turns.json"), "utf8"));
const pattern = (length, start) => Uint8Array.from({ length }, (_, i) => (start + 31 * i) & 255);
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");
const sealed = ({ length, start, ...rest }) => ({ ...rest, sealed: pattern(length, start) });

for (const [i, { makes, puts, post, looks, body }] of vectors.turns.entries()) {
  test(`turn ${i} is printed as in Python`, () => {
    const turn = { makes, puts: puts.map(sealed), ...(post && { post: sealed(post) }), looks };
    const bytes = printTurn(turn);
    assert.equal(bytes.length, body.length);
    assert.equal(hashOf(bytes), body.sha256);
  });
}

/** What one look found, as the relay prints it, with what a hostile one could change. */
function found(items, last, length) {
  const listing = Buffer.concat(
    items.map(({ number, item, sealed: bytes, length: told = bytes.length }) => {
      const head = Buffer.alloc(28);
      head.writeBigUInt64BE(BigInt(number));
      Buffer.from(item, "hex").copy(head, 8);
      head.writeUInt32BE(told, 24);
      return Buffer.concat([head, bytes]);
    }),
  );
  const head = Buffer.alloc(12);
  head.writeBigUInt64BE(BigInt(last));
  head.writeUInt32BE(length ?? listing.length, 8);
  return Buffer.concat([head, listing]);
}

/** Zeros up to a class after what the looks found. */
function padded(parts, size) {
  const used = Buffer.concat(parts);
  const whole = size ?? Math.max(32 * 1024, paddedLength("piece", used.length));
  return new Uint8Array(Buffer.concat([used, Buffer.alloc(Math.max(0, whole - used.length))]));
}
const answer = (items, last, change = {}) => padded([found(items, last, change.length)], change.padded);

for (const [i, { looks, body }] of vectors.answers.entries()) {
  test(`answer ${i} is read as Python prints it`, () => {
    const bytes = padded(looks.map(({ last, items }) => found(items.map(sealed), last)));
    assert.equal(hashOf(bytes), body.sha256);
    const wanted = looks.map(({ last, items }) => ({
      items: items.map((one) => ({ number: one.number, sealed: pattern(one.length, one.start) })),
      last,
    }));
    assert.deepEqual(parseTurnAnswer(bytes, looks.length), wanted);
  });
}

test("an answer that is not to the byte what a relay writes is refused, as the first look's or the second's", () => {
  const item = (number, length = 10) => ({ number, item: "00".repeat(16), sealed: pattern(length, 1) });
  const good = answer([item(1), item(2)], 2);
  assert.equal(parseTurnAnswer(good, 1)[0].items.length, 2);
  const dirty = good.slice();
  dirty[dirty.length - 1] = 1;
  const bad = {
    "cut short": good.subarray(0, good.length - 1),
    longer: new Uint8Array([...good, 0]),
    empty: new Uint8Array(0),
    "padding that is not zero": dirty,
    "another class": answer([item(1)], 1, { padded: 64 * 1024 }),
    "no class": answer([item(1)], 1, { padded: 40_000 }),
  };
  for (const [name, bytes] of Object.entries(bad)) assert.throws(() => parseTurnAnswer(bytes, 1), Error, name);
  for (const bytes of [new Uint8Array(0), good]) assert.throws(() => parseTurnAnswer(bytes, 0));
  const badLooks = {
    "numbers that do not rise": found([item(2), item(2)], 2),
    "numbers that fall": found([item(2), item(1)], 2),
    "number zero": found([item(0)], 2),
    "a number beyond the last": found([item(3)], 2),
    "a last number beyond reason": found([item(3)], 2n ** 60n),
    "a negative number": found([item(2n ** 64n - 1n)], 2),
    "an empty item": found([item(1, 0)], 1),
    "an item longer than the listing": found([{ ...item(1), length: 11 }], 1),
    "an item longer than anything": found([{ ...item(1), length: 2 ** 32 - 1 }], 1),
    "a listing longer than the answer": found([item(1)], 1, 2 ** 31),
    "a listing that ends inside a frame": found([item(1), item(2)], 2, 38 + 20),
  };
  const fine = found([item(1)], 1);
  for (const [name, bytes] of Object.entries(badLooks)) {
    assert.throws(() => parseTurnAnswer(padded([bytes]), 1), Error, name);
    assert.throws(() => parseTurnAnswer(padded([bytes, fine]), 2), Error, name);
    assert.throws(() => parseTurnAnswer(padded([fine, bytes]), 2), Error, name);
  }
});

test("no flipped bit makes an answer that is read as another without notice, save inside what is sealed", () => {
  const good = answer([{ number: 1, item: "ab".repeat(16), sealed: pattern(5755, 3) }], 1);
  for (let at = 0; at < good.length; at += at < 60 || at > 5780 ? 1 : 997) {
    const bytes = good.slice();
    bytes[at] ^= 1 << at % 8;
    let items;
    try {
      [{ items }] = parseTurnAnswer(bytes, 1);
    } catch {
      continue;
    }
    assert.ok(at < 40 + 5755, `byte ${at}`);
    assert.equal(items.length, 1);
  }
});

const salt = pattern(16, 17);

/** The board that Python makes of these mailboxes, with the pattern as chance. */
function boardOf(boxes) {
  const size = [1024, 2048, 4096, 8192].find((one) => one >= boxes.length);
  const chaff = Buffer.from(pattern(4 * (size - boxes.length), 17));
  const tags = boxes.map((box) => createHash("sha256").update("leeward-waiting-1").update(salt).update(box).digest().subarray(0, 4));
  for (let at = 0; at < chaff.length; at += 4) tags.push(chaff.subarray(at, at + 4));
  return new Uint8Array(Buffer.concat([salt, ...tags.sort(Buffer.compare)]));
}
const boxOf = (i) => createHash("sha256").update(`leeward turn vector box ${i}`).digest().subarray(0, 16);

for (const { named, body } of vectors.boards) {
  test(`a board that names ${named} mailboxes names these and no other`, () => {
    const board = boardOf(Array.from({ length: named }, (_, i) => boxOf(i)));
    assert.equal(hashOf(board), body.sha256);
    for (let i = 0; i < named; i += 101) assert.ok(isWaiting(board, boxOf(i).toString("hex")));
    for (let i = named; i < named + 300; i++) assert.ok(!isWaiting(board, boxOf(i).toString("hex")));
  });
}

test("what is no board is refused", () => {
  const board = boardOf([boxOf(1)]);
  const unsorted = board.slice();
  unsorted.set(board.subarray(-4), 16);
  const box = boxOf(1).toString("hex");
  for (const bad of [unsorted, board.subarray(0, -4), board.subarray(0, -1), new Uint8Array(0), new Uint8Array(16 + 4 * 1000)]) {
    assert.throws(() => isWaiting(bad, box));
  }
});

test("work that is asked for is done, for this very subject", async () => {
  const { signal } = new AbortController();
  for (const [bits, length] of [[0, 16], [1, 16], [8, 32], [12, 16]]) {
    const task = parseTask(`${"5a".repeat(16)} ${bits}`);
    const subject = Buffer.from(pattern(length, bits)).toString("hex");
    const [told, nonce] = (await solve(task, subject, signal)).split(" ");
    assert.equal(told, task.salt);
    const hash = createHash("sha256").update("leeward-work-1").update(Buffer.from(told + subject + nonce, "hex")).digest();
    assert.ok(BigInt(`0x${hash.toString("hex")}`) >> BigInt(256 - bits) === 0n, `${bits} bits`);
    assert.equal(nonce.length, 16);
  }
  assert.equal(await solve({ salt: "00".repeat(16), bits: 28 }, "00".repeat(16), AbortSignal.abort()), null);
});

test("what asks for no work, or for more than a phone can do, is no task", () => {
  for (const header of [null, "", "5a 8", `${"5a".repeat(16)}`, `${"5A".repeat(16)} 8`, `${"5a".repeat(16)} 29`, `${"5a".repeat(16)} -1`, `${"5a".repeat(16)} 8 8`]) {
    assert.equal(parseTask(header), null, String(header));
  }
});
