/** The page's code against the true relay in a process of its own. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { load } from "./load.mjs";
import { chance } from "./support/chance.mjs";
import { makeTeam, openFile, openReport, openSealed } from "./support/team.mjs";
import { deskOf, fetchFrom, startRelay } from "./support/true_relay.mjs";

const { Sending, sendFirst, sendLater, Relay, Refused, KnownOnly, visit, lookAgain, endConversation, hasAnswer, makeCode, alarmForm, deriveWay, seal, parseRecipient } = await load(
  "shared/report.ts",
  "shared/relay.ts",
  "shared/visits.ts",
  "shared/waiting.ts",
  "shared/codes.ts",
  "shared/age.ts",
);

const any = chance(20);
const team = makeTeam();
let process_, desk, seen;

before(async () => {
  process_ = await startRelay();
  desk = deskOf(process_);
  await desk.makeBox(team.card.box, team.read, team.card.write);
  globalThis.fetch = fetchFrom(process_, (one) => seen.push(one));
});
after(() => process_.end());

const asked = () => {
  seen = [];
  return new Relay(() => Promise.reject(new Error("trouble")), new AbortController().signal);
};
const nothing = () => undefined;
const letter = (text, files = [], more = {}) => ({ lang: "ru", text, files: files.map((bytes, i) => new File([bytes], `файл ${i}`, { type: "image/jpeg" })), ...more });
const reports = async () => (await desk.list(team.card.box, team.read)).map((sealed) => openReport(team, sealed));

/** Answer on both ways of a report, as a desk does; what is hidden in the alarm's has the same length. */
async function answer(ways, text, hidden) {
  const at = Date.now();
  const full = JSON.stringify({ v: 1, id: randomBytes(16).toString("hex"), at, text });
  for (const { alarm, box, write, recipient } of ways) {
    let body = full;
    if (alarm && hidden) {
      const bare = { v: 1, id: randomBytes(16).toString("hex"), at, text: "", hidden: true, fill: "" };
      const room = Buffer.byteLength(full) - Buffer.byteLength(JSON.stringify(bare));
      body = JSON.stringify({ ...bare, fill: "x".repeat(Math.max(0, room)) });
    }
    await desk.append(box, write, await seal("reply", new Uint8Array(Buffer.from(body)), parseRecipient(recipient)));
  }
}

test("a first message, its files and its facts arrive in one turn", async () => {
  const files = [any.bytes(100_000), any.bytes(7), new Uint8Array(0)];
  const facts = { where: "Сигнал", device: "shared", phrase: "тётя Вера", note: "", when: undefined };
  const code = await sendFirst(team.card, letter("Мне нужна помощь \ud800", files, { urgent: true, facts, questions: 3, answers: [{ q: "a", text: "да" }] }), asked(), nothing);
  assert.equal(seen.length, 1);
  const [report] = (await reports()).slice(-1);
  assert.equal(report.text, "Мне нужна помощь \ufffd");
  assert.deepEqual([report.v, report.lang, report.urgent, report.path, report.questions, report.voice], [1, "ru", true, "page", 3, undefined]);
  assert.deepEqual(report.facts, { where: "Сигнал", device: "shared", phrase: "тётя Вера" });
  assert.deepEqual(report.answers, [{ q: "a", text: "да" }]);
  for (const [i, file] of report.files.entries()) assert.ok((await openFile(team, file, desk.getBlob)).equals(files[i]));
  const ways = Object.fromEntries(report.ways.map((way) => [way.alarm, way]));
  assert.equal(ways[false].box, deriveWay(code).box);
  assert.equal(ways[true].box, deriveWay(alarmForm(code)).box);
  for (const way of [deriveWay(code), deriveWay(alarmForm(code))]) assert.equal(await desk.status("GET", `/v1/boxes/${way.box}/items?after=0`, way.read), 200);
});

