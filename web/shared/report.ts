/**
 * How a message leaves the device (docs/protocol.md, 3 and 4.3).
 *
 * 1. Keys, ways back, the report's shell and the first 8 MiB of pieces are sealed before the first request; a small message
 *    is sealed whole. If any of it fails, nothing is sent.
 * 2. Large pieces go first, then one turn with the mailboxes, the small pieces and the report: all of it or nothing, so
 *    a report never points at what is not there.
 * 3. Beyond the first 8 MiB at most three pieces are in memory.
 * 4. The code is given back only after the turn was answered 200.
 * 5. A second run goes on where the first stopped: the same code, addresses and bytes. What was stored is asked for again
 *    and sent again if it is gone.
 */
import { draw, toHex } from "./bytes.js";
import { deriveWay, makeCode, type Code } from "./codes.js";
import { Lane } from "./lane.js";
import { FileParts } from "./parts.js";
import type { SealedPiece } from "./pieces.js";
import { Refused, type Relay } from "./relay.js";
import { bothWays, looksOf, ReportSealer, sealing, type Card, type Letter } from "./message.js";
import {
  AFTER_ALL,
  putLength,
  PUTS_MOST,
  readyTurn,
  TURN_PIECES_MOST,
  type Look,
  type Make,
  type Post,
  type Put,
  type ReadyTurn,
} from "./turn.js";

export * from "./message.js";

const HELD_MOST = 8 * 1024 ** 2;
const ABSENT_ENOUGH = 4; // pieces in a row that are not there: then none of the rest is, either

/** Bytes of the files done so far, of all. */
export type OnProgress = (done: number, all: number) => void;

/** Sending one letter, from the first try to the last. */
export class Sending {
  private code: Code | null;
  private readonly first: boolean;
  private sealer: ReportSealer | null = null;
  private parts: FileParts[] = [];
  private makes: Make[] = [];
  private looks: Look[] = [];
  /** Sealed pieces that are not stored yet, by address. */
  private readonly held = new Map<string, SealedPiece & { readonly plain: number }>();
  private readonly stored = new Set<string>();
  private streaming = false;
  private absent = 0;
  private readonly seen = new Set<string>();
  private turn: ReadyTurn | null = null;
  private inTurn: ReadonlySet<string> = new Set();
  private offered = false;
  private sealedBytes = 0;
  private storedBytes = 0;
  private finished = false;

  /** `code` is null for a first message; else this is a later one, in the voice of that code. */
  constructor(private readonly card: Card, private readonly letter: Letter, code: Code | null) {
    this.code = code;
    this.first = code === null;
  }

  /** Send, or go on sending. The code, once the message is stored; throws Stopped, Refused, FileUnreadable, SealingFailed. */
  async run(relay: Relay, onProgress: OnProgress): Promise<Code> {
    if (this.finished) return this.code!;
    const all = this.letter.files.reduce((sum, file) => sum + file.size, 0);
    const tell = (): void => onProgress((this.sealedBytes + this.storedBytes) / 2, all);
    await this.prepare(); // 1
    const lane = new Lane();
    try {
      await this.checkStored(relay, lane); // 5
      await this.sealFiles(relay, lane, tell);
      this.turn ??= await sealing(() => this.makeTurn());
      for (const blob of [...this.held.keys()]) if (!this.inTurn.has(blob)) await this.store(blob, relay, lane, tell);
      await lane.settle(); // 2
    } catch (error) {
      await lane.rest();
      throw error;
    }
    this.offered = true;
    await relay.turn(this.turn, this.letter.urgent).catch((error: unknown) => {
      if (error instanceof Refused) this.offered = false; // had an earlier try of it been stored, it would be taken again
      throw error;
    });
    this.finished = true;
    this.turn = null;
    this.held.clear();
    onProgress(all, all);
    return this.code!; // 4
  }

  /** Take back what was stored, if the report was not sent: nobody will go on with this. */
  async abandon(relay: Relay): Promise<void> {
    if (this.offered) return; // an unanswered report may have been stored
    const pieces = this.parts.flatMap((part) => part.pieces).filter(({ blob }) => this.stored.delete(blob));
    await Promise.all(pieces.map(({ blob, erase }) => relay.eraseBlob(blob, erase)));
  }

