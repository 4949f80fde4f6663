/** Work instead of identity (docs/protocol.md, 4.5): how a page is heard while somebody floods the relay. */
import { sha256 } from "@noble/hashes/sha2.js";
import { breathe } from "./age.js";
import { concat, fromHex, toHex, utf8 } from "./bytes.js";

/** More is not asked by any honest relay (relay/lanes.py): another could empty the batteries of whoever writes. */
const BITS_MOST = 22;
const EACH_BREATH = 32;

/** What a relay asks for. */
export interface Task {
  readonly salt: string;
  readonly bits: number;
}

/** The task in a `Leeward-Work` header; null if it is none, or more than can be done. */
export function parseTask(header: string | null): Task | null {
  const match = /^([0-9a-f]{32}) ([0-9]{1,2})$/.exec(header ?? "");
  return match && Number(match[2]) <= BITS_MOST ? { salt: match[1]!, bits: Number(match[2]) } : null;
}

function zeroBits(hash: Uint8Array): number {
  const first = hash.findIndex((byte) => byte !== 0);
  return first < 0 ? 8 * hash.length : 8 * first + Math.clz32(hash[first]!) - 24;
}

/** The `Leeward-Work` header that answers a task for this subject (hex); null if `stop` was called for on the way. */
export async function solve({ salt, bits }: Task, subject: string, stop: AbortSignal): Promise<string | null> {
  const nonce = new Uint8Array(8);
  const text = concat(utf8("leeward-work-1"), fromHex(salt), fromHex(subject), nonce);
  const counter = new DataView(text.buffer, text.length - 8);
  for (let tries = 0; !stop.aborted; tries++) {
    counter.setUint32(0, tries / 2 ** 32);
    counter.setUint32(4, tries);
    if (zeroBits(sha256(text)) >= bits) return `${salt} ${toHex(text.subarray(text.length - 8))}`;
    if (tries % EACH_BREATH === 0) await breathe();
  }
  return null;
}
