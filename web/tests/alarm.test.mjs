/**
 * Which form of the words was typed? 200 sessions against the true relay, half with the true form, half with the alarm form,
 * of random content. Two observers look: one on the line sees method, path's shape, headers' names, sizes, order, number and
 * timing of requests and answers; one on the relay sees also which mailbox is asked for, its place in the first message and
 * among the addresses, and what lies in both. Classifiers of theirs do no better than chance, and the same classifiers find
 * leaks that are put in on purpose. A third keeps a diary: of people who come back several times it sees every request, with
 * the place of each mailbox in it and what lies in both, and does not find those who change to the alarm form and back.
 *
 * The answers are sealed here as a desk seals them; that the desk's own answers are alike is tested beside it.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { load } from "./load.mjs";
import { chance } from "./support/chance.mjs";
import { makeTeam, openReport, openSealed } from "./support/team.mjs";
import { tell } from "./support/telling.mjs";
import { deskOf, fetchFrom, startRelay } from "./support/true_relay.mjs";

const { sendFirst, sendLater, Relay, visit, lookAgain, endConversation, hasAnswer, alarmForm, deriveWay, seal, parseRecipient } = await load(
  "shared/report.ts",
  "shared/relay.ts",
  "shared/visits.ts",
  "shared/waiting.ts",
  "shared/codes.ts",
  "shared/age.ts",
);

const SESSIONS = 200;
const MOST = 9; // requests of a session that are looked at
const SURE = 0.005;
const any = chance(Number(process.env.LEEWARD_SEED ?? Date.now() & 0xffff));
const team = makeTeam();
const shapes = new Map();
let process_, desk;
let read = 0; // items of the intake box

before(async () => {
  process_ = await startRelay();
  desk = deskOf(process_);
  await desk.makeBox(team.card.box, team.read, team.card.write);
});
after(() => process_.end());

const letter = (text, files = []) => ({ lang: "ru", text, files: files.map((bytes, i) => new File([bytes], `${i}`)) });
const words = () => "слово ".repeat(any.below(60));
const numberOf = (shape) => shapes.get(shape) ?? shapes.set(shape, shapes.size).get(shape);
const shuffle = (list) => {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const other = any.below(i + 1);
    [copy[i], copy[other]] = [copy[other], copy[i]];
  }
  return copy;
};

/** Answers of a desk to both ways: of one size, sealed and appended at one moment, the alarm's now and then hidden. */
async function answer(ways) {
  const text = words();
  const hidden = any.next() < 0.5;
  for (const { alarm, box, write, recipient } of ways) {
    const reply = { v: 1, id: randomBytes(16).toString("hex"), at: Date.now(), ...(alarm && hidden ? { text: "", hidden: true, fill: text } : { text }) };
    await desk.append(box, write, await seal("reply", new Uint8Array(Buffer.from(JSON.stringify(reply))), parseRecipient(recipient)));
  }
}

/** What the page does with what it found. */
const show = (items, form) => {
  const { seed } = deriveWay(form);
  return items.map(({ sealed }) => JSON.parse(Buffer.from(openSealed("reply", sealed, seed)).toString())).filter(({ hidden }) => !hidden);
};