  private async prepare(): Promise<void> {
    if (this.sealer) return;
    await sealing(async () => {
      const code = this.code ?? makeCode();
      const { voice, upload } = deriveWay(code);
      const { ways, makes } = this.first ? bothWays(code) : { ways: [], makes: [] };
      const sealer = new ReportSealer(this.card, this.letter, "page", this.first ? { ways } : { voice });
      this.parts = this.letter.files.map((file) => new FileParts(file, upload, this.card.recipient));
      await readyTurn({ makes, post: this.postOf(await sealer.seal([])) });
      this.makes = makes;
      this.looks = this.first ? [] : looksOf(code, AFTER_ALL); // shows that the words are known
      this.code = code;
      this.sealer = sealer;
    });
  }

  private async checkStored(relay: Relay, lane: Lane): Promise<void> {
    if (this.stored.size === 0) return;
    for (const part of this.parts) {
      for (const [number, piece] of part.pieces.entries()) {
        if (!this.stored.has(piece.blob)) continue;
        await lane.add(async () => {
          if (!(await relay.hasBlob(piece.blob))) await relay.putBlob(await part.again(number), this.letter.urgent);
        });
      }
    }
    await lane.settle();
  }

  private async sealFiles(relay: Relay, lane: Lane, tell: () => void): Promise<void> {
    let heldBytes = [...this.held.values()].reduce((sum, { sealed }) => sum + sealed.length, 0);
    for (const part of this.parts) {
      while (!part.complete) {
        const plain = part.plainSize(part.pieces.length);
        const next = await part.next();
        const { blob } = next.piece;
        this.sealedBytes += plain;
        if (this.seen.has(blob)) this.storedBytes += plain; // the same file twice
        else this.held.set(blob, { ...next, plain });
        this.seen.add(blob);
        tell();
        heldBytes += next.sealed.length;
        this.streaming ||= heldBytes > HELD_MOST;
        if (this.streaming) for (const one of [...this.held.keys()]) await this.store(one, relay, lane, tell); // 3
      }
    }
  }

  private async makeTurn(): Promise<ReadyTurn> {
    const post = this.postOf(await this.sealer!.seal(this.parts.map((part) => part.note())));
    const fixed = 1024 + post.sealed.length; // more than all the rest that a turn may have
    const puts: Put[] = [];
    let used = fixed;
    for (const { piece, sealed } of this.held.values()) {
      if (puts.length === PUTS_MOST || used + putLength(sealed) > TURN_PIECES_MOST) continue;
      used += putLength(sealed);
      puts.push({ blob: piece.blob, erase: piece.erase, sealed });
    }
    this.inTurn = new Set(puts.map(({ blob }) => blob));
    return readyTurn({ makes: this.makes, puts, post, looks: this.looks });
  }

  private postOf(sealed: Uint8Array): Post {
    return { box: this.card.box, write: this.card.write, item: toHex(draw(16)), sealed };
  }

  /** Store a held piece, unless it is there from an earlier time. What fails is held again. */
  private async store(blob: string, relay: Relay, lane: Lane, tell: () => void): Promise<void> {
    await lane.add(async () => {
      const held = this.held.get(blob)!;
      this.held.delete(blob);
      try {
        if (!(await this.isThere(blob, relay))) await relay.putBlob(held, this.letter.urgent);
      } catch (error) {
        this.held.set(blob, held);
        throw error;
      }
      this.stored.add(blob);
      this.storedBytes += held.plain;
      tell();
    });
  }

  /** With a new code nothing can be there. */
  private async isThere(blob: string, relay: Relay): Promise<boolean> {
    if (this.first || this.absent >= ABSENT_ENOUGH) return false;
    const there = await relay.hasBlob(blob);
    this.absent = there ? 0 : this.absent + 1;
    return there;
  }
}

/** Send a first message. The code that leads back, once the message is stored. */
export function sendFirst(card: Card, letter: Letter, relay: Relay, onProgress: OnProgress): Promise<Code> {
  return new Sending(card, letter, null).run(relay, onProgress);
}

/** Send a later message in the voice of a code. */
export async function sendLater(card: Card, letter: Letter, code: Code, relay: Relay, onProgress: OnProgress): Promise<void> {
  await new Sending(card, letter, code).run(relay, onProgress);
}
