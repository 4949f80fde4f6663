/** The true relay as a child process, and what a desk does with it. */
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../load.mjs";

const realFetch = globalThis.fetch;
const hashOf = (token) => createHash("sha256").update(Buffer.from(token, "hex")).digest();

/** Run a relay until `end` is called. `folder` holds what it keeps. */
export async function startRelay() {
  const folder = await mkdtemp(join(tmpdir(), "leeward-relay-"));
  const python = process.env.PYTHON ?? "python3";
  const child = spawn(python, ["-m", "leeward.cli.main", "relay", join(folder, "store"), "--until-stdin-ends"], {
    env: { ...process.env, PYTHONPATH: join(ROOT, "src") },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = new Promise((done) => child.once("exit", done));
  let said = "";
  const url = await new Promise((found, failed) => {
    child.stdout.on("data", (bytes) => {
      said += bytes;
      const at = /Relay at (http:\S+)/.exec(said);
      if (at) found(at[1].replace(/\/$/, ""));
    });
    gone.then(() => failed(new Error(`the relay did not start: ${said}`)));
  });
  return {
    url,
    folder: join(folder, "store"),
    async end() {
      child.stdin.end();
      await gone;
      await rm(folder, { recursive: true });
    },
  };
}

/** What a desk asks of the relay. */
export function deskOf(relay) {
  const ask = async (method, path, token, body, headers = {}) => {
    const authorization = token ? { Authorization: `Bearer ${token}` } : {};
    return realFetch(relay.url + path, { method, headers: { ...authorization, ...headers }, body });
  };
  return {
    async makeBox(box, read, write) {
      const answer = await ask("PUT", `/v1/boxes/${box}`, null, Buffer.concat([hashOf(read), hashOf(write)]));
      if (!answer.ok) throw new Error(`no box: ${answer.status} ${await answer.text()}`);
    },
    async append(box, write, sealed) {
      const answer = await ask("POST", `/v1/boxes/${box}/items/${randomBytes(16).toString("hex")}`, write, sealed);
      if (!answer.ok) throw new Error(`not appended: ${answer.status} ${await answer.text()}`);
    },
    /** Items of a box after a number, as sealed bytes. */
    async list(box, read, after = 0) {
      const found = [];
      for (;;) {
        const bytes = Buffer.from(await (await ask("GET", `/v1/boxes/${box}/items?after=${after}&limit=200`, read)).arrayBuffer());
        if (bytes.length === 0) return found;
        for (let at = 0; at < bytes.length; ) {
          after = Number(bytes.readBigUInt64BE(at));
          const length = bytes.readUInt32BE(at + 24);
          found.push(bytes.subarray(at + 28, at + 28 + length));
          at += 28 + length;
        }
      }
    },
    async getBlob(blob) {
      const answer = await ask("GET", `/v1/blobs/${blob}`);
      return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined;
    },
    status: async (method, path, token, body) => (await ask(method, path, token, body)).status,
    ask,
  };
}

/** A `fetch` for pages, which ask by path alone; `watch` sees each request and answer as a wire shows them. */
export function fetchFrom(relay, watch = () => undefined) {
  return async (path, init) => {
    const began = performance.now();
    const answer = await realFetch(relay.url + path, init);
    const bytes = await answer.arrayBuffer();
    watch({
      method: init.method,
      path,
      headers: Object.keys(init.headers).sort().join(),
      sent: init.body?.length ?? 0,
      body: init.body,
      status: answer.status,
      got: bytes.byteLength,
      took: performance.now() - began,
      at: began,
    });
    return new Response([204, 205, 304].includes(answer.status) ? null : bytes, { status: answer.status, headers: answer.headers });
  };
}
