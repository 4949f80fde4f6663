import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import * as vectors from "cctv-age";
import { load } from "./load.mjs";

const { seal, openSealed, openAge, parseRecipient, recipientOf, frame, unframe, paddedLength } = await load(
  "shared/age.ts",
  "shared/open.ts",
  "shared/frame.ts",
);

const CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** The 32 bytes in an identity string; the checksum is not looked at. */
function seedOf(identity) {
  const words = [...identity.toLowerCase().split("-pq-1")[1].slice(0, -6)].map((letter) => CHARSET.indexOf(letter));
  const bits = words.map((word) => word.toString(2).padStart(5, "0")).join("");
  return Uint8Array.from({ length: 32 }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2));
}

const identity = await generateHybridIdentity();
const seed = seedOf(identity);
const recipient = parseRecipient(recipientOf(seed));
const bytes = (length) => Uint8Array.from({ length }, (_, i) => (i * 31 + 7) & 255);

test("a seed gives the recipient that age-encryption gives", async () => {
  assert.equal(recipientOf(seed), await identityToRecipient(identity));
});

for (const length of [0, 1, 4000, 65_536 - 20, 65_536, 200_000]) {
  test(`age-encryption opens what we seal: ${length} bytes`, async () => {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const plain = await decrypter.decrypt(await seal("piece", bytes(length), recipient));
    assert.equal(plain.length, paddedLength("piece", `leeward-piece-1 ${length}\n`.length + length));
    assert.deepEqual(Buffer.from(unframe("piece", plain)), Buffer.from(bytes(length)));
  });

  test(`we open what age-encryption seals: ${length} bytes`, async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipientOf(seed));
    const sealed = await encrypter.encrypt(frame("reply", bytes(length)));
    assert.deepEqual(Buffer.from(openSealed("reply", sealed, seed)), Buffer.from(bytes(length)));
  });
}

test("another kind, another key, and every kind of flipped byte are refused", async () => {
  const sealed = await seal("report", bytes(100), recipient);
  assert.throws(() => openSealed("reply", sealed, seed));
  assert.throws(() => openSealed("report", sealed, bytes(32)));
  for (let at = 0; at < sealed.length; at += 97) {
    const changed = sealed.slice();
    changed[at] ^= 1;
    assert.throws(() => openSealed("report", changed, seed), undefined, `byte ${at}`);
  }
});

test("a file cut short or with something behind it is refused", async () => {
  const sealed = await seal("report", bytes(70_000), recipient);
  const cuts = [0, 1, 22, 1500, sealed.length - 70_000, sealed.length - 4096, sealed.length - 1];
  for (const cut of cuts) assert.throws(() => openSealed("report", sealed.subarray(0, cut), seed), undefined, `cut ${cut}`);
  assert.throws(() => openSealed("report", Buffer.concat([sealed, Buffer.from("x")]), seed));
});

test("a broken recipient is refused before anything is sealed", () => {
  const whole = recipientOf(seed);
  const last = whole.endsWith("q") ? "p" : "q";
  for (const broken of ["", "age1", whole.slice(0, -1), whole.slice(0, -1) + last, whole.toUpperCase(), `${whole} `]) {
    assert.throws(() => parseRecipient(broken), undefined, broken.slice(0, 20));
  }
});

/** Head and body of a public vector. */
function readVector(raw) {
  const text = Buffer.from(raw).toString("latin1");
  const end = text.indexOf("\n\n");
  const head = {};
  for (const line of text.slice(0, end).split("\n")) {
    const [key, value] = line.split(": ");
    (head[key] ??= []).push(value);
  }
  return { head, body: raw.slice(end + 2) };
}

const hybrid = Object.entries(vectors).filter(([name]) => name.startsWith("hybrid"));

test("there are public vectors to try", () => assert.ok(hybrid.length >= 15));

for (const [name, raw] of hybrid) {
  const { head, body } = readVector(raw);
  const keys = (head.identity ?? []).filter((one) => one.startsWith("AGE-SECRET-KEY-PQ-1"));
  const single = Buffer.from(body).toString("latin1").split("\n---")[0].split("\n-> ").length === 2;
  const good = head.expect[0] === "success" && single && keys.length > 0;
  test(`public vector ${name}: ${good ? "opens" : "is refused"}`, () => {
    if (!good) {
      for (const key of keys) assert.throws(() => openAge(body, seedOf(key)));
      return;
    }
    const digests = keys.map((key) => createHash("sha256").update(openAge(body, seedOf(key))).digest("hex"));
    assert.ok(digests.includes(head.payload[0]));
  });
}
