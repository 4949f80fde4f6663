/**
 * Turns (docs/protocol.md, 4.3): everything that a page asks of the relay at once, in one body of few sizes. The same
 * bytes as wire/turn.py; tests/vectors/turns.json holds both to it.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromHex, utf8 } from "./bytes.js";
import { digestOf } from "./digest.js";
import { classOf } from "./frame.js";

/** A page puts pieces into a turn while it fits this: beyond it, the padding of both could cost more than 12 %. */
export const TURN_PIECES_MOST = 217 * 1024;
/** A turn is never larger than this. */
export const TURN_MOST = 4092 * 1024;
export const PUTS_MOST = 40;
/** Looking after this number finds nothing: it only shows that the words are known. */
export const AFTER_ALL = Number.MAX_SAFE_INTEGER;
const FLOOR = 32 * 1024;
const MAGIC = utf8("leeward-turn-1\n");

/** Addresses and tokens are hex. */
export interface Make {
  readonly box: string;
  readonly read: string;
  readonly write: string;
}
export interface Put {
  readonly blob: string;
  readonly erase: string;
  readonly sealed: Uint8Array;
}
export interface Post {
  readonly box: string;
  readonly write: string;
  readonly item: string;
  readonly sealed: Uint8Array;
}
export interface Look {
  readonly box: string;
  readonly read: string;
  readonly after: number;
}
export interface Turn {
  readonly makes?: readonly Make[];
  readonly puts?: readonly Put[];
  readonly post?: Post;
  /** In rising order of their addresses, at most two. */
  readonly looks?: readonly Look[];
}

/** One item of a mailbox. */
export interface Item {
  readonly number: number;
  readonly sealed: Uint8Array;
}

function hashOf(token: string): Uint8Array {
  return sha256(fromHex(token));
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, bytes.length);
  return four;
}

function lookBytes({ box, read, after }: Look): Uint8Array {
  const eight = new Uint8Array(8);
  new DataView(eight.buffer).setBigUint64(0, BigInt(after));
  return concat(fromHex(box), fromHex(read), eight);
}

/** Bytes that a piece takes in a turn. */
export function putLength(sealed: Uint8Array): number {
  return 32 + 32 + 4 + sealed.length;
}

/** The body of the request. */
export function printTurn({ makes = [], puts = [], post, looks = [] }: Turn): Uint8Array {
  const parts = [MAGIC, Uint8Array.of(makes.length)];
  for (const { box, read, write } of makes) parts.push(fromHex(box), hashOf(read), hashOf(write));
  parts.push(Uint8Array.of(puts.length));
  for (const { blob, erase, sealed } of puts) parts.push(fromHex(blob), hashOf(erase), lengthOf(sealed), sealed);
  parts.push(Uint8Array.of(post ? 1 : 0));
  if (post) parts.push(fromHex(post.box), fromHex(post.write), fromHex(post.item), lengthOf(post.sealed), post.sealed);
  parts.push(Uint8Array.of(looks.length), ...looks.map(lookBytes));
  const used = parts.reduce((sum, part) => sum + part.length, 0);
  return concat(...parts, new Uint8Array(classOf(used, FLOOR) - used));
}

/** A turn as it travels: the same bytes however often it is sent. */
export interface ReadyTurn {
  readonly body: Uint8Array;
  readonly sum: string;
  /** What work would be done for. */
  readonly subject: string | null;
  /** How many mailboxes it looks into. */
  readonly looks: number;
}

/** Print a turn and its sum. */
export async function readyTurn(turn: Turn): Promise<ReadyTurn> {
  const body = printTurn(turn);
  return { body, sum: await digestOf(body), subject: turn.post?.item ?? null, looks: turn.looks?.length ?? 0 };
}

/** What one mailbox held after the number asked for, and its last number. */
export interface Found {
  readonly items: Item[];
  readonly last: number;
}

/** What each of the mailboxes held that were looked into; throws unless every byte is as it should be. */
export function parseTurnAnswer(bytes: Uint8Array, looks: number): Found[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Found[] = [];
  let end = 0;
  for (let look = 0; look < looks; look++) {
    const start = end + 12;
    if (start > bytes.length) throw new Error("cut short");
    const last = Number(view.getBigUint64(end));
    end = start + view.getUint32(end + 8);
    if (!Number.isSafeInteger(last) || end > bytes.length) throw new Error("not an answer");
    found.push({ items: parseListing(bytes, view, start, end, last), last });
  }
  if (bytes.length !== classOf(end, FLOOR)) throw new Error("not an answer");
  if (bytes.subarray(end).some((byte) => byte !== 0)) throw new Error("padding is not zero");
  return found;
}

function parseListing(bytes: Uint8Array, view: DataView, from: number, end: number, last: number): Item[] {
  const items: Item[] = [];
  for (let at = from, before = 0; at < end; ) {
    const start = at + 28;
    if (start > end) throw new Error("not a listing");
    const number = Number(view.getBigUint64(at));
    at = start + view.getUint32(at + 24);
    if (!(number > before) || number > last || at === start || at > end) throw new Error("not a listing");
    items.push({ number, sealed: bytes.slice(start, at) });
    before = number;
  }
  return items;
}
