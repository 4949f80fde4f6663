/**
 * The offline form: one file that seals a letter without any server (docs/protocol.md, 3.3).
 *
 * 1. Nothing is asked of any network; the policy in the file forbids it too.
 * 2. The words are shown beside the sealed letter, which waits here until the page is closed.
 * 3. What was written is gone from the page once it is sealed.
 */
import { makeEnvelope, type Envelope } from "../shared/envelope.js";
import { FileUnreadable, SealingFailed, type Card, type Letter } from "../shared/message.js";
import { parseList, type WordList } from "../shared/words.js";
import "../intake/strip/clean.js";
import { clearExtras, findUnanswered, readExtras, startExtras } from "../intake/extras.js";
import { clearFiles, hasFiles, holdFiles, readFiles, startFiles } from "../intake/files.js";
import { startLeaving } from "../intake/leave.js";
import { showCode, startRemembering } from "../intake/remember.js";
import { language, put, startTexts } from "../intake/texts.js";
import { built, loadText } from "./assets.js";
import { find } from "./views.js";

const TEXT_MOST = 100_000;
const FILES_SUM_MOST = 20 * 1024 * 1024;
const SHOWN_MOST = 2 * 1024 * 1024; // of the sealed letter, as text to copy
const NAME = "letter.bin";

const lists = new Map<string, Promise<WordList>>();
let sealed: Envelope | null = null;

function loadList(name: string): Promise<WordList> {
  const known = lists.get(name) ?? loadText(built.words[name]).then(parseList);
  lists.set(name, known);
  return known;
}

function complain(key: string, values: Record<string, string | number> = {}): void {
  put(find("trouble-text"), key, values);
  find("trouble").hidden = false;
}

function calm(): void {
  find("trouble").hidden = true;
}

/** Say kindly what is missing; false if nothing is. */
function isUnfinished(text: string): boolean {
  const unanswered = findUnanswered();
  if (!text && !hasFiles()) complain("trouble_empty");
  else if (text.length > TEXT_MOST) complain("trouble_long");
  else if (unanswered) complain("trouble_question", { question: unanswered.wording });
  else return false;
  (text && unanswered ? unanswered.field : find("text")).focus();
  return true;
}

function busy(on: boolean): void {
  for (const one of find("letter").querySelectorAll<HTMLInputElement>("textarea, input, select, #send")) one.disabled = on;
  holdFiles(on);
  find("letter").setAttribute("aria-busy", String(on));
  find("progress").hidden = !on;
  if (on) put(find("progress-text"), "sending");
}

function explain(error: unknown): void {
  if (error instanceof FileUnreadable) complain("trouble_file", { name: error.message });
  else if (error instanceof SealingFailed) complain("trouble_sealing");
  else complain("trouble_sealing");
}

async function sealLetter(card: Card, text: string): Promise<void> {
  const files = await readFiles();
  if (files.reduce((sum, { size }) => sum + size, 0) > FILES_SUM_MOST) {
    complain("offline_large", { n: FILES_SUM_MOST / 1024 / 1024 });
    return;
  }
  const letter: Letter = { lang: language(), text, files, ...readExtras() };
  sealed = await makeEnvelope(card, letter);
  await showCode(sealed.code); // 2
  find<HTMLTextAreaElement>("text").value = ""; // 3
  clearFiles();
  clearExtras();
}

async function submit(event: Event, card: Card): Promise<void> {
  event.preventDefault();
  const text = find<HTMLTextAreaElement>("text").value.trim();
  calm();
  if (isUnfinished(text)) return;
  busy(true);
  try {
    await sealLetter(card, text);
  } catch (error) {
    explain(error);
  }
  busy(false);
}

/** Give the sealed letter as a file. */
function save(): void {
  const url = URL.createObjectURL(new Blob([sealed!.bytes as BlobPart], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = NAME;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  put(find("kept"), "offline_saved", { name: NAME });
}

/** Show the sealed letter as text, all of it selected. */
function showText(): void {
  if (sealed!.bytes.length > SHOWN_MOST) {
    put(find("kept"), "offline_long");
    return;
  }
  const area = find<HTMLTextAreaElement>("envelope");
  area.value = sealed!.text;
  find("envelope-box").hidden = false;
  area.focus();
  area.select();
}

async function copy(): Promise<void> {
  const area = find<HTMLTextAreaElement>("envelope");
  area.select();
  try {
    await navigator.clipboard.writeText(area.value);
  } catch {
    if (!document.execCommand("copy")) return; // it stays selected: the person can copy it
  }
  put(find("kept"), "offline_copied");
}

function start(): void {
  startTexts();
  const card = JSON.parse(find("card").textContent) as Card;
  startLeaving(() => {
    sealed = null;
  });
  startRemembering(loadList);
  startFiles(complain, calm);
  startExtras(card);
  find("letter").addEventListener("submit", (event) => void submit(event, card));
  find("save").addEventListener("click", save);
  find("as-text").addEventListener("click", showText);
  find("copy").addEventListener("click", () => void copy());
  for (const id of ["text", "pick", "send"]) find<HTMLInputElement>(id).disabled = false;
  find("unready").remove();
  document.documentElement.classList.add("ready");
}

start();
