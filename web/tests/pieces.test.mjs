/** Pieces that can be sent again (docs/protocol.md, 3.2): the same piece the same bytes, anything else other keys. */
import assert from "node:assert/strict";
import { createHash, createHmac, hkdfSync } from "node:crypto";
import { test } from "node:test";
import { Decrypter } from "age-encryption";
import { bech32 } from "@scure/base";
import { load } from "./load.mjs";

const { sealPiece, fileKeys, recipientOf, openSealed, openAge, macKey, PIECE_PLAIN, unframe } = await load(
  "shared/pieces.ts",
  "shared/age.ts",
  "shared/open.ts",
  "shared/frame.ts",
);

const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
const recipient = recipientOf(seed);
const other = recipientOf(seed.map((byte) => byte ^ 1));
const upload = "c0".repeat(32);
const file = { name: "снимок 1.jpg", size: 3_000_000, type: "image/jpeg" };
const bytes = (length, start = 7) => Uint8Array.from({ length }, (_, i) => (i * 31 + start) & 255);
/** Pages of different age go on with each other's uploads as long as this stays. */
const VECTOR = {
  blob: "d1ffc118780f7f9ec68740354a0aacf3dc775c1defcce08d83f438042d0f34c0",
  erase: "938d69a20da7327122c93bcd3defa36d19d11233f7ede044f7d6162a955b278a",
  size: 5755,
  sha256: "7e67ab6254dbc9a136f3b5ebcd0db8a4ba54f8be259d8ccfbb15fb8f7812ef47",
};
const hashOf = (data) => createHash("sha256").update(data).digest("hex");

test("the same piece seals to the same bytes, in any life of the page", async () => {
  const plain = bytes(300_000);
  const first = await sealPiece(fileKeys(upload, file, recipient), 2, plain);
  const again = await sealPiece(fileKeys(upload, { ...file }, recipient), 2, plain.slice());
  assert.deepEqual(first, again);
});

test("a published vector: another build of the page goes on where this one stopped", async () => {
  const { piece } = await sealPiece(fileKeys(upload, file, recipient), 2, bytes(1000));
  assert.deepEqual(piece, VECTOR);
});

test("addresses, tokens and randomness are what the protocol says", async () => {
  const plain = bytes(1000);
  const number = Buffer.from([0, 0, 0, 2]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(file.size));
  const zero = Buffer.alloc(1);
  const what = createHash("sha256").update(file.name).update(zero).update(size).update(file.type).update(zero).update(recipient).digest();
  const derive = (label) =>
    createHmac("sha256", Buffer.from(upload, "hex")).update(label).update(what).update(number).update(hashOf(plain), "hex").digest();
  const { piece, sealed, eraseHash } = await sealPiece(fileKeys(upload, file, recipient), 2, plain);
  assert.equal(piece.blob, derive("leeward-piece-blob-1").toString("hex"));
  assert.equal(piece.erase, derive("leeward-piece-erase-1").toString("hex"));
  assert.equal(eraseHash, hashOf(derive("leeward-piece-erase-1")));
  assert.equal(piece.size, sealed.length);
  assert.equal(piece.sha256, hashOf(sealed));
  const random = Buffer.from(hkdfSync("sha256", derive("leeward-piece-seal-1"), "", "", 96));
  const text = Buffer.from(sealed).toString("latin1");
  const payload = text.indexOf("\n", text.indexOf("\n---") + 1) + 1;
  assert.deepEqual(Buffer.from(sealed.subarray(payload, payload + 16)), random.subarray(16, 32));
  const header = text.slice(0, text.indexOf("\n---") + 4);
  const mac = createHmac("sha256", macKey(new Uint8Array(random.subarray(0, 16)))).update(header, "latin1").digest("base64");
  assert.equal(text.slice(header.length + 1, payload - 1), mac.replace("=", ""));
});

test("whatever differs has another address, another token, another file key and another nonce", async () => {
  const plain = bytes(2000);
  const changed = plain.slice();
  changed[1999] ^= 1;
  const cases = [
    [upload, file, recipient, 0, plain],
    [upload, file, recipient, 0, changed],
    [upload, file, recipient, 0, plain.subarray(1)],
    [upload, file, recipient, 1, plain],
    [upload, { ...file, name: "снимок 2.jpg" }, recipient, 0, plain],
    [upload, { ...file, size: 3_000_001 }, recipient, 0, plain],
    [upload, { ...file, type: "image/png" }, recipient, 0, plain],
    [upload, { ...file, name: "снимок 1.jp", type: "gimage/jpeg" }, recipient, 0, plain],
    [upload, file, other, 0, plain],
    ["c1".repeat(32), file, recipient, 0, plain],
  ];
  const seen = { blob: new Set(), erase: new Set(), header: new Set(), share: new Set(), nonce: new Set(), start: new Set() };
  for (const [secret, what, to, number, content] of cases) {
    const { piece, sealed } = await sealPiece(fileKeys(secret, what, to), number, content);
    const text = Buffer.from(sealed).toString("latin1");
    const payload = text.indexOf("\n", text.indexOf("\n---") + 1) + 1;
    seen.blob.add(piece.blob);
    seen.erase.add(piece.erase);
    seen.header.add(text.slice(0, payload));
    seen.share.add(text.split("\n")[1]);
    seen.nonce.add(text.slice(payload, payload + 16));
    seen.start.add(text.slice(payload + 16, payload + 48)); // all plain texts but one begin alike
  }
  for (const [name, values] of Object.entries(seen)) assert.equal(values.size, cases.length, name);
});

test("what is sealed so is an age file like any other", async () => {
  const identity = bech32.encode("age-secret-key-pq-", bech32.toWords(seed), false).toUpperCase();
  for (const length of [0, 1, 65_536, PIECE_PLAIN]) {
    const { sealed } = await sealPiece(fileKeys(upload, file, recipient), 0, bytes(length));
    assert.deepEqual(hashOf(openSealed("piece", sealed, seed)), hashOf(bytes(length)));
    assert.throws(() => openAge(sealed, seed.map((byte) => byte ^ 1)));
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    assert.equal(hashOf(unframe("piece", await decrypter.decrypt(sealed))), hashOf(bytes(length)));
  }
});
