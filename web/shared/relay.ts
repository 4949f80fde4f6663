/**
 * Requests to the relay (docs/protocol.md, 4). The same bytes again after every failure, so that nothing is stored twice.
 * Bodies are whole arrays: streamed bodies fail in Chromium and arrive as a few wrong letters from Firefox.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromHex, toHex } from "./bytes.js";

const WAITS_MS = [600, 2500];
const PATIENCE_MS = 90_000;
const SLOWEST = 2; // bytes a millisecond that a connection must carry, beyond that patience: a bad phone line through Tor does
const LIST_LIMIT = 100;

/** The relay answered, and the answer is no. Asking again will not help. */
export class Refused extends Error {
  constructor(readonly status: number, readonly word: string) {
    super(`${status} ${word}`);
  }
}

/** The person chose to stop. */
export class Stopped extends Error {}

/** What to do when several tries failed: resolve to try again with the same bytes, reject with `Stopped` to give up. */
export type OnTrouble = () => Promise<void>;

/** One item of a mailbox. */
export interface Item {
  readonly number: number;
  readonly sealed: Uint8Array;
}

export class Relay {
  constructor(private readonly onTrouble: OnTrouble, private readonly stop: AbortSignal) {}

  /** Make a mailbox; quiet if it is there already with the same tokens. */
  async makeBox(box: string, read: string, write: string): Promise<void> {
    const hashes = concat(sha256(fromHex(read)), sha256(fromHex(write)));
    await this.ask("PUT", `/v1/boxes/${box}`, {}, hashes);
  }

  /** Append a sealed item. */
  async append(box: string, write: string, item: string, sealed: Uint8Array): Promise<void> {
    await this.ask("POST", `/v1/boxes/${box}/items/${item}`, { Authorization: `Bearer ${write}` }, sealed);
  }

  /** Store a sealed piece. */
  async putBlob(blob: string, erase: string, sealed: Uint8Array): Promise<void> {
    await this.ask("PUT", `/v1/blobs/${blob}`, { "Leeward-Erase": toHex(sha256(fromHex(erase))) }, sealed);
  }

  /** Take back a stored piece; failure is not reported, nobody could open it anyway. */
  async eraseBlob(blob: string, erase: string): Promise<void> {
    await this.once("DELETE", `/v1/blobs/${blob}`, { Authorization: `Bearer ${erase}` }).catch(() => undefined);
  }

  /** All items of a mailbox, oldest first. */
  async list(box: string, read: string): Promise<Item[]> {
    const items: Item[] = [];
    for (;;) {
      const after = items.length ? items[items.length - 1]!.number : 0;
      const path = `/v1/boxes/${box}/items?after=${after}&limit=${LIST_LIMIT}`;
      const answer = await this.ask("GET", path, { Authorization: `Bearer ${read}` });
      const page = parseListing(new Uint8Array(await answer.arrayBuffer()), after);
      items.push(...page);
      const last = Number(answer.headers.get("Leeward-Last") ?? 0);
      if (page.length === 0 || items[items.length - 1]!.number >= last) return items;
    }
  }

  private async ask(method: string, path: string, headers: Record<string, string>, body?: Uint8Array): Promise<Response> {
    for (let tries = 0; ; tries++) {
      try {
        const answer = await this.once(method, path, headers, body);
        if (answer.ok) return answer;
        if (answer.status < 500 && answer.status !== 429) {
          throw new Refused(answer.status, (await answer.text()).trim().slice(0, 40));
        }
      } catch (error) {
        if (this.stop.aborted) throw new Stopped();
        if (error instanceof Refused) throw error;
      }
      const wait = WAITS_MS[tries];
      if (wait === undefined) {
        await this.onTrouble();
        tries = -1;
      } else {
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  }

  private async once(method: string, path: string, headers: Record<string, string>, body?: Uint8Array): Promise<Response> {
    const late = new AbortController();
    const stop = (): void => late.abort();
    const timer = setTimeout(stop, PATIENCE_MS + (body?.length ?? 0) / SLOWEST);
    this.stop.addEventListener("abort", stop);
    try {
      return await fetch(path, {
        method,
        headers: { ...headers, ...(body && { "Content-Type": "application/octet-stream" }) },
        body: (body ?? null) as BodyInit | null,
        signal: late.signal,
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
    } finally {
      clearTimeout(timer);
      this.stop.removeEventListener("abort", stop);
    }
  }
}

/** The frames of a listing; throws if they are cut short or out of order. */
export function parseListing(bytes: Uint8Array, after: number): Item[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const items: Item[] = [];
  let before = after;
  for (let at = 0; at < bytes.length; ) {
    const number = Number(view.getBigUint64(at));
    const length = view.getUint32(at + 24);
    if (number <= before || at + 28 + length > bytes.length) throw new Error("not a listing");
    items.push({ number, sealed: bytes.slice(at + 28, at + 28 + length) });
    before = number;
    at += 28 + length;
  }
  return items;
}
