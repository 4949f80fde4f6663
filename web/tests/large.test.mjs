/** A large file is sealed and sent in constant memory. LEEWARD_MEGABYTES says how large (2040 in the long form). */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { load } from "./load.mjs";
import { chance } from "./support/chance.mjs";
import { makeTeam, openReport, openSealed } from "./support/team.mjs";

const { Sending, Relay } = await load("shared/report.ts", "shared/relay.ts");
const MEGABYTES = Number(process.env.LEEWARD_MEGABYTES ?? 96);
const BLOCK = 1 << 20;
const MOST_GROWTH = 64 * 1024 ** 2; // eight held, three on their way, and what the collector has not got to yet

/** A file that is made as it is read, so that only the page's own memory counts. */
class MadeFile {
  name = "фильм.mp4";
  type = "video/mp4";
  block = chance(3).bytes(BLOCK);

  constructor(size) {
    this.size = size;
  }

  bytes(start, end) {
    const made = Buffer.alloc(end - start);
    for (let at = start; at < end; ) {
      const within = at % BLOCK;
      const taken = Math.min(BLOCK - within, end - at);
      made.set(this.block.subarray(within, within + taken), at - start);
      at += taken;
    }
    if (made.length >= 4) made.writeUInt32BE(Math.floor(start / 4) >>> 0);
    return made;
  }

  slice(start, end) {
    return { arrayBuffer: async () => new Uint8Array(this.bytes(start, end)).buffer };
  }
}

test(`${MEGABYTES} MB are sent in constant memory`, { timeout: 1_700_000 }, async () => {
  const team = makeTeam();
  const file = new MadeFile(MEGABYTES * 1_000_000 + 17);
  const stored = new Map(); // address to hash: the pieces themselves would be the memory that is measured
  const first = [];
  let report = null;
  let most = 0;
  let inFlight = 0;
  let together = 0;
  globalThis.fetch = async (path, { method, body }) => {
    together = Math.max(together, ++inFlight);
    await new Promise((done) => setTimeout(done, 1));
    inFlight--;
    const memory = process.memoryUsage();
    most = Math.max(most, memory.heapUsed + memory.external);
    if (method === "PUT") {
      stored.set(path.split("/").at(-1), { length: body.length, sum: createHash("sha256").update(body).digest("hex") });
      if (first.length < 3) first.push(Buffer.from(body));
      return new Response(null, { status: 201 });
    }
    report = Buffer.from(body);
    const answer = new Uint8Array(32 * 1024);
    return new Response(answer);
  };
  globalThis.gc?.();
  const before = process.memoryUsage();
  const began = performance.now();
  let done = 0;
  const sending = new Sending(team.card, { lang: "ru", text: "", files: [file] }, null);
  await sending.run(new Relay(() => Promise.reject(new Error("trouble")), new AbortController().signal), (now) => (done = now));
  const seconds = (performance.now() - began) / 1000;
  const growth = most - before.heapUsed - before.external;
  console.log(`${(MEGABYTES / seconds).toFixed(1)} MB/s sealed and sent, ${(growth / 1e6).toFixed(0)} MB of growth, ${together} requests at once`);
  assert.equal(done, file.size);
  assert.ok(together <= 2);
  assert.ok(growth < MOST_GROWTH, `${growth} bytes`);
  const at = report.indexOf(Buffer.from(team.card.write, "hex")) + 32 + 16;
  const told = openReport(team, report.subarray(at + 4, at + 4 + report.readUInt32BE(at))).files[0];
  assert.equal(told.size, file.size);
  assert.equal(told.pieces.length, stored.size);
  const whole = createHash("sha256");
  for (let start = 0, i = 0; start < file.size; start += 1_044_480, i++) {
    const plain = file.bytes(start, Math.min(start + 1_044_480, file.size));
    whole.update(plain);
    const { blob, size, sha256 } = told.pieces[i];
    assert.deepEqual(stored.get(blob), { length: size, sum: sha256 });
    if (i < 3) assert.ok(Buffer.from(openSealed("piece", new Uint8Array(first[i]), team.seed)).equals(plain));
  }
  assert.equal(told.sha256, whole.digest("hex"));
});