/** One conversation, and then a session in one of its forms, as rows of numbers for the two observers. */
async function record(alarmed) {
  const page = () => new Relay(() => Promise.reject(new Error("trouble")), new AbortController().signal);
  let first = null;
  globalThis.fetch = async (path, init) => {
    first ??= Buffer.from(init.body);
    return fetchFrom(process_)(path, init);
  };
  const code = await sendFirst(team.card, letter(words()), page(), () => undefined);
  const fresh = await desk.list(team.card.box, team.read, read);
  read += fresh.length;
  const { ways } = openReport(team, fresh.at(-1));
  for (let i = any.below(4); i >= 0; i--) await answer(ways);
  const form = alarmed ? alarmForm(code) : code;
  const seen = [];
  globalThis.fetch = fetchFrom(process_, (one) => seen.push(one));
  if (any.next() < 0.3) await hasAnswer(team.card, form, page());
  show(await visit(team.card, form, page()), form);
  if (any.next() < 0.5) show(await lookAgain(team.card, form, page()), form);
  if (any.next() < 0.6) await sendLater(team.card, letter(words(), any.next() < 0.4 ? [any.bytes(any.below(300_000))] : []), form, page(), () => undefined);
  if (any.next() < 0.5) show(await lookAgain(team.card, form, page()), form);
  const ended = any.next() < 0.2;
  const mine = deriveWay(form);
  const other = deriveWay(alarmForm(form));
  const kept = await Promise.all([mine, other].map(async ({ box, read }) => (await desk.list(box, read)).map(({ length }) => length)));
  if (ended) await endConversation(team.card, form, page());
  const line = seen.slice(0, MOST).flatMap(({ method, path, headers, sent, got, status, took, at }, i) => [
    numberOf(`${method} ${path.replace(/[0-9a-f]{32,}/g, "HEX")} ${headers} ${status}`),
    sent,
    got,
    took,
    i ? at - seen[i - 1].at - seen[i - 1].took : 0,
  ]);
  const sums = ["sent", "got", "took"].map((name) => seen.reduce((sum, one) => sum + one[name], 0));
  const row = [seen.length, ...sums, ...line, ...Array(5 * MOST).fill(-1)].slice(0, 4 + 5 * MOST);
  const deleted = seen.filter(({ method }) => method === "DELETE").map(({ path }) => path.includes(mine.box));
  const [ours, theirs] = kept.map((lengths) => lengths.reduce((sum, length, i) => sum + length * (i + 1), lengths.length));
  const store = [mine.box < other.box, first.indexOf(mine.box, 0, "hex") < first.indexOf(other.box, 0, "hex"), deleted[0] ?? 0.5].map(Number);
  return { row, store: [...row, ...store, parseInt(mine.box.slice(0, 8), 16), ours, theirs, ours - theirs] };
}

/** Record sessions until there are enough, half of each kind, in random order. */
async function recordAll() {
  for (let i = 0; i < 6; i++) await record(i % 2 === 0); // what is slow at first is not in the sample
  const labels = shuffle(Array.from({ length: SESSIONS }, (_, i) => i % 2 === 0));
  const records = [];
  for (const label of labels) records.push(await record(label));
  return { labels, records };
}

test("neither who watches the line nor who holds the relay can tell the alarm form", { timeout: 600_000 }, async () => {
  let recorded;
  for (const observer of ["row", "store"]) {
    recorded ??= await recordAll();
    let told = tell(recorded.records.map((one) => one[observer]), recorded.labels, shuffle);
    console.log(`${observer}: ${told.accuracy.toFixed(3)} right by ${told.columns} features; as good by chance in ${told.chance.toFixed(3)}`);
    if (told.chance < SURE) {
      recorded = await recordAll(); // once in a few hundred runs chance looks like a finding: it does not do so twice
      told = tell(recorded.records.map((one) => one[observer]), recorded.labels, shuffle);
    }
    assert.ok(told.chance >= SURE, `${observer}: the form is told in ${(100 * told.accuracy).toFixed(1)} % of sessions`);
  }
  const { labels, records } = recorded;
  const rows = records.map(({ store }) => store);
  const leaks = {
    "more bytes in every second alarm": (row, alarmed, i) => row.with(1, row[1] + (alarmed && i % 2 === 0 ? 1e6 : 0)),
    "an answer that takes a fifth longer": (row, alarmed) => row.map((value, k) => (alarmed && k >= 4 && k % 5 === 2 ? value * 1.2 + 5 : value)),
    "one mailbox made first": (row, alarmed, i) => row.map((value, k) => (k === 4 + 5 * MOST + 1 ? Number(alarmed !== (i % 5 === 0)) : value)),
    "items of another size": (row, alarmed) => row.map((value, k) => (k === row.length - 1 && alarmed ? value + 64 : value)),
  };
  for (const [name, leak] of Object.entries(leaks)) {
    const told = tell(rows.map((row, i) => leak(row, labels[i], i)), labels, shuffle, 210);
    assert.ok(told.chance < SURE, `a leak is not found: ${name}, ${told.accuracy}`);
  }
});

