/**
 * How a message leaves the device (docs/protocol.md, 3).
 *
 * 1. Keys, ways back and the first 8 MiB of pieces are made before the first request; a small message is sealed whole.
 *    If any of it fails, nothing is sent.
 * 2. Pieces go first, then both mailboxes, then the report: a report never points at what is not there.
 * 3. Only one piece at a time is in memory beyond the first 8 MiB.
 * 4. The words are given back only after the report is stored.
 * 5. When sending ends early, what was stored is taken back.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { breathe, CHUNK, parseRecipient, recipientOf, seal } from "./age.js";
import { draw, toHex, utf8, wellFormed } from "./bytes.js";
import { alarmForm, deriveWay, makeCode, type Code, type Way } from "./codes.js";
import { Refused, type Relay } from "./relay.js";

export const PIECE_PLAIN = 1_044_480;
export const FILE_MOST = 2 * 1024 ** 3;
export const FILES_MOST = 100;
const HELD_MOST = 8 * 1024 ** 2;

/** What the team publishes so that anyone can seal to it. */
export interface Card {
  readonly team: string;
  readonly languages: readonly string[];
  readonly recipient: string;
  readonly box: string;
  readonly write: string;
}

/** What a person wrote. */
export interface Letter {
  readonly lang: string;
  readonly text: string;
  readonly files: readonly File[];
}

/** Bytes of the files done so far, of all. */
export type OnProgress = (done: number, all: number) => void;

interface Piece {
  readonly blob: string;
  readonly erase: string;
  readonly size: number;
  readonly sha256: string;
}

interface SealedFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly sha256: string;
  readonly pieces: readonly Piece[];
}

/** A file on this device cannot be read; nothing about it was sent. */
export class FileUnreadable extends Error {}

/** Something went wrong while sealing; nothing readable has left the device. */
export class SealingFailed extends Error {}

async function sealing<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileUnreadable) throw error;
    throw new SealingFailed(String(error));
  }
}

async function readPart(file: File, start: number, end: number): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
  } catch {
    throw new FileUnreadable(file.name);
  }
  if (bytes.length !== end - start) throw new FileUnreadable(file.name);
  return bytes;
}

/** Take bytes into a running hash without holding up the page. */
async function absorb(hash: ReturnType<typeof sha256.create>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    hash.update(bytes.subarray(at, at + CHUNK));
    await breathe();
  }
}

/** SHA-256 in hex; by the browser's own code where it offers it, which a plain http address does not. */
async function digestOf(bytes: Uint8Array): Promise<string> {
  const native = (crypto as Partial<Crypto>).subtle;
  if (native) return toHex(new Uint8Array(await native.digest("SHA-256", bytes as BufferSource)));
  const hash = sha256.create();
  await absorb(hash, bytes);
  return toHex(hash.digest());
}

/** Seals the files piece by piece and stores them; see the rules above. */
class Sender {
  private readonly stored: Piece[] = [];
  private held: { piece: Piece; sealed: Uint8Array }[] = [];
  private heldBytes = 0;
  private streaming = false;
  private done = 0;

  constructor(
    private readonly relay: Relay,
    private readonly recipient: Uint8Array,
    private readonly all: number,
    private readonly onProgress: OnProgress,
  ) {}

  async sealFile(file: File): Promise<SealedFile> {
    const hash = sha256.create();
    const pieces: Piece[] = [];
    for (let at = 0; at < file.size; at += PIECE_PLAIN) {
      const plain = await readPart(file, at, Math.min(at + PIECE_PLAIN, file.size));
      const [sealed, digest] = await sealing(async () => {
        await absorb(hash, plain);
        const bytes = await seal("piece", plain, this.recipient);
        return [bytes, await digestOf(bytes)] as const;
      });
      const piece = { blob: toHex(draw(32)), erase: toHex(draw(32)), size: sealed.length, sha256: digest };
      pieces.push(piece);
      await this.take(piece, sealed, plain.length);
    }
    return { name: wellFormed(file.name), type: file.type, size: file.size, sha256: toHex(hash.digest()), pieces };
  }