test("both forms of the words find their answers; what is hidden comes as long as the rest", async () => {
  const code = await sendFirst(team.card, letter("x"), asked(), nothing);
  const { ways } = (await reports()).at(-1);
  assert.deepEqual(await lookAgain(team.card, code, asked()), []);
  await answer(ways, "Придём в шесть, дом с синей дверью", true);
  await answer(ways, "Тепло ли у вас?", false);
  const found = {};
  for (const form of [code, alarmForm(code)]) {
    const items = await visit(team.card, form, asked());
    assert.equal(seen.length, 1);
    const { seed } = deriveWay(form);
    found[form === code] = items.map(({ sealed }) => JSON.parse(Buffer.from(openSealed("reply", sealed, seed)).toString()));
    assert.deepEqual((await lookAgain(team.card, form, asked())).map(({ number }) => number), [1, 2]);
    const { voice } = deriveWay(form);
    const last = (await reports()).at(-1);
    assert.deepEqual([last.voice, last.event], [voice, "opened"]);
  }
  assert.deepEqual(found[true].map(({ text }) => text), ["Придём в шесть, дом с синей дверью", "Тепло ли у вас?"]);
  assert.deepEqual(found[false].map(({ text, hidden }) => [text, hidden]), [["", true], ["Тепло ли у вас?", undefined]]);
});

test("many answers come in several turns, all of them once", async () => {
  const code = await sendFirst(team.card, letter("x"), asked(), nothing);
  const { ways } = (await reports()).at(-1);
  const [way] = ways.filter(({ alarm }) => !alarm);
  for (let i = 0; i < 12; i++) await desk.append(way.box, way.write, any.bytes(1_000_000));
  const items = await lookAgain(team.card, code, asked());
  assert.deepEqual(items.map(({ number }) => number), Array.from({ length: 12 }, (_, i) => i + 1));
  assert.ok(seen.length >= 2);
});

test("later messages come in the voice of the form that was typed", async () => {
  const code = await sendFirst(team.card, letter("x"), asked(), nothing);
  for (const form of [code, alarmForm(code)]) {
    const bytes = any.bytes(30_000);
    await sendLater(team.card, letter("ещё", [bytes]), form, asked(), nothing);
    const last = (await reports()).at(-1);
    assert.deepEqual([last.voice, last.text, last.ways], [deriveWay(form).voice, "ещё", undefined]);
    assert.ok((await openFile(team, last.files[0], desk.getBlob)).equals(bytes));
  }
});

test("a large file goes in pieces, and an upload that was cut off goes on with the words", async () => {
  const bytes = any.bytes(12_000_000);
  const code = makeCode();
  const stop = new AbortController();
  seen = [];
  let puts = 0;
  const through = fetchFrom(process_, (one) => {
    seen.push(one);
    if (one.method === "PUT" && ++puts === 6) stop.abort();
  });
  globalThis.fetch = through;
  await assert.rejects(sendLater(team.card, letter("много", [bytes]), code, new Relay(() => Promise.reject(new Error("no")), stop.signal), nothing));
  globalThis.fetch = fetchFrom(process_, (one) => seen.push(one));
  await sendLater(team.card, letter("много", [bytes]), code, asked(), nothing);
  const sentAgain = seen.filter(({ method }) => method === "PUT").length;
  assert.ok(sentAgain <= 12 - 6, `${sentAgain} pieces were sent again`);
  const last = (await reports()).at(-1);
  assert.equal(last.files[0].pieces.length, 12);
  assert.ok((await openFile(team, last.files[0], desk.getBlob)).equals(bytes));
});

test("a piece may come in a turn once and by itself the next time, and the other way round", async () => {
  const code = makeCode();
  const small = any.bytes(100_000);
  const middle = any.bytes(180_000);
  const large = any.bytes(9_000_000);
  await sendLater(team.card, letter("раз", [small]), code, asked(), nothing);
  assert.equal(seen.length, 1);
  const named = (files) => ({ lang: "ru", text: "два", files: files.map(([name, bytes]) => new File([bytes], name, { type: "image/jpeg" })) });
  await sendLater(team.card, named([["б", large], ["в", middle], ["файл 0", small]]), code, asked(), nothing);
  assert.ok(seen.filter(({ method, status }) => method === "PUT" && status === 200).length === 1, "the small piece was there");
  await sendLater(team.card, named([["в", middle]]), code, asked(), nothing);
  assert.equal(seen.length, 1);
  for (const report of (await reports()).slice(-2)) {
    for (const file of report.files) {
      const whole = await openFile(team, file, desk.getBlob);
      assert.ok([small, middle, large].some((bytes) => whole.equals(bytes)));
    }
  }
});

