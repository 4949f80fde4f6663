/** What travels and what is kept has few sizes, and a file costs at most 12 % more than it is. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { load } from "./load.mjs";
import { chance } from "./support/chance.mjs";
import { fetchOf, MemoryRelay } from "./support/memory_relay.mjs";
import { makeTeam, openReport } from "./support/team.mjs";

const { sendFirst, sendLater, Relay, visit, lookAgain, makeCode, alarmForm, deriveWay, seal, parseRecipient, recipientOf, classOf } = await load(
  "shared/report.ts",
  "shared/relay.ts",
  "shared/visits.ts",
  "shared/codes.ts",
  "shared/age.ts",
  "shared/frame.ts",
);

const any = chance(31);
const team = makeTeam();
const KIB = 1024;
const HEADER = 1643; // of a sealed thing, with its nonce, before its chunks: the same for all
const relay = new MemoryRelay();
relay.makeBox(team.card.box, team.read, team.card.write);
let seen = [];
globalThis.fetch = fetchOf(relay, async (request, answer) => {
  const reached = await answer(request);
  seen.push({ method: request.method, sent: request.body.length, got: request.method === "HEAD" ? 0 : reached.body.length, status: reached.status });
  return reached;
});
const page = () => new Relay(() => Promise.reject(new Error("trouble")), new AbortController().signal);
const letter = (text, files = []) => ({ lang: "ru", text, files: files.map((bytes, i) => new File([bytes], `${i}`)) });

async function shape(work) {
  seen = [];
  await work();
  return seen.map(({ method, sent, got }) => `${method} ${sent} ${got}`).join(", ");
}

test("a first message, a later one, a visit, an alarm's visit and another look have one size each way", async () => {
  const shapes = new Set();
  for (let i = 0; i < 20; i++) {
    const text = "ы".repeat(any.below(i % 2 ? 4000 : 40));
    let code;
    shapes.add(await shape(async () => (code = await sendFirst(team.card, { ...letter(text), facts: { note: text.slice(0, 200) }, urgent: i % 3 === 0 }, page(), () => undefined))));
    for (const form of [code, alarmForm(code), makeCode()]) {
      shapes.add(await shape(() => sendLater(team.card, letter(text), form, page(), () => undefined)));
      shapes.add(await shape(() => visit(team.card, form, page())));
      shapes.add(await shape(() => lookAgain(team.card, form, page())));
    }
  }
  assert.deepEqual([...shapes], [`POST ${32 * KIB} ${32 * KIB}`]);
});

test("two answers leave a visit as it is; more of them make it larger by classes, in both forms alike", async () => {
  const code = await sendFirst(team.card, letter("x"), page(), () => undefined);
  const { ways } = openReport(team, relay.boxes.get(team.card.box).items.at(-1).sealed);
  for (let i = 0; i < 5; i++) {
    for (const way of ways) {
      const box = relay.boxes.get(way.box);
      box.items.push({ number: i + 1, item: randomBytes(16).toString("hex"), sealed: Buffer.from(await seal("reply", any.bytes(any.below(3000)), parseRecipient(way.recipient))) });
    }
    for (const form of [code, alarmForm(code)]) assert.equal(await shape(() => visit(team.card, form, page())), `POST ${32 * KIB} ${(i < 2 ? 32 : 64) * KIB}`);
  }
});

/** Bytes that went out and bytes that lie on the relay for a letter. */
async function cost(files) {
  relay.blobs.clear();
  seen = [];
  await sendFirst(team.card, letter("x", files), page(), () => undefined);
  const stored = [...relay.blobs.values()].reduce((sum, { sealed }) => sum + sealed.length, 0) + relay.boxes.get(team.card.box).items.at(-1).sealed.length;
  return { sent: seen.reduce((sum, one) => sum + one.sent, 0), stored, sizes: seen.map((one) => one.sent).filter(Boolean), kept: [...relay.blobs.values()].map(({ sealed }) => sealed.length) };
}

test("a file of 64 KiB or more costs at most 12 %, sent and stored, in at most 40 sizes", async () => {
  const bare = await cost([]);
  const sizes = new Set();
  const kept = new Set();
  let worst = { sent: 0, stored: 0 };
  const lengths = [];
  for (let length = 64 * KIB; length < 1200 * KIB; length = Math.ceil(length * (length < 300 * KIB ? 1.013 : 1.05))) lengths.push(length);
  for (const edge of [64, 69, 75, 82, 89, 96, 104, 113, 123, 133, 145, 157, 170, 185, 200, 217, 236]) lengths.push(edge * KIB - 20, edge * KIB - 10);
  for (const length of lengths) {
    const { sent, stored, sizes: each, kept: pieces } = await cost([any.bytes(length)]);
    const over = { sent: (sent - bare.sent) / length - 1, stored: (stored - bare.stored) / length - 1 };
    for (const way of ["sent", "stored"]) {
      assert.ok(over[way] <= 0.12, `${length} bytes: ${(100 * over[way]).toFixed(1)} % ${way}`);
      if (over[way] > worst[way]) worst = { ...worst, [way]: over[way] };
    }
    for (const size of each) sizes.add(size);
    for (const size of pieces) kept.add(size);
  }
  for (const several of [[70_000, 65_536], [65_536, 65_536, 65_536], [120_000, 90_000], [400_000, 66_000]]) {
    const { sent, stored, sizes: each, kept: pieces } = await cost(several.map((length) => any.bytes(length)));
    const all = several.reduce((sum, length) => sum + length, 0);
    assert.ok(Math.max(sent - bare.sent, stored - bare.stored) <= 1.12 * all, String(several));
    for (const size of each) sizes.add(size);
    for (const size of pieces) kept.add(size);
  }
  // A turn has a class; a blob is a frame of a class with the header and a tag for each chunk.
  const frames = [...sizes].filter((size) => size !== classOf(size, 32 * KIB)).concat([...kept]);
  for (const size of frames) {
    const plain = size - HEADER - 16 * Math.ceil((size - HEADER) / (64 * KIB + 16));
    assert.equal(plain, classOf(plain), `${size} is no class`);
  }
  const classes = new Set(frames.map((size) => size - HEADER - 16 * Math.ceil((size - HEADER) / (64 * KIB + 16))));
  assert.ok(new Set([...classes, ...[...sizes].filter((size) => size === classOf(size, 32 * KIB))]).size <= 40);
  console.log(`worst overhead: sent ${(100 * worst.sent).toFixed(1)} %, stored ${(100 * worst.stored).toFixed(1)} %`);
});

test("a box's address and its tokens do not change any size", () => {
  assert.equal(new Set(Array.from({ length: 20 }, () => recipientOf(deriveWay(makeCode()).seed).length)).size, 1);
});
