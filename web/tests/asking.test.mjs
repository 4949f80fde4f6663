/** How a page asks: again after failures with the same bytes, with work when it is asked for, never after a no. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { load } from "./load.mjs";
import { fetchOf, MemoryRelay } from "./support/memory_relay.mjs";
import { makeTeam } from "./support/team.mjs";

const { sendFirst, Sending, Relay, Refused, KnownOnly, Stopped, FileUnreadable, visit, makeCode } = await load("shared/report.ts", "shared/relay.ts", "shared/visits.ts", "shared/codes.ts");

const later = globalThis.setTimeout;
const waits = [];
globalThis.setTimeout = (work, ms = 0, ...rest) => {
  if (ms > 60_000) return later(work, ms, ...rest);
  if (ms >= 100) waits.push(ms);
  return later(work, ms / 1000, ...rest);
};

const team = makeTeam();
const letter = (more = {}) => ({ lang: "ru", text: "x", files: [], ...more });

/** A page whose first requests are answered by these, one after another; the rest by a relay. Then what was asked. */
function pageWith(answers, onTrouble = () => Promise.reject(new Stopped()), stop = new AbortController().signal) {
  const relay = new MemoryRelay();
  relay.makeBox(team.card.box, team.read, team.card.write);
  const asked = [];
  const works = [];
  waits.length = 0;
  globalThis.fetch = fetchOf(relay, async (request, answer) => {
    asked.push(request);
    const next = answers.shift();
    if (next instanceof Error) throw next;
    const told = typeof next === "function" ? next(request) : next;
    return told ? { headers: {}, body: Buffer.alloc(0), ...told } : answer(request);
  });
  return { relay: new Relay(onTrouble, stop, (bits) => works.push(bits)), asked, works, kept: () => relay.boxes.get(team.card.box).items.length };
}
const word = (status, text, headers = {}) => ({ status, headers, body: Buffer.from(`${text}\n`) });
const nothing = () => undefined;

test("work is done for the item's id, more of it when it is urgent, and the same bytes are sent again", async () => {
  for (const urgent of [false, true]) {
    const salt = "3c".repeat(16);
    const { relay, asked, works, kept } = pageWith([word(429, "work-needed", { "Leeward-Work": `${salt} 9` })]);
    await sendFirst(team.card, letter({ urgent }), relay, nothing);
    assert.equal(kept(), 1);
    assert.equal(asked.length, 2);
    assert.ok(asked[0].body.equals(asked[1].body));
    assert.deepEqual(works, [urgent ? 11 : 9, 0]);
    const [told, nonce] = asked[1].headers.get("Leeward-Work").split(" ");
    assert.equal(told, salt);
    const item = asked[0].body.indexOf(Buffer.from(team.card.write, "hex")) + 32;
    const hash = createHash("sha256").update("leeward-work-1").update(Buffer.from(salt, "hex")).update(asked[0].body.subarray(item, item + 16)).update(nonce, "hex").digest();
    assert.ok(hash.readUInt16BE() >> (urgent ? 5 : 7) === 0);
  }
});

test("work for a piece is bound to its address, and asked for anew as often as the relay wants", async () => {
  const ask = (salt) => word(429, "work-needed", { "Leeward-Work": `${salt.repeat(16)} 4` });
  const { relay, asked, works } = pageWith([ask("aa"), ask("bb")]);
  await sendFirst(team.card, letter({ files: [new File([new Uint8Array(300_000)], "a")] }), relay, nothing);
  const [, second, third] = asked;
  assert.equal(second.method, "PUT");
  for (const [request, salt] of [[second, "aa"], [third, "bb"]]) {
    const [told, nonce] = request.headers.get("Leeward-Work").split(" ");
    assert.equal(told, salt.repeat(16));
    const hash = createHash("sha256").update("leeward-work-1").update(told + request.path.split("/").at(-1) + nonce, "hex").digest();
    assert.ok(hash[0] < 16);
  }
  assert.deepEqual(works, [4, 0, 4, 0]);
});

test("work that no phone could do is not begun", async () => {
  for (const bits of ["23", "28", "40", "99", "-1", "1e9"]) {
    const { relay, works } = pageWith(Array(10).fill(word(429, "work-needed", { "Leeward-Work": `${"aa".repeat(16)} ${bits}` })));
    await assert.rejects(sendFirst(team.card, letter(), relay, nothing), Stopped);
    assert.deepEqual(works, [], bits);
  }
});

test("a stop ends the work", async () => {
  const stop = new AbortController();
  const { relay, works } = pageWith([word(429, "work-needed", { "Leeward-Work": `${"aa".repeat(16)} 22` })], nothing, stop.signal);
  later(() => stop.abort(), 150);
  const began = performance.now();
  await assert.rejects(sendFirst(team.card, letter(), relay, nothing), Stopped);
  assert.ok(performance.now() - began < 2000);
  assert.deepEqual(works, [22, 0]);
});

test("a busy relay is asked again after the time that it says", async () => {
  const { relay, asked, kept } = pageWith([word(503, "busy", { "Retry-After": "3" }), word(503, "busy", { "Retry-After": "7" }), word(503, "busy", { "Retry-After": "100000" })]);
  await sendFirst(team.card, letter(), relay, nothing);
  assert.deepEqual([asked.length, kept()], [4, 1]);
  assert.deepEqual(waits.slice(0, 2), [3000, 7000]);
});

