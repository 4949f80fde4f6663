/** Words of a code as people see and type them: lists, forgiving input, nearest words. */
import type { Code } from "./codes.js";

export const WORDS = 8;
export const LIST_LENGTH = 7776;

/** A published list and where each word stands in it. */
export interface WordList {
  readonly words: readonly string[];
  readonly at: ReadonlyMap<string, number>;
}

/** What is wrong with what was typed, so that the page can say it in words. */
export type CodeFault =
  | { readonly fault: "count"; readonly found: number; readonly digits?: number }
  | { readonly fault: "unknown"; readonly words: readonly string[] }
  | { readonly fault: "disagree" };

/** Case, Unicode form, ё, stress marks and marks without width do not matter; a space without width is a space. */
export function plainForm(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/ё/g, "е").replace(/\u200b/g, " ").replace(/[\p{M}\p{Cf}]/gu, "");
}

/** The words in a text: runs of letters, whatever stands between them. */
export function splitWords(text: string): string[] {
  return plainForm(text).match(/\p{L}+/gu) ?? [];
}

/** The list in a file with one word a line; throws if it is not 7,776 different words. */
export function parseList(text: string): WordList {
  const words = text.split("\n").filter((line) => line !== "");
  const at = new Map(words.map((word, i) => [plainForm(word), i]));
  if (words.length !== LIST_LENGTH || at.size !== LIST_LENGTH) throw new Error("not a word list");
  return { words, at };
}

/** The words of a code. */
export function wordsOf(code: Code, list: WordList): string[] {
  return code.map((index) => list.words[index]!);
}

/** The value of a digit of any script: each script's ten stand in a row. */
function digitValue(digit: string): number {
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(digit.codePointAt(0)! - before - 1))) before++;
  return before % 10;
}

/** The digits in a text that has no letters; none if it has. */
export function splitDigits(text: string): number[] {
  const plain = plainForm(text);
  return /\p{L}/u.test(plain) ? [] : (plain.match(/\p{Nd}/gu) ?? []).map(digitValue);
}

/** The code that was typed as digits, or what is wrong with it; null if this is no attempt at digits. Needs no list. */
export function parseDigits(text: string, isCode: (indices: readonly number[]) => boolean): Code | CodeFault | null {
  const digits = splitDigits(text);
  if (digits.length === 0) return null;
  if (digits.length !== 4 * WORDS) return { fault: "count", found: Math.floor(digits.length / 4), digits: digits.length };
  const code = Array.from({ length: WORDS }, (_, i) => Number(digits.slice(4 * i, 4 * i + 4).join("")));
  return isCode(code) ? code : { fault: "disagree" };
}

/** The code that was typed, as words or as digits, or what is wrong with it, by the rules in `isCode`. Nothing leaves the device for this. */
export function parseCode(text: string, list: WordList, isCode: (indices: readonly number[]) => boolean): Code | CodeFault {
  const digits = parseDigits(text, isCode);
  if (digits) return digits;
  const typed = splitWords(text);
  if (typed.length !== WORDS) return { fault: "count", found: typed.length };
  const unknown = typed.filter((word) => !list.at.has(word));
  if (unknown.length > 0) return { fault: "unknown", words: unknown };
  const code = typed.map((word) => list.at.get(word)!);
  return isCode(code) ? code : { fault: "disagree" };
}

/** Up to three words of the list that are most like what was typed, nearest first. */
export function nearestWords(typed: string, list: WordList): string[] {
  const word = plainForm(typed);
  const most = word.length > 4 ? 2 : 1;
  return list.words
    .map((candidate) => ({ candidate, far: distance(word, plainForm(candidate), most) }))
    .filter(({ far }) => far <= most)
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** How many letters must change, go, come or swap with their neighbour; above `most` it only says "more". */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const step = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + step);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = above;
    above = row;
  }
  return above[b.length]!;
}
