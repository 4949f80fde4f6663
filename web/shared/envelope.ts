/** What the offline form makes, to be carried by any channel (docs/protocol.md, 3.3). No network is touched. */
import { draw, toHex, utf8 } from "./bytes.js";
import { deriveWay, makeCode, type Code } from "./codes.js";
import { bothWays, ReportSealer, sealing, type Card, type Letter } from "./message.js";
import { FileParts } from "./parts.js";
import { printTurn, putLength, PUTS_MOST, TURN_MOST, TURN_PIECES_MOST, type Put } from "./turn.js";

const MAGIC = "leeward-envelope-1\n";
const FIXED = 1024; // more than all of a turn that is neither a piece nor the item
const LINE = 64;

export interface Envelope {
  readonly code: Code;
  readonly bytes: Uint8Array;
  /** The same, to be pasted into a message. Made when it is asked for: it is a third larger. */
  readonly text: string;
}

/** Bytes with their length before them. */
function counted(bytes: Uint8Array): Uint8Array[] {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, bytes.length);
  return [four, bytes];
}

/** The text form: base64 in lines. */
export function envelopeText(bytes: Uint8Array): string {
  const lines = ["-----BEGIN LEEWARD ENVELOPE-----"];
  const each = (LINE / 4) * 3;
  for (let at = 0; at < bytes.length; at += each) lines.push(btoa(String.fromCharCode(...bytes.subarray(at, at + each))));
  return `${lines.join("\n")}\n-----END LEEWARD ENVELOPE-----\n`;
}

/** Take pieces from the front of `puts` while they fit into `most` bytes. */
function takeFitting(puts: Put[], most: number): Put[] {
  let used = 0;
  let count = 0;
  while (count < Math.min(puts.length, PUTS_MOST) && (used += putLength(puts[count]!.sealed)) <= most) count++;
  return puts.splice(0, count);
}

/** Seal a first message into an envelope. Throws FileUnreadable, SealingFailed. */
export async function makeEnvelope(card: Card, letter: Letter): Promise<Envelope> {
  const code = await sealing(makeCode);
  const { makes, sealer, parts } = await sealing(() => {
    const { upload } = deriveWay(code);
    const both = bothWays(code);
    return {
      makes: both.makes,
      sealer: new ReportSealer(card, letter, "offline", { ways: both.ways }),
      parts: letter.files.map((file) => new FileParts(file, upload, card.recipient)),
    };
  });
  const puts = new Map<string, Put>();
  for (const part of parts) {
    while (!part.complete) {
      const { piece, sealed } = await part.next();
      puts.set(piece.blob, { blob: piece.blob, erase: piece.erase, sealed });
    }
  }
  const bytes = await sealing(async () => {
    const post = { box: card.box, write: card.write, item: toHex(draw(16)), sealed: await sealer.seal(parts.map((part) => part.note())) };
    const rest = [...puts.values()];
    const total = rest.reduce((sum, { sealed }) => sum + putLength(sealed), FIXED + post.sealed.length);
    const turns: Uint8Array[] = [];
    if (total > TURN_PIECES_MOST || rest.length > PUTS_MOST) {
      while (rest.length > 0) turns.push(...counted(printTurn({ puts: takeFitting(rest, TURN_MOST - FIXED) })));
    }
    turns.push(...counted(printTurn({ makes, puts: rest, post })));
    return new Uint8Array(await new Blob([utf8(MAGIC), ...turns] as BlobPart[]).arrayBuffer());
  });
  return {
    code,
    bytes,
    get text() {
      return envelopeText(bytes);
    },
  };
}
