/**
 * Pieces lost, doubled, reordered, cut, damaged, refused for a while, expired; pages killed and opened again. At the end
 * every report that the team finds is whole, byte for byte, every message whose words were shown is there once, and nothing
 * is ever half. LEEWARD_SCHEDULES says how many schedules (1000 in the long form), LEEWARD_SEED which is the first. Most end at a
 * relay in memory, every twelfth at the true one in a process of its own.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { load } from "./load.mjs";
import { chance } from "./support/chance.mjs";
import { fetchOf, MemoryRelay } from "./support/memory_relay.mjs";
import { makeTeam, openFile, openReport } from "./support/team.mjs";
import { deskOf, startRelay } from "./support/true_relay.mjs";

const { Sending, Relay, Stopped, makeCode } = await load("shared/report.ts", "shared/relay.ts", "shared/codes.ts");
const COUNT = Number(process.env.LEEWARD_SCHEDULES ?? 96);
const FIRST = Number(process.env.LEEWARD_SEED ?? 1);
const team = makeTeam();

/** Waits between tries are a thousand times shorter here. */
const later = globalThis.setTimeout;
globalThis.setTimeout = (work, ms = 0, ...rest) => later(work, ms < 60_000 ? ms / 1000 : ms, ...rest);

let process_, desk;
before(async () => {
  process_ = await startRelay();
  desk = deskOf(process_);
  await desk.makeBox(team.card.box, team.read, team.card.write);
});
after(() => process_.end());

/** What a schedule asks of a relay, in memory or true. */
function memory() {
  const relay = new MemoryRelay();
  relay.makeBox(team.card.box, team.read, team.card.write);
  return {
    relay,
    reports: () => relay.boxes.get(team.card.box).items.map(({ sealed }) => openReport(team, sealed)),
    getBlob: (blob) => relay.blobs.get(blob)?.sealed,
    expire: (any) => {
      for (const blob of relay.blobs.keys()) if (any.next() < 0.5) relay.blobs.delete(blob);
    },
  };
}
let listed = 0; // reports of earlier schedules
function truly(seed) {
  const answer = async (method, path, headers, body) => {
    const told = await desk.ask(method, path, null, body.length ? body : null, Object.fromEntries(headers));
    return { status: told.status, headers: Object.fromEntries(told.headers), body: Buffer.from(await told.arrayBuffer()) };
  };
  return {
    relay: { answer },
    async reports() {
      const found = (await desk.list(team.card.box, team.read, listed)).map((sealed) => openReport(team, sealed));
      listed += found.length;
      return found.filter(({ text }) => text === `schedule ${seed}`);
    },
    getBlob: desk.getBlob,
    expire: nothing,
  };
}
const nothing = () => undefined;

function sizeOf(any) {
  const kind = any.next();
  if (kind < 0.08) return 0;
  if (kind < 0.35) return any.between(1, 60_000);
  if (kind < 0.9) return any.between(60_000, 330_000);
  return any.between(1_000_000, 2_300_000);
}

/** What passes between page and relay, as bad as this schedule has it. */
function badLine(any, state) {
  const { lost, unheard, doubled, cut, flipped, busy, damaged } = state.odds;
  return async (request, answer) => {
    state.requests++;
    if (state.dead || state.requests === state.killAt) {
      state.dead = true;
      if (any.next() < 0.5) await answer(request); // it was on its way when the page was killed
      state.kill();
      throw new TypeError("killed");
    }
    await new Promise((done) => later(done, any.below(3)));
    if (any.next() < lost) throw new TypeError("lost");
    if (any.next() < busy) return { status: any.pick([500, 503, 507]), headers: any.next() < 0.5 ? { "Retry-After": "1" } : {}, body: Buffer.from("busy\n") };
    if (request.body.length && any.next() < cut) return answer({ ...request, body: request.body.subarray(0, any.below(request.body.length)) });
    if (request.body.length && any.next() < flipped) {
      const body = Buffer.from(request.body);
      body[any.below(body.length)] ^= 1 << any.below(8);
      return answer({ ...request, body });
    }
    if (any.next() < doubled) {
      const again = { ...request, body: Buffer.from(request.body) };
      later(() => void answer(again), any.below(6)); // the copy comes later than what follows
    }
    const reached = await answer(request);
    if (any.next() < unheard) throw new TypeError("the answer was lost");
    if (reached.body.length > 100 && any.next() < damaged) return { ...reached, body: reached.body.subarray(0, any.below(reached.body.length)) };
    return reached;
  };
}