test("what was stored can be taken back", async () => {
  const stop = new AbortController();
  let puts = 0;
  globalThis.fetch = fetchFrom(process_, (one) => {
    seen.push(one);
    if (one.method === "PUT" && ++puts === 3) stop.abort();
  });
  seen = [];
  const sending = new Sending(team.card, letter("нет", [any.bytes(11_000_000)]), null);
  await assert.rejects(sending.run(new Relay(() => Promise.reject(new Error("no")), stop.signal), nothing));
  const blobs = seen.filter(({ method }) => method === "PUT").map(({ path }) => path);
  assert.ok(blobs.length >= 3);
  globalThis.fetch = fetchFrom(process_, (one) => seen.push(one));
  await sending.abandon(asked());
  const left = await Promise.all(blobs.map((path) => desk.status("HEAD", path)));
  assert.ok(left.filter((status) => status === 200).length <= 1, String(left)); // one was on its way when the page stopped
});

test("the board says that there is an answer until somebody has looked", async () => {
  const code = await sendFirst(team.card, letter("x"), asked(), nothing);
  assert.equal(await hasAnswer(team.card, code, asked()), false);
  assert.equal(seen.length, 1);
  assert.ok(seen[0].got < 50_000);
  await answer((await reports()).at(-1).ways, "да", false);
  const until = Date.now() + 15_000;
  while (!(await hasAnswer(team.card, code, asked()))) {
    assert.ok(Date.now() < until, "the board never named it");
    await new Promise((done) => setTimeout(done, 500));
  }
  assert.equal(await hasAnswer(team.card, makeCode(), asked()), false);
});

test("a conversation that is ended is gone, whichever form ended it, and can be ended again", async () => {
  for (const turned of [(code) => code, alarmForm]) {
    const code = await sendFirst(team.card, letter("x"), asked(), nothing);
    await endConversation(team.card, turned(code), asked());
    const shape = seen.map(({ method, sent, got, status }) => [method, sent, got, status]);
    assert.deepEqual(shape.slice(1).map(([method, , , status]) => [method, status]), [["DELETE", 204], ["DELETE", 204]]);
    assert.deepEqual(seen.slice(1).map(({ path }) => path), seen.slice(1).map(({ path }) => path).sort());
    for (const form of [code, alarmForm(code)]) {
      const way = deriveWay(form);
      assert.equal(await desk.status("GET", `/v1/boxes/${way.box}/items?after=0`, way.read), 404);
      assert.deepEqual(await visit(team.card, form, asked()), []);
    }
    await endConversation(team.card, code, asked());
    assert.equal((await reports()).at(-1).event, "ended");
  }
});

test("words that nobody was given find what an empty mailbox holds", async () => {
  const known = await sendFirst(team.card, letter("x"), asked(), nothing);
  assert.deepEqual(await visit(team.card, known, asked()), []);
  const right = seen.map(({ method, sent, got, status }) => [method, sent, got, status]);
  assert.deepEqual(await visit(team.card, makeCode(), asked()), []);
  assert.deepEqual(seen.map(({ method, sent, got, status }) => [method, sent, got, status]), right);
});

test("a team that takes known words only says so, and known words go on", async () => {
  const code = await sendFirst(team.card, letter("x"), asked(), nothing);
  await answer((await reports()).at(-1).ways, "да", false);
  const unanswered = await sendFirst(team.card, letter("x"), asked(), nothing);
  assert.equal(await desk.status("PUT", `/v1/boxes/${team.card.box}/gate`, team.read, "known"), 204);
  try {
    await assert.rejects(sendFirst(team.card, letter("y"), asked(), nothing), KnownOnly);
    await sendLater(team.card, letter("z"), code, asked(), nothing);
    assert.equal((await visit(team.card, code, asked())).length, 1);
    assert.deepEqual(await visit(team.card, makeCode(), asked()), []);
    await endConversation(team.card, unanswered, asked());
    const way = deriveWay(unanswered);
    assert.equal(await desk.status("GET", `/v1/boxes/${way.box}/items?after=0`, way.read), 404);
  } finally {
    assert.equal(await desk.status("PUT", `/v1/boxes/${team.card.box}/gate`, team.read, "open"), 204);
  }
});

test("a card whose mailbox is not there is refused, and said so", async () => {
  const other = { ...team.card, box: "00".repeat(16) };
  await assert.rejects(sendFirst(other, letter("x"), asked(), nothing), (error) => error instanceof Refused && error.word === "no-such-box");
  assert.equal(seen.length, 1);
});