  private async take(piece: Piece, sealed: Uint8Array, plain: number): Promise<void> {
    this.held.push({ piece, sealed });
    this.heldBytes += sealed.length;
    this.done += plain / 2; // sealing is half of the way, storing the other
    this.onProgress(this.done, this.all);
    if (this.streaming || this.heldBytes > HELD_MOST) {
      this.streaming = true;
      await this.flush(); // 3
    }
  }

  async flush(): Promise<void> {
    for (let next = this.held.shift(); next; next = this.held.shift()) {
      this.stored.push(next.piece);
      await this.relay.putBlob(next.piece.blob, next.piece.erase, next.sealed);
      this.done = Math.min(this.done + PIECE_PLAIN / 2, this.all);
      this.onProgress(this.done, this.all);
    }
  }

  async takeBack(): Promise<void> {
    await Promise.all(this.stored.map(({ blob, erase }) => this.relay.eraseBlob(blob, erase))); // 5
  }
}

/** Seal and send a message whose other members (`ways` or `voice`) are given; `makeBoxes` runs between pieces and report. */
async function send(
  card: Card,
  letter: Letter,
  members: Record<string, unknown>,
  relay: Relay,
  onProgress: OnProgress,
  makeBoxes: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const recipient = await sealing(() => parseRecipient(card.recipient));
  const shell = { v: 1, id: toHex(draw(16)), lang: letter.lang, text: wellFormed(letter.text) };
  await sealing(() => seal("report", utf8(JSON.stringify({ ...shell, files: [], ...members })), recipient)); // 1
  const all = letter.files.reduce((sum, file) => sum + file.size, 0);
  const sender = new Sender(relay, recipient, all, onProgress);
  let offered = false;
  try {
    const files: SealedFile[] = [];
    for (const file of letter.files) files.push(await sender.sealFile(file));
    const body = utf8(JSON.stringify({ ...shell, files, ...members }));
    const sealed = await sealing(() => seal("report", body, recipient));
    await sender.flush(); // 2
    await makeBoxes();
    offered = true;
    await relay.append(card.box, card.write, toHex(draw(16)), sealed);
  } catch (error) {
    if (!offered || error instanceof Refused) void sender.takeBack(); // an unanswered report may have been stored
    throw error;
  }
}

function wayMember(way: Way, alarm: boolean): Record<string, unknown> {
  return { alarm, box: way.box, write: way.write, recipient: recipientOf(way.seed), voice: way.voice };
}

/** Send a first message. The code that leads back, once the message is stored. */
export async function sendFirst(card: Card, letter: Letter, relay: Relay, onProgress: OnProgress): Promise<Code> {
  const { code, ways, members } = await sealing(() => {
    const fresh = makeCode();
    const both = [
      { way: deriveWay(fresh), alarm: false },
      { way: deriveWay(alarmForm(fresh)), alarm: true },
    ];
    if (draw(1)[0]! & 1) both.reverse(); // order says nothing
    return {
      code: fresh,
      ways: both.map(({ way }) => way),
      members: { ways: both.map(({ way, alarm }) => wayMember(way, alarm)) },
    };
  });
  await send(card, letter, members, relay, onProgress, async () => {
    for (const { box, read, write } of ways) await relay.makeBox(box, read, write);
  });
  return code; // 4
}

/** Send a later message in the voice of whoever holds the words. */
export async function sendLater(
  card: Card,
  letter: Letter,
  voice: string,
  relay: Relay,
  onProgress: OnProgress,
): Promise<void> {
  await send(card, letter, { voice }, relay, onProgress);
}

/** Tell the team that these words were used. */
export async function sendOpened(card: Card, voice: string, relay: Relay): Promise<void> {
  const body = utf8(JSON.stringify({ v: 1, id: toHex(draw(16)), voice, event: "opened" }));
  const sealed = await seal("report", body, parseRecipient(card.recipient));
  await relay.append(card.box, card.write, toHex(draw(16)), sealed);
}