const PEOPLE = 90;
const STAY = [[0, 0, 0, 0], [0, 0, 0, 0]]; // the form of each visit: never changed,
const CHANGE = [[0, 0, 1, 0], [0, 1, 1, 1], [0, 1, 0, 1], [1, 0, 0, 0]]; // or at some time
const PER_VISIT = 2 * 7 + 2;

/** One person's visits over time, as the relay's diary of both mailboxes. */
async function keepDiary(forced) {
  const page = () => new Relay(() => Promise.reject(new Error("trouble")), new AbortController().signal);
  globalThis.fetch = fetchFrom(process_);
  const code = await sendFirst(team.card, letter(words()), page(), () => undefined);
  const fresh = await desk.list(team.card.box, team.read, read);
  read += fresh.length;
  const { ways } = openReport(team, fresh.at(-1));
  const [low, high] = [deriveWay(code), deriveWay(alarmForm(code))].sort((a, b) => (a.box < b.box ? -1 : 1));
  const among = forced ? CHANGE : STAY;
  const row = [];
  for (const alarmed of among[any.below(among.length)]) {
    if (any.next() < 0.6) await answer(ways);
    const form = alarmed ? alarmForm(code) : code;
    const seen = [];
    globalThis.fetch = fetchFrom(process_, (one) => seen.push(one));
    show(await visit(team.card, form, page()), form);
    if (any.next() < 0.5) await sendLater(team.card, letter(words()), form, page(), () => undefined);
    else show(await lookAgain(team.card, form, page()), form);
    const asked = seen.slice(0, 2).flatMap(({ method, path, sent, got, took, body }) => {
      const place = ({ box, read: token }) => [box, token].map((hex) => Buffer.from(body).indexOf(hex, 0, "hex"));
      return [numberOf(`${method} ${path}`), sent, got, took, ...place(low), place(high)[0]];
    });
    row.push(seen.length, numberOf((await Promise.all([low, high].map(({ box, read: token }) => desk.list(box, token)))).map(({ length }) => length).join()), ...asked);
  }
  return row;
}

test("who keeps a diary of both mailboxes does not find those who change from one form to the other", { timeout: 600_000 }, async () => {
  const recordPeople = async () => {
    const labels = shuffle(Array.from({ length: PEOPLE }, (_, i) => i % 2 === 0));
    const rows = [];
    for (const forced of labels) rows.push(await keepDiary(forced));
    return { labels, rows };
  };
  await keepDiary(true);
  let { labels, rows } = await recordPeople();
  assert.ok(rows.every((row) => row.length === 4 * PER_VISIT && !row.includes(-1)), "both mailboxes are in every request");
  let told = tell(rows, labels, shuffle);
  console.log(`diary: ${told.accuracy.toFixed(3)} right by ${told.columns} features; as good by chance in ${told.chance.toFixed(3)}`);
  if (told.chance < SURE) {
    ({ labels, rows } = await recordPeople());
    told = tell(rows, labels, shuffle);
  }
  assert.ok(told.chance >= SURE, `a change of form is told in ${(100 * told.accuracy).toFixed(1)} % of people`);
  // what a page does that asks for the typed form's mailbox alone
  const alone = rows.map((row, i) => row.map((value, k) => (labels[i] && k === 2 * PER_VISIT + 6 && i % 4 ? -1 : value)));
  assert.ok(tell(alone, labels, shuffle, 210).chance < SURE, "a mailbox that is missing now and then is not found");
});