test("after three failures the person is asked, once, and the same bytes go again", async () => {
  let troubles = 0;
  const failures = [new TypeError("no line"), word(500, "oops"), word(507, "no-room"), word(400, "wrong-sum")];
  const { relay, asked, kept } = pageWith(failures, async () => void troubles++);
  await sendFirst(team.card, letter(), relay, nothing);
  assert.deepEqual([troubles, asked.length, kept()], [1, 5, 1]);
  assert.equal(new Set(asked.map(({ body }) => body.toString("base64"))).size, 1);
});

test("two requests in trouble ask the person one question", async () => {
  let troubles = 0;
  const failures = Array(6).fill(new TypeError("no line"));
  const { relay, kept } = pageWith(failures, () => new Promise((done) => later(() => (troubles++, done()), 30)));
  await sendFirst(team.card, letter({ files: [new File([new Uint8Array(3_000_000)], "a")] }), relay, nothing);
  assert.deepEqual([troubles, kept()], [1, 1]);
});

test("a no is a no: nothing is asked again", async () => {
  for (const [status, text, kind] of [[403, "known-only", KnownOnly], [404, "no-such-box", Refused], [409, "item-taken", Refused], [413, "too-large", Refused], [400, "bad-request", Refused]]) {
    const { relay, asked } = pageWith([word(status, text)]);
    await assert.rejects(sendFirst(team.card, letter(), relay, nothing), (error) => error instanceof kind && error.status === status && error.word === text);
    assert.equal(asked.length, 1);
  }
});

test("a page of somebody else on the line is not taken for the relay", async () => {
  const portal = { status: 200, headers: {}, body: Buffer.from("<html>Please log in to our wireless network</html>") };
  const { relay, asked, kept } = pageWith([portal, portal]);
  const code = await sendFirst(team.card, letter({ files: [new File([new Uint8Array(300_000)], "a")] }), relay, nothing);
  assert.deepEqual([kept(), code.length], [1, 8]);
  assert.equal(asked.filter(({ method }) => method === "PUT").length, 3);
});

test("a stop is heard at once, in a request and between requests, and nothing is asked after it", async () => {
  const stop = new AbortController();
  const page = pageWith([() => (stop.abort(), undefined)], nothing, stop.signal);
  await assert.rejects(sendFirst(team.card, letter(), page.relay, nothing), Stopped);
  await assert.rejects(visit(team.card, makeCode(), page.relay), Stopped);
  assert.equal(page.asked.length, 1);
});

test("a sending that is run twice at its end sends once", async () => {
  const { relay, asked } = pageWith([]);
  const sending = new Sending(team.card, letter(), null);
  assert.deepEqual(await sending.run(relay, nothing), await sending.run(relay, nothing));
  assert.equal(asked.length, 1);
});

test("a file that cannot be read, or is shorter than it said, is named, and nothing is sent", async () => {
  const broken = (arrayBuffer) => ({ name: "сломан.jpg", size: 1000, type: "", slice: () => ({ arrayBuffer }) });
  for (const file of [broken(() => Promise.reject(new Error("NotReadableError"))), broken(async () => new ArrayBuffer(999))]) {
    const { relay, asked } = pageWith([]);
    await assert.rejects(sendFirst(team.card, letter({ files: [file] }), relay, nothing), (error) => error instanceof FileUnreadable && error.message === "сломан.jpg");
    assert.equal(asked.length, 0);
  }
});

test("a file that changed while its pieces expired is not sent as a mixture", async () => {
  let start = 0;
  const file = {
    name: "a",
    size: 9_000_000,
    type: "",
    slice: (from, to) => ({ arrayBuffer: async () => new Uint8Array(to - from).fill(start + from / 1_044_480).buffer }),
  };
  let failures = [];
  const { relay, asked, kept } = pageWith([], () => Promise.reject(new Stopped()));
  const through = globalThis.fetch;
  globalThis.fetch = (path, init) => (failures.length && init.method === "PUT" && asked.length > 3 ? Promise.reject(failures.shift()) : through(path, init));
  failures = Array(30).fill(new TypeError("no line"));
  const sending = new Sending(team.card, letter({ files: [file] }), null);
  await assert.rejects(sending.run(relay, nothing), Stopped);
  failures = [];
  start = 1;
  globalThis.fetch = (path, init) => (init.method === "HEAD" ? Promise.resolve(new Response(null, { status: 404 })) : through(path, init));
  await assert.rejects(sending.run(relay, nothing), FileUnreadable);
  assert.equal(kept(), 0);
});

test("what belongs to a report that may have been stored is not taken back", async () => {
  const file = new File([new Uint8Array(300_000)], "a");
  const { relay, asked, kept } = pageWith([null, new TypeError("lost"), new TypeError("lost"), new TypeError("lost")]);
  const unheard = new Sending(team.card, letter({ files: [file] }), null);
  await assert.rejects(unheard.run(relay, nothing), Stopped);
  await unheard.abandon(relay);
  assert.ok(asked.every(({ method }) => method !== "DELETE"));
  await unheard.run(relay, nothing);
  assert.equal(kept(), 1);
  const page = pageWith([null, word(403, "known-only")]);
  const refused = new Sending(team.card, letter({ files: [file] }), null);
  await assert.rejects(refused.run(page.relay, nothing), KnownOnly);
  await refused.abandon(page.relay);
  assert.deepEqual(page.asked.map(({ method }) => method), ["PUT", "POST", "DELETE"]);
});
