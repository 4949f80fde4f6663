/**
 * If any part of sealing fails, nothing is sent: every call of every primitive fails once, at its first, its last and many
 * calls between. The primitives are those that the page's code calls: the noble and scure libraries, the browser's random
 * numbers, digests and text encoder, and reading the files.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { ROOT } from "./load.mjs";
import { chance } from "./support/chance.mjs";
import { fetchOf, MemoryRelay } from "./support/memory_relay.mjs";
import { makeTeam } from "./support/team.mjs";

/** Puts a meter between the page's code and its libraries: every call counts, and one of them fails. */
const metered = {
  name: "metered",
  setup(made) {
    made.onResolve({ filter: /^@(noble|scure)\// }, ({ path, importer, namespace }) => {
      if (namespace === "metered" || !importer.includes(join("web", "shared"))) return undefined;
      return { path, namespace: "metered" };
    });
    made.onLoad({ filter: /.*/, namespace: "metered" }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== "default");
      const lines = names.map((name) => `export const ${name} = globalThis.leewardMeter(real.${name}, ${JSON.stringify(`${path} ${name}`)});`);
      return { contents: `import * as real from "${path}";\n${lines.join("\n")}`, resolveDir: ROOT };
    });
  },
};

const meter = { counts: new Map(), total: 0, failAt: -1, on: false, failed: "" };

function count(name) {
  if (!meter.on) return;
  meter.counts.set(name, (meter.counts.get(name) ?? 0) + 1);
  if (meter.total++ === meter.failAt) {
    meter.failed = name;
    throw new Error(`${name} fails`);
  }
}

globalThis.leewardMeter = function wrap(thing, name) {
  if (typeof thing !== "function" && (typeof thing !== "object" || thing === null || ArrayBuffer.isView(thing))) return thing;
  const shell = typeof thing === "function" ? () => undefined : {}; // the libraries' own objects are frozen
  return new Proxy(shell, {
    apply(_, self, given) {
      count(name);
      const result = Reflect.apply(thing, self, given);
      return typeof result?.encrypt === "function" ? globalThis.leewardMeter(result, `${name}()`) : result;
    },
    get(_, key) {
      const member = Reflect.get(thing, key);
      return typeof member === "function" && typeof key === "string" ? globalThis.leewardMeter(member.bind(thing), `${name}.${key}`) : member;
    },
  });
};

const result = await build({
  stdin: { contents: `export * from "./web/shared/report.ts"; export * from "./web/shared/relay.ts"; export * from "./web/shared/envelope.ts";`, resolveDir: ROOT, loader: "ts" },
  bundle: true,
  format: "esm",
  write: false,
  plugins: [metered],
});
const { Sending, Relay, makeEnvelope, SealingFailed, FileUnreadable } = await import(
  `data:text/javascript;base64,${Buffer.from(result.outputFiles[0].contents).toString("base64")}`
);

for (const [holder, key] of [[crypto, "getRandomValues"], [crypto.subtle, "digest"], [TextEncoder.prototype, "encode"], [Blob.prototype, "slice"], [Blob.prototype, "arrayBuffer"]]) {
  const real = holder[key];
  Object.defineProperty(holder, key, {
    configurable: true,
    value(...given) {
      count(key);
      return Reflect.apply(real, this, given);
    },
  });
}

const team = makeTeam();
const any = chance(5);
const small = () => ({ lang: "ru", text: "Мне нужна помощь", files: [new File([any.bytes(90_000)], "a.jpg")] });
const large = () => ({ ...small(), files: [new File([any.bytes(1_300_000)], "a.jpg"), new File([any.bytes(5_000)], "b")] });

/** Run once; how many requests there were, what was thrown, what was given back. */
async function attempt(letter, failAt) {
  const relay = new MemoryRelay();
  relay.makeBox(team.card.box, team.read, team.card.write);
  let requests = 0;
  let sealedCalls = null;
  globalThis.fetch = fetchOf(relay, (request, answer) => {
    requests++;
    sealedCalls ??= meter.total;
    const on = meter.on;
    meter.on = false;
    return answer(request).finally(() => (meter.on = on));
  });
  Object.assign(meter, { counts: new Map(), total: 0, failAt, failed: "", on: false });
  const sending = new Sending(team.card, letter, null);
  meter.on = true;
  let error = null;
  const code = await sending.run(new Relay(() => Promise.reject(new Error("no")), new AbortController().signal), () => undefined).catch((thrown) => {
    error = thrown;
    return null;
  });
  meter.on = false;
  return { requests, error, code, sealedCalls, sending, relay };
}

for (const [name, letter, most] of [["a small letter", small, 160], ["a letter with a large file", large, 60]]) {
  test(`nothing is sent if any call of any primitive fails while ${name} is sealed`, { timeout: 300_000 }, async () => {
    const whole = await attempt(letter(), -1);
    assert.ok(whole.code && whole.requests >= 1);
    const kinds = [...meter.counts.keys()];
    for (const part of ["ml_kem768.encapsulate", "x25519.getPublicKey", "x25519.getSharedSecret", "chacha20poly1305().encrypt", "hkdf", "hmac", "sha256.create", "bech32.decode", "base64nopad.encode", "getRandomValues", "digest", "encode", "arrayBuffer", "slice"]) {
      assert.ok(kinds.some((kind) => kind.endsWith(part)), `${part} is never called: ${kinds}`);
    }
    const tried = new Set();
    const step = Math.max(1, Math.floor(whole.sealedCalls / most));
    for (let failAt = 0; failAt < whole.sealedCalls; failAt += failAt < 40 || failAt > whole.sealedCalls - 40 ? 1 : step) {
      const { requests, error, code } = await attempt(letter(), failAt);
      if (meter.failed === "") continue; // a code was drawn at once this time, with fewer calls than the first
      tried.add(meter.failed);
      assert.equal(code, null);
      assert.equal(requests, 0, `${meter.failed}, call ${failAt}`);
      assert.ok(error instanceof SealingFailed || error instanceof FileUnreadable, `${meter.failed}: ${error.stack}`);
    }
    assert.ok(tried.size >= 10, [...tried].join(", "));
  });
}

test("after a failure the same sending can be run again, and all of it arrives", async () => {
  const whole = await attempt(small(), -1);
  for (const share of [0.1, 0.5, 0.9, 0.999]) {
    const { sending, relay } = await attempt(small(), Math.floor((whole.sealedCalls - 20) * share));
    assert.ok(meter.failed);
    const code = await sending.run(new Relay(() => Promise.reject(new Error("no")), new AbortController().signal), () => undefined);
    assert.equal(code.length, 8);
    assert.equal(relay.boxes.get(team.card.box).items.length, 1);
  }
});

test("no envelope comes out if any call fails", async () => {
  Object.assign(meter, { total: 0, failAt: -1, on: true });
  await makeEnvelope(team.card, small());
  const all = meter.total;
  for (let failAt = 0; failAt < all - 20; failAt += failAt < 60 ? 1 : 3) {
    const letter = small();
    Object.assign(meter, { total: 0, failAt, on: true });
    await assert.rejects(makeEnvelope(team.card, letter), (error) => error instanceof SealingFailed || error instanceof FileUnreadable);
  }
  meter.on = false;
});