/** One schedule; the report ids and files of what must be there. */
async function play(seed) {
  const any = chance(seed);
  const store = seed % 12 === 0 ? truly(seed) : memory();
  const files = Array.from({ length: any.between(1, 4) }, (_, i) => ({ name: `файл ${i}.bin`, type: any.pick(["", "image/jpeg"]), bytes: any.bytes(sizeOf(any)) }));
  if (any.next() < 0.15) files.push(files[0]);
  const letter = () => ({
    lang: "ru",
    text: `schedule ${seed}`,
    files: files.map(({ name, type, bytes }) => new File([bytes], name, { type })),
    urgent: any.next() < 0.3,
  });
  const odd = (name) => (any.next() < 0.5 ? 0 : any.next() * (name === "lost" ? 0.7 : 0.25));
  const state = { requests: 0, odds: Object.fromEntries(["lost", "unheard", "doubled", "cut", "flipped", "busy", "damaged"].map((name) => [name, odd(name)])) };
  let code = any.next() < 0.5 ? makeCode() : null;
  let sending = new Sending(team.card, letter(), code);
  let finished = null;
  for (let life = 0; finished === null; life++) {
    const stop = new AbortController();
    const calm = life > 6;
    Object.assign(state, { dead: false, kill: () => stop.abort(), killAt: calm || any.next() < 0.3 ? -1 : state.requests + any.between(1, 9) });
    if (calm) state.odds = {};
    globalThis.fetch = fetchOf(store.relay, badLine(any, state));
    let asked = 0;
    const trouble = () => (asked++ < any.below(3) ? Promise.resolve() : Promise.reject(new Stopped()));
    let reported = 0;
    const onProgress = (done, all) => {
      assert.ok(done >= reported && done <= all, `progress ${done} of ${all} after ${reported}`);
      reported = done;
    };
    try {
      finished = await sending.run(new Relay(trouble, stop.signal), onProgress);
      assert.equal(reported, files.reduce((sum, { bytes }) => sum + bytes.length, 0));
    } catch (error) {
      assert.ok(error instanceof Stopped, error.stack);
      if (state.dead) sending = new Sending(team.card, letter(), code); // the page is opened again: same words, same files
      else if (any.next() < 0.5) store.expire(any); // and the person takes their time
    }
    await new Promise((done) => later(done, 8));
  }
  if (code) assert.deepEqual(finished, code);
  return { store, files };
}

async function check(store, files, seed) {
  const reports = await store.reports();
  assert.ok(reports.length >= 1, `seed ${seed}: nothing arrived`);
  assert.equal(new Set(reports.map(({ id }) => id)).size, reports.length, `seed ${seed}: a report is there twice`);
  const [last] = reports.slice(-1);
  for (const report of reports) {
    assert.equal(report.text, `schedule ${seed}`);
    assert.equal(report.files.length, files.length);
    for (const [i, file] of report.files.entries()) {
      let whole = null;
      try {
        whole = await openFile(team, file, store.getBlob);
      } catch (error) {
        // Only what expired after its report was sent may be missing, and then only of a message nobody was shown words for.
        assert.ok(report !== last && /is not there/.test(error.message), `seed ${seed}: ${error.message}`);
      }
      if (whole) assert.ok(whole.equals(files[i].bytes), `seed ${seed}: another file`);
      assert.deepEqual([file.name, file.type, file.size], [files[i].name, files[i].type, files[i].bytes.length]);
    }
  }
}

test(`${COUNT} schedules of lost, doubled, reordered, cut and resumed pieces: no corrupt file`, { timeout: 3_600_000 }, async () => {
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const { store, files } = await play(seed);
    await check(store, files, seed);
  }
});
