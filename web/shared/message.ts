/** What a report says (docs/protocol.md, 3), and how it is sealed. How it travels is in report.ts and envelope.ts. */
import { parseRecipient, recipientOf, seal } from "./age.js";
import { draw, toHex, utf8, wellFormed } from "./bytes.js";
import { alarmForm, deriveWay, waysOf, type Code, type Way } from "./codes.js";
import type { Piece } from "./pieces.js";
import type { Look, Make } from "./turn.js";

export const FILE_MOST = 2 * 1024 ** 3;
export const FILES_MOST = 100;

/** What the team publishes so that anyone can seal to it. */
export interface Card {
  readonly team: string;
  readonly languages: readonly string[];
  readonly recipient: string;
  readonly box: string;
  readonly write: string;
  readonly questions?: Questionnaire;
}

/** Questions that the team would like answered; each `text` by language. */
export interface Questionnaire {
  readonly version: number;
  readonly list: readonly { readonly id: string; readonly required: boolean; readonly text: Readonly<Record<string, string>> }[];
}

/** How it is safe to answer. */
export interface Facts {
  readonly where?: string;
  readonly when?: string;
  readonly device?: "own" | "shared" | "borrowed" | "searched" | "";
  readonly phrase?: string;
  readonly note?: string;
}

/** What a person wrote. */
export interface Letter {
  readonly lang: string;
  readonly text: string;
  readonly files: readonly File[];
  readonly urgent?: boolean;
  readonly facts?: Facts;
  readonly questions?: number;
  readonly answers?: readonly { readonly q: string; readonly text: string }[];
  /** The answer to the question whether they are safe. */
  readonly sign?: Sign;
}

export type Sign = "safe" | "help";

/** What a report says of a file. */
export interface FileNote {
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

/** Name whatever goes wrong while sealing. */
export async function sealing<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileUnreadable) throw error;
    throw new SealingFailed(String(error));
  }
}

function wayMember(way: Way, alarm: boolean): Record<string, unknown> {
  return { alarm, box: way.box, write: way.write, recipient: recipientOf(way.seed), voice: way.voice };
}

/** Both ways back of a new code, as the report says them, and the mailboxes to make. Their order says nothing. */
export function bothWays(code: Code): { ways: Record<string, unknown>[]; makes: Make[] } {
  const both = [
    { way: deriveWay(code), alarm: false },
    { way: deriveWay(alarmForm(code)), alarm: true },
  ];
  if (draw(1)[0]! & 1) both.reverse();
  return { ways: both.map(({ way, alarm }) => wayMember(way, alarm)), makes: both.map(({ way }) => way) };
}

/** Looks into both mailboxes of a code after a number, in the order of their addresses: the same for either form. */
export function looksOf(code: Code, after: number): Look[] {
  return waysOf(code).map(({ box, read }) => ({ box, read, after }));
}

function cleaned(facts: Facts): [string, string][] {
  return Object.entries(facts).flatMap(([name, text]) => (text ? [[name, wellFormed(text)]] : []));
}

/** Seals the report of one letter; `members` are `ways` or `voice`. */
export class ReportSealer {
  private readonly recipient: Uint8Array;
  private readonly shell: Record<string, unknown>;

  constructor(card: Card, letter: Letter, path: "page" | "offline", members: Record<string, unknown>) {
    const { lang, text, urgent, facts = {}, questions, answers = [], sign } = letter;
    const said = cleaned(facts);
    this.recipient = parseRecipient(card.recipient);
    this.shell = {
      v: 1,
      id: toHex(draw(16)),
      lang,
      text: wellFormed(text),
      path,
      ...(urgent && { urgent: true }),
      ...(sign && { sign }),
      ...(said.length && { facts: Object.fromEntries(said) }),
      ...(answers.length && { questions, answers: answers.map(({ q, text: told }) => ({ q, text: wellFormed(told) })) }),
      ...members,
    };
  }

  /** The sealed report. */
  async seal(files: readonly FileNote[]): Promise<Uint8Array> {
    return seal("report", utf8(JSON.stringify({ ...this.shell, files })), this.recipient);
  }
}
