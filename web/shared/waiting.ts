/** Is there an answer? Everybody gets the same board and looks alone (docs/protocol.md, 4.4). */
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromHex, utf8 } from "./bytes.js";
import { deriveWay, type Code } from "./codes.js";
import type { Relay } from "./relay.js";
import type { Card } from "./message.js";

const SALT = 16;
const TAG = 4;
const COUNTS = [1024, 2048, 4096, 8192];

/** Tell whether the board names this mailbox; throws if it is no board. */
export function isWaiting(board: Uint8Array, box: string): boolean {
  const view = new DataView(board.buffer, board.byteOffset, board.byteLength);
  if (!COUNTS.includes((board.length - SALT) / TAG)) throw new Error("not a board");
  const text = concat(utf8("leeward-waiting-1"), board.subarray(0, SALT), fromHex(box));
  const wanted = new DataView(sha256(text).buffer).getUint32(0);
  let found = false;
  for (let at = SALT, before = 0; at < board.length; at += TAG) {
    const tag = view.getUint32(at);
    if (tag < before) throw new Error("not a board");
    before = tag;
    found = tag === wanted || found;
  }
  return found;
}

/** Tell whether something nobody has read yet lies in the mailbox of this code. The relay does not learn whose was looked for. */
export async function hasAnswer(_card: Card, code: Code, relay: Relay): Promise<boolean> {
  const { box } = deriveWay(code);
  return relay.board((board) => isWaiting(board, box));
}
