/**
 * A relay in memory, for tests that need a thousand of them: the real rules of docs/protocol.md 4 for what a page asks.
 * Everything is checked before anything is kept. web/tests/relay.test.mjs drives the true relay with the same page code.
 */
import { createHash } from "node:crypto";

const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const CLASSES = [
  4, 16, 32, 64, 69, 75, 82, 89, 96, 104, 113, 123, 133, 145, 157, 170, 185, 200, 217, 236, 256, 278, 301, 327, 355, 385, 418, 453, 492, 533,
  579, 628, 681, 739, 802, 870, 944, 1024, 2048, 4092,
].map((size) => size * 1024);
const classOf = (length) => CLASSES.find((size) => size >= Math.max(length, 32 * 1024));

class No extends Error {
  constructor(status, word, headers = {}) {
    super(word);
    Object.assign(this, { status, headers });
  }
}

/** Takes a turn apart, or refuses it. */
function parseTurn(body) {
  let at = 0;
  const take = (size) => {
    if (at + size > body.length) throw new No(400, "bad-request");
    at += size;
    return body.subarray(at - size, at);
  };
  const several = (most, one) => {
    const count = take(1)[0];
    if (count > most) throw new No(400, "bad-request");
    return Array.from({ length: count }, one);
  };
  const sealed = () => {
    const length = Buffer.from(take(4)).readUInt32BE();
    if (length < 1 || length > 4 * 1024 * 1024) throw new No(400, "bad-request");
    return Buffer.from(take(length));
  };
  if (Buffer.from(take(15)).toString("latin1") !== "leeward-turn-1\n") throw new No(400, "bad-request");
  const makes = several(2, () => ({ box: hex(take(16)), read: hex(take(32)), write: hex(take(32)) }));
  const puts = several(40, () => ({ blob: hex(take(32)), erase: hex(take(32)), sealed: sealed() }));
  const [post] = several(1, () => ({ box: hex(take(16)), write: hashOf(take(32)), item: hex(take(16)), sealed: sealed() }));
  const looks = several(2, () => ({ box: hex(take(16)), read: hashOf(take(32)), after: Number(Buffer.from(take(8)).readBigUInt64BE()) }));
  if (body.length !== classOf(at) || body.subarray(at).some((byte) => byte !== 0)) throw new No(400, "bad-request");
  if (looks.length === 2 && looks[0].box >= looks[1].box) throw new No(400, "bad-request");
  return { makes, puts, post, looks };
}

/** The answer to the looks of a turn. */
function padded(found) {
  const used = Buffer.concat(found);
  return Buffer.concat([used, Buffer.alloc(classOf(used.length) - used.length)]);
}

export class MemoryRelay {
  boxes = new Map();
  blobs = new Map();

  /** `read` and `write` are tokens in hex. */
  makeBox(box, read, write) {
    this.boxes.set(box, { read: hashOf(Buffer.from(read, "hex")), write: hashOf(Buffer.from(write, "hex")), items: [] });
  }

  /** Status, headers and body of the answer. */
  answer(method, path, headers, body) {
    try {
      const [status, bytes = Buffer.alloc(0)] = this.#route(method, path, headers, body);
      return { status, headers: {}, body: bytes };
    } catch (error) {
      if (!(error instanceof No)) throw error;
      return { status: error.status, headers: error.headers, body: Buffer.from(`${error.message}\n`) };
    }
  }

  #route(method, path, headers, body) {
    const [, , kind, name] = path.split("/");
    const token = () => hashOf(Buffer.from(headers.get("Authorization").slice(7), "hex"));
    const sum = headers.get("Leeward-Sum");
    if (sum && sum !== hashOf(body)) throw new No(400, "wrong-sum");
    if (method === "POST" && kind === "turns") return [200, this.#turn(parseTurn(body))];
    if (kind === "blobs") {
      if (method === "PUT") return [this.#put({ blob: name, erase: headers.get("Leeward-Erase"), sealed: Buffer.from(body) }) ? 201 : 200];
      const found = this.blobs.get(name);
      if (!found || (method === "DELETE" && found.erase !== token())) throw new No(404, "no-such-blob");
      if (method === "DELETE") return this.blobs.delete(name), [204];
      return [200, method === "HEAD" ? undefined : found.sealed];
    }
    if (method === "DELETE" && kind === "boxes" && this.boxes.get(name)?.read === token()) return this.boxes.delete(name), [204];
    throw new No(404, kind === "boxes" ? "no-such-box" : "no-such-page");
  }

  #isNew({ blob, erase, sealed }) {
    const found = this.blobs.get(blob);
    if (found && (found.erase !== erase || !found.sealed.equals(sealed))) throw new No(409, "blob-taken");
    return !found;
  }

  #put(put) {
    const made = this.#isNew(put);
    if (made) this.blobs.set(put.blob, put);
    return made;
  }

  #turn({ makes, puts, post, looks }) {
    for (const { box, read, write } of makes) {
      const found = this.boxes.get(box);
      if (found && (found.read !== read || found.write !== write)) throw new No(409, "box-taken");
    }
    for (const put of puts) this.#isNew(put);
    const box = post && this.boxes.get(post.box);
    if (post && box?.write !== post.write) throw new No(404, "no-such-box");
    const before = box?.items.find(({ item }) => item === post.item);
    if (before && !before.sealed.equals(post.sealed)) throw new No(409, "item-taken");
    for (const make of makes) if (!this.boxes.has(make.box)) this.boxes.set(make.box, { ...make, items: [] });
    for (const put of puts) this.#put(put);
    if (post && !before) box.items.push({ number: box.items.length + 1, item: post.item, sealed: post.sealed });
    return padded(looks.map((look) => this.#listing(look)));
  }

  #listing(look) {
    const found = this.boxes.get(look.box);
    const items = found && found.read === look.read ? found.items : [];
    const frames = items.filter(({ number }) => number > look.after).flatMap(({ number, item, sealed }) => {
      const head = Buffer.alloc(28);
      head.writeBigUInt64BE(BigInt(number));
      head.write(item, 8, "hex");
      head.writeUInt32BE(sealed.length, 24);
      return [head, sealed];
    });
    const listing = Buffer.concat(frames);
    const head = Buffer.alloc(12);
    head.writeBigUInt64BE(BigInt(items.length));
    head.writeUInt32BE(listing.length, 8);
    return Buffer.concat([head, listing]);
  }
}

/** A `fetch` that ends at this relay; `between(request, answer)` may lose, double, delay or change what passes. */
export function fetchOf(relay, between = (request, answer) => answer(request)) {
  return async (path, { method, headers, body, signal }) => {
    const request = { method, path, headers: new Headers(headers), body: body ? Buffer.from(body) : Buffer.alloc(0), signal };
    const reached = await between(request, async (one) => relay.answer(one.method, one.path, one.headers, one.body));
    if (signal.aborted) throw new DOMException("stopped", "AbortError");
    const empty = reached.status === 204 || method === "HEAD";
    return new Response(empty ? null : reached.body, { status: reached.status, headers: reached.headers });
  };
}
