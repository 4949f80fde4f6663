/** The form: text, files, sending with its progress and its troubles. Used for a first message and for later ones. */
import { FileUnreadable, FILE_MOST, FILES_MOST, SealingFailed, type Letter } from "../shared/report.js";
import { Refused, Relay, Stopped } from "../shared/relay.js";
import { language, make, put, say } from "./texts.js";
import { find } from "./views.js";

const TEXT_MOST = 100_000;
const SHOW_PROGRESS_AFTER_MS = 200;

/** Sends a letter with what the form offers: a relay that asks the person after failures, and a progress line. */
export type Send = (letter: Letter, relay: Relay, onProgress: (done: number, all: number) => void) => Promise<void>;

let files: File[] = [];
let stop = new AbortController();
let sendNow: Send;

/** End whatever is being sent. */
export function stopSending(): void {
  stop.abort();
}

/** A size as people say it. */
function sizeOf(bytes: number): string {
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "size_kb"] : [bytes / 1024 / 1024, "size_mb"];
  const digits = value < 10 ? 1 : 0;
  return say(unit as string, { n: (value as number).toLocaleString(language(), { maximumFractionDigits: digits }) });
}

function complain(key: string, values: Record<string, string | number> = {}): void {
  put(find("trouble-text"), key, values);
  find("trouble").hidden = false;
}

function calm(): void {
  find("trouble").hidden = true;
  find("again").hidden = true;
}

function drawFiles(): void {
  const rows = files.map((file) => {
    const row = make("li", "file");
    const name = make("span", "file-name");
    name.textContent = file.name;
    const size = make("span", "quiet");
    size.textContent = sizeOf(file.size);
    const drop = make("button", "drop", "drop");
    drop.type = "button";
    drop.setAttribute("aria-label", say("drop_named", { name: file.name }));
    drop.addEventListener("click", () => {
      files = files.filter((other) => other !== file);
      drawFiles();
      find("pick").focus();
    });
    row.append(name, size, drop);
    return row;
  });
  find("files").replaceChildren(...rows);
}

function addFiles(picked: readonly File[]): void {
  calm();
  const large = picked.find((file) => file.size > FILE_MOST);
  if (large) complain("trouble_large", { name: large.name });
  files.push(...picked.filter((file) => file.size <= FILE_MOST));
  if (files.length > FILES_MOST) {
    files = files.slice(0, FILES_MOST);
    complain("trouble_many", { n: FILES_MOST });
  }
  drawFiles();
}

function busy(on: boolean): void {
  for (const id of ["text", "pick", "send"]) find<HTMLButtonElement>(id).disabled = on;
  for (const button of document.querySelectorAll<HTMLButtonElement>(".drop")) button.disabled = on;
  find("letter").setAttribute("aria-busy", String(on));
  find("progress").hidden = true;
}

function progress(done: number, all: number): void {
  const share = all === 0 ? 0 : Math.min(done / all, 1);
  find<HTMLProgressElement>("bar").value = share;
  if (all > 0) put(find("progress-text"), "sending_files", { done: Math.floor(share * 100) });
  else put(find("progress-text"), "sending");
}

/** Wait until the person presses "Try again" or "Stop". */
function askPerson(): Promise<void> {
  complain("trouble_network");
  find("again").hidden = false;
  find("progress").hidden = true;
  find("retry").focus();
  return new Promise((done, failed) => {
    find("retry").onclick = () => {
      calm();
      find("progress").hidden = false;
      done();
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
  else if (error instanceof Refused) complain("trouble_refused", { word: error.word || error.status });
  else complain("trouble_other");
}

async function submit(event: Event): Promise<void> {
  event.preventDefault();
  const area = find<HTMLTextAreaElement>("text");
  const text = area.value.trim();
  calm();
  if (!text && files.length === 0) {
    complain("trouble_empty");
    area.focus();
    return;
  }
  if (text.length > TEXT_MOST) {
    complain("trouble_long");
    return;
  }
  stop = new AbortController();
  busy(true);
  const slow = setTimeout(() => {
    find("progress").hidden = false;
  }, SHOW_PROGRESS_AFTER_MS);
  progress(0, files.reduce((sum, file) => sum + file.size, 0));
  let failure: unknown = null;
  try {
    await sendNow({ lang: language(), text, files }, new Relay(askPerson, stop.signal), progress);
    clearLetter();
  } catch (error) {
    failure = error;
  }
  clearTimeout(slow);
  busy(false);
  if (failure === null) return;
  explain(failure);
  find("send").focus();
}

/** Forget what was written. */
export function clearLetter(): void {
  find<HTMLTextAreaElement>("text").value = "";
  files = [];
  drawFiles();
}

/** What Send does from now on. */
export function sendWith(send: Send): void {
  sendNow = send;
}

/** Make the form work. Until this ran, its button is disabled. */
export function startLetter(): void {
  const picker = find<HTMLInputElement>("picker");
  find("pick").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    addFiles(Array.from(picker.files ?? []));
    picker.value = "";
  });
  find("letter").addEventListener("submit", (event) => void submit(event));
  document.addEventListener("languagechange", drawFiles);
  for (const id of ["text", "pick", "send"]) find<HTMLButtonElement>(id).disabled = false;
}
