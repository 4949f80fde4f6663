/** The form: text, files and the rest, sending with its progress and its troubles. Used for a first message and for later ones. */
import { FileUnreadable, SealingFailed, type Letter, type OnProgress } from "../shared/report.js";
import { KnownOnly, Refused, Relay, Stopped } from "../shared/relay.js";
import { clearExtras, findUnanswered, readExtras } from "./extras.js";
import { clearFiles, hasFiles, holdFiles, readFiles, startFiles } from "./files.js";
import { language, put } from "./texts.js";
import { find } from "./views.js";
import { WorkProgress } from "./work.js";

const TEXT_MOST = 100_000;
const SHOW_PROGRESS_AFTER_MS = 200;

/** Sending one letter: a second `run` goes on where the first stopped. */
export interface Attempt {
  readonly run: (relay: Relay, onProgress: OnProgress) => Promise<unknown>;
  readonly abandon: (relay: Relay) => Promise<void>;
}

/** Begins to send a letter; `done` is told what `run` came to. */
export interface Way {
  readonly begin: (letter: Letter) => Promise<Attempt>;
  readonly done: (result: unknown) => void;
}

let way: Way;
let stop = new AbortController();
/** What was cut off, and the letter it is of. */
let cut: { letter: Letter; attempt: Attempt } | null = null;
let share = 0;

/** End whatever is being sent. */
export function stopSending(): void {
  stop.abort();
}

export function complain(key: string, values: Record<string, string | number> = {}): void {
  put(find("trouble-text"), key, values);
  find("trouble").hidden = false;
}

function calm(): void {
  find("trouble").hidden = true;
  find("again").hidden = true;
}

function busy(on: boolean): void {
  const controls = find<HTMLFormElement>("letter").querySelectorAll<HTMLInputElement>("textarea, input, select, #voice, #send");
  for (const one of controls) one.disabled = on;
  holdFiles(on);
  find("letter").setAttribute("aria-busy", String(on));
  find("progress").hidden = true;
}

const progress: OnProgress = (done, all) => {
  share = all === 0 ? 0 : Math.min(done / all, 1);
  find<HTMLProgressElement>("bar").value = share;
  if (all > 0) put(find("progress-text"), "sending_files", { done: Math.floor(share * 100) });
  else put(find("progress-text"), "sending");
};

const work = new WorkProgress((done, seconds) => {
  find<HTMLProgressElement>("bar").value = done;
  put(find("progress-text"), "work", { n: seconds });
});

/** Wait until the person presses "Try again" or "Stop". */
function askPerson(word: string): Promise<void> {
  const done = Math.floor(share * 100);
  if (word === "wrong-sum") complain("trouble_sum");
  else if (word) complain("trouble_busy");
  else if (done > 0) complain("trouble_cut", { done });
  else complain("trouble_network");
  find("again").hidden = false;
  find("progress").hidden = true;
  find("retry").focus();
  return new Promise((again, failed) => {
    find("retry").onclick = () => {
      calm();
      find("progress").hidden = false;
      again();
    };
    find("give-up").onclick = () => {
      calm();
      failed(new Stopped());
    };
  });
}

function explain(error: unknown): void {
  if (error instanceof Stopped) complain("trouble_stopped");
  else if (error instanceof FileUnreadable) complain("trouble_file", { name: error.message });
  else if (error instanceof SealingFailed) complain("trouble_sealing");
  else if (error instanceof KnownOnly) complain("trouble_known");
  else if (error instanceof Refused) complain("trouble_refused", { word: error.word || error.status });
  else complain("trouble_other");
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

function isSame(a: Letter, b: Letter): boolean {
  const words = ({ files, ...rest }: Letter): string => JSON.stringify([rest, files.length]);
  return words(a) === words(b) && a.files.every((file, i) => file === b.files[i]);
}

/** The attempt that goes on with this letter, or a new one. */
async function attemptFor(letter: Letter, relay: Relay): Promise<Attempt> {
  if (cut && isSame(cut.letter, letter)) return cut.attempt;
  if (cut) void cut.attempt.abandon(relay); // the letter was changed: nobody will go on with the former one
  cut = null;
  const attempt = await way.begin(letter);
  cut = { letter, attempt };
  return attempt;
}

async function send(text: string): Promise<void> {
  const relay = new Relay(askPerson, stop.signal, (bits) => work.change(bits));
  const letter: Letter = { lang: language(), text, files: await readFiles(), ...readExtras() };
  const attempt = await attemptFor(letter, relay);
  try {
    const result = await attempt.run(relay, progress);
    cut = null;
    clearLetter();
    way.done(result);
  } catch (error) {
    if (error instanceof Refused) {
      cut = null;
      void attempt.abandon(relay);
    }
    throw error;
  }
}

async function submit(event: Event): Promise<void> {
  event.preventDefault();
  const text = find<HTMLTextAreaElement>("text").value.trim();
  calm();
  if (isUnfinished(text)) return;
  stop = new AbortController();
  busy(true);
  const slow = setTimeout(() => {
    find("progress").hidden = false;
  }, SHOW_PROGRESS_AFTER_MS);
  progress(0, 0);
  let failure: unknown = null;
  try {
    await send(text);
  } catch (error) {
    failure = error;
  }
  clearTimeout(slow);
  work.change(0);
  busy(false);
  if (failure === null) return;
  explain(failure);
  find("send").focus();
}

/** Forget what was written. */
export function clearLetter(): void {
  find<HTMLTextAreaElement>("text").value = "";
  clearExtras();
  clearFiles();
}

/** What Send does from now on. */
export function sendWith(next: Way): void {
  way = next;
  cut = null;
}

/** Make the form work. Until this ran, its buttons are disabled. */
export function startLetter(): void {
  startFiles(complain, calm);
  find("letter").addEventListener("submit", (event) => void submit(event));
  for (const id of ["text", "pick", "voice", "send"]) find<HTMLButtonElement>(id).disabled = false;
}
