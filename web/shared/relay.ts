/**
 * Requests to the relay (docs/protocol.md, 4). The same bytes again after every failure, so that nothing is stored twice.
 * Bodies are whole arrays: streamed bodies fail in Chromium and arrive as a few wrong letters from Firefox.
 */
import type { SealedPiece } from "./pieces.js";
import { parseTurnAnswer, type Found, type ReadyTurn } from "./turn.js";
import { parseTask, solve } from "./work.js";

export type { Item } from "./turn.js";

const WAITS_MS = [600, 2500];
const PATIENCE_MS = 90_000;
const SLOWEST = 2; // bytes a millisecond that a connection must carry, beyond that patience: a bad phone line through Tor does
const BUSY_MOST = 20; // answers "busy" or "work" in a row before the person is asked
const PAUSE_MOST_MS = 60_000;
const URGENT_BITS = 2; // more work than asked is heard earlier; whoever is in danger takes the trouble

/** The relay answered, and the answer is no. Asking again will not help. */
export class Refused extends Error {
  constructor(readonly status: number, readonly word: string) {
    super(`${status} ${word}`);
  }
}

/** The team takes messages only from those who have words already. */
export class KnownOnly extends Refused {}

/** The person chose to stop. */
export class Stopped extends Error {}

/**
 * What to do when several tries failed: resolve to try again with the same bytes, reject with `Stopped` to give up.
 * `word` is what the relay answered last, empty if it did not answer.
 */
export type OnTrouble = (word: string) => Promise<void>;

/** The device works for the relay, so that it is heard in a flood (bits > 0), or has done so (0). */
export type OnWork = (bits: number) => void;

interface Asking {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
  /** What work would be done for: the item to append, or the blob. */
  readonly subject?: string | null;
  readonly urgent?: boolean;
  /** Statuses besides 2xx that are an answer, too. */
  readonly expected?: number;
}

export class Relay {
  private trouble: Promise<void> | null = null;

  constructor(
    private readonly onTrouble: OnTrouble,
    private readonly stop: AbortSignal,
    private readonly onWork: OnWork = () => undefined,
  ) {}

  /** All that the turn asks for, at once or not at all. What was found in the mailboxes that it looks into. */
  async turn({ body, sum, subject, looks }: ReadyTurn, urgent = false): Promise<Found[]> {
    const headers = { "Leeward-Sum": sum };
    return this.ask({ method: "POST", path: "/v1/turns", headers, body, subject, urgent }, (_, bytes) => parseTurnAnswer(bytes, looks));
  }

  /** Store a sealed piece. */
  async putBlob({ piece, sealed, eraseHash }: SealedPiece, urgent = false): Promise<void> {
    const headers = { "Leeward-Erase": eraseHash, "Leeward-Class": "mail", "Leeward-Sum": piece.sha256 };
    const path = `/v1/blobs/${piece.blob}`;
    await this.ask({ method: "PUT", path, headers, body: sealed, subject: piece.blob, urgent }, (_, bytes) => {
      if (bytes.length > 0) throw new Error("this is not the relay's answer"); // a hotel's login page says 200, too
    });
  }

  /** Tell whether a piece is there. */
  async hasBlob(blob: string): Promise<boolean> {
    return this.ask({ method: "HEAD", path: `/v1/blobs/${blob}`, expected: 404 }, (status) => status === 200);
  }

  /** Take back a stored piece; failure is not reported, nobody could open it anyway. */
  async eraseBlob(blob: string, erase: string): Promise<void> {
    await this.once({ method: "DELETE", path: `/v1/blobs/${blob}`, headers: bearer(erase) }).catch(() => undefined);
  }

  /** Erase a mailbox and all that is in it; quiet if there is none. */
  async deleteBox(box: string, read: string): Promise<void> {
    await this.ask({ method: "DELETE", path: `/v1/boxes/${box}`, headers: bearer(read), expected: 404 });
  }

  /** The board, and what `read` makes of it. */
  async board<T>(read: (bytes: Uint8Array) => T): Promise<T> {
    return this.ask({ method: "GET", path: "/v1/waiting" }, (_, bytes) => read(bytes));
  }

  /** Ask until there is an answer; one that `read` throws at was changed on the way. */
  private async ask<T = void>(asking: Asking, read: (status: number, bytes: Uint8Array) => T = () => undefined as T): Promise<T> {
    let work: string | null = null;
    let word = "";
    for (let tries = 0, busy = 0; ; ) {
      if (this.stop.aborted) throw new Stopped();
      let pause = WAITS_MS[tries];
      try {
        const answer = await this.once({ ...asking, headers: { ...asking.headers, ...(work && { "Leeward-Work": work }) } });
        const bytes = new Uint8Array(await answer.arrayBuffer());
        if (answer.ok || answer.status === asking.expected) return read(answer.status, bytes);
        word = refuse(answer.status, bytes);
        if (busy++ < BUSY_MOST) {
          work = await this.doWork(answer, asking);
          if (work) continue;
          const seconds = Number(answer.headers.get("Retry-After") ?? NaN);
          if (seconds >= 0) {
            await this.wait(Math.min(seconds * 1000, PAUSE_MOST_MS));
            continue;
          }
        }
      } catch (error) {
        if (this.stop.aborted) throw new Stopped();
        if (error instanceof Refused) throw error;
        word = "";
      }
      tries++;
      if (pause === undefined) {
        this.trouble ??= this.onTrouble(word).finally(() => (this.trouble = null)); // one question, however many requests wait
        await this.trouble;
        tries = busy = pause = 0;
      }
      await this.wait(pause);
    }
  }

  private async doWork(answer: Response, { subject, urgent }: Asking): Promise<string | null> {
    const task = answer.status === 429 && subject ? parseTask(answer.headers.get("Leeward-Work")) : null;
    if (!task) return null;
    const bits = task.bits + (urgent ? URGENT_BITS : 0);
    this.onWork(bits);
    try {
      return await solve({ ...task, bits }, subject!, this.stop);
    } finally {
      this.onWork(0);
    }
  }

  /** Wait, unless the person stops. */
  private async wait(milliseconds: number): Promise<void> {
    await new Promise<void>((done) => {
      const end = (): void => {
        clearTimeout(timer);
        this.stop.removeEventListener("abort", end);
        done();
      };
      const timer = setTimeout(end, milliseconds);
      this.stop.addEventListener("abort", end);
    });
    if (this.stop.aborted) throw new Stopped();
  }

  private async once({ method, path, headers, body }: Asking): Promise<Response> {
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

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

/** Throw if this answer is a no for good, else return its word. A wrong sum is not: the line changed a bit, and the same bytes go again. */
function refuse(status: number, bytes: Uint8Array): string {
  const word = new TextDecoder().decode(bytes.subarray(0, 40)).trim();
  if (status >= 500 || status === 429 || word === "wrong-sum") return word || String(status);
  throw new (word === "known-only" ? KnownOnly : Refused)(status, word);
}
