/** What a message may say besides its text: that it is urgent, how it is safe to answer, answers to the team's questions. */
import type { Card, Letter } from "../shared/report.js";
import { language, make } from "./texts.js";
import { find } from "./views.js";

const FACTS = ["where", "when", "device", "phrase", "note"] as const;

type Extras = Pick<Letter, "urgent" | "facts" | "questions" | "answers">;
type Question = NonNullable<Card["questions"]>["list"][number];

let card: Card;
let first = true;

function field(question: Question): HTMLTextAreaElement | null {
  return document.getElementById(`q-${question.id}`) as HTMLTextAreaElement | null;
}

/** The question in the language of the page, or in English, or as it was written first. */
function wordingOf({ text }: Question): string {
  return text[language()] ?? text["en"] ?? Object.values(text)[0] ?? "";
}

function asked(): readonly Question[] {
  return first ? (card.questions?.list ?? []) : [];
}

/** Draw the questions in the language of the page; what was answered stays. They lie open only if one must be answered. */
function draw(): void {
  const list = asked();
  const fold = find<HTMLDetailsElement>("questions");
  fold.hidden = list.length === 0;
  const needed = list.some(({ required }) => required);
  if (needed) fold.open = true;
  find("questions-needed").hidden = !needed;
  find("questions-lead").hidden = needed;
  for (const question of list) {
    const id = `q-${question.id}`;
    let area = field(question);
    if (!area) {
      area = find<HTMLTextAreaElement>("safe-note").cloneNode() as HTMLTextAreaElement; // with all that keeps a browser from helping
      area.id = id;
      area.value = "";
      const label = make("label", "ask");
      label.htmlFor = id;
      label.dir = "auto"; // it may be in another language than the page
      find("question-list").append(label, area);
    }
    area.required = question.required;
    area.previousElementSibling!.textContent = wordingOf(question) + (question.required ? " *" : "");
  }
}

/** The required question that has no answer yet; where it lies is unfolded. */
export function findUnanswered(): { wording: string; field: HTMLTextAreaElement } | null {
  for (const question of asked()) {
    const area = field(question);
    if (!question.required || !area || area.value.trim()) continue;
    find<HTMLDetailsElement>("questions").open = true;
    return { wording: wordingOf(question), field: area };
  }
  return null;
}

/** What was chosen and filled in; nothing for what was left empty. */
export function readExtras(): Extras {
  const filled = FACTS.map((name) => [name, find<HTMLInputElement>(`safe-${name}`).value.trim()] as const).filter(([, value]) => value);
  const answers = asked()
    .map((question) => ({ q: question.id, text: field(question)!.value.trim() }))
    .filter(({ text }) => text);
  return {
    ...(find<HTMLInputElement>("urgent").checked && { urgent: true }),
    ...(filled.length > 0 && { facts: Object.fromEntries(filled) }),
    ...(answers.length > 0 && { questions: card.questions!.version, answers }),
  };
}

/** Forget all of it. */
export function clearExtras(): void {
  find<HTMLInputElement>("urgent").checked = false;
  for (const name of FACTS) find<HTMLInputElement>(`safe-${name}`).value = "";
  for (const question of asked()) field(question)!.value = "";
}

/** Later messages are not asked the questions again. */
export function askNoMore(): void {
  first = false;
  find("questions").hidden = true;
}

/** Show what the team asks. */
export function startExtras(shown: Card): void {
  card = shown;
  draw();
  document.addEventListener("languagechange", draw);
}
