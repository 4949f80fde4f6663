/**
 * Word codes (docs/protocol.md, 2): eight words that lead back to a conversation. The same rules and the same vectors as in Python.
 *
 * 1. 1·w1 + 2·w2 + … + 7·w7 + 7·w8 ≡ 0 (mod 7,789), so one wrong word or one exchange of two is caught …
 * 2. … save the exchange of the last two, which is the alarm form and just as valid; so w7 ≠ w8.
 */
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { draw, toHex, utf8 } from "./bytes.js";
import { LIST_LENGTH, WORDS } from "./words.js";

const PRIME = 7789;
const WEIGHTS = [1, 2, 3, 4, 5, 6, 7, 7];
const SEVENTH = 4451; // 7 · 4,451 ≡ 1 (mod 7,789)
const SALT = utf8("leeward-code-1");

/** Eight indices that obey the rules. */
export type Code = readonly number[];

/** What leads back: the mailbox, its tokens, the seed that opens answers, the voice that says who writes, the secret of uploads. Hex, but for the seed. */
export interface Way {
  readonly box: string;
  readonly read: string;
  readonly write: string;
  readonly seed: Uint8Array;
  readonly voice: string;
  readonly upload: string;
}

/** Tell whether eight indices are a code. */
export function isCode(indices: readonly number[]): boolean {
  if (indices.length !== WORDS || indices[6] === indices[7]) return false; // 2
  if (indices.some((word) => !Number.isInteger(word) || word < 0 || word >= LIST_LENGTH)) return false;
  return indices.reduce((sum, word, i) => sum + WEIGHTS[i]! * word, 0) % PRIME === 0; // 1
}

function drawIndex(): number {
  const room = Math.floor(65536 / LIST_LENGTH) * LIST_LENGTH;
  for (;;) {
    const [high, low] = draw(2) as unknown as [number, number];
    const value = high * 256 + low;
    if (value < room) return value % LIST_LENGTH;
  }
}

/** Draw a new code. */
export function makeCode(): Code {
  for (;;) {
    const first = Array.from({ length: 7 }, drawIndex);
    const sum = first.reduce((total, word, i) => total + WEIGHTS[i]! * word, 0) % PRIME;
    const last = ((PRIME - sum) * SEVENTH) % PRIME;
    const code = [...first, last];
    if (isCode(code)) return code;
  }
}

/** The same words with the last two exchanged. */
export function alarmForm(code: Code): Code {
  return [...code.slice(0, 6), code[7]!, code[6]!];
}

/** The code as 32 digits, four for each word: it looks like any other number. */
export function digitsOf(code: Code): string {
  const groups = code.map((index) => String(index).padStart(4, "0"));
  return `${groups.slice(0, 4).join(" ")}  ${groups.slice(4).join(" ")}`;
}

/** The keys of a code. Pure. */
export function deriveWay(code: Code): Way {
  if (!isCode(code)) throw new Error("not a code");
  const ikm = new Uint8Array(16);
  code.forEach((word, i) => ikm.set([word >> 8, word & 255], 2 * i));
  const part = (info: string, length: number): Uint8Array => hkdf(sha256, ikm, SALT, utf8(info), length);
  return {
    box: toHex(part("box", 16)),
    read: toHex(part("read", 32)),
    write: toHex(part("write", 32)),
    seed: part("identity", 32),
    voice: toHex(part("voice", 32)),
    upload: toHex(part("upload", 32)),
  };
}

/** Both ways of a code, in the order of their addresses: the same for either form of the words. */
export function waysOf(code: Code): Way[] {
  return [code, alarmForm(code)].map(deriveWay).sort((a, b) => (a.box < b.box ? -1 : 1));
}
