/**
 * Files that go with a message, and what happens to the data hidden in pictures: it is removed before sending unless the person
 * wants otherwise, and where it cannot be removed the list says so.
 */
import { FILE_MOST, FILES_MOST } from "../shared/report.js";
import { built, loadScript } from "./assets.js";
import { locale, make, say } from "./texts.js";
import { find } from "./views.js";

const CLEANABLE = /\.(jpe?g|png|webp|gif)$/i;
const CLEANABLE_TYPE = /^image\/(jpeg|png|webp|gif)$/;
const TELLING = /\.(hei[cf]s?|avif|tiff?|dng|raw|mp4|m4[av]|mov|3gp|avi|mkv|webm|mp3|ogg|opus|wav|amr|pdf|docx?|xlsx?|pptx?|od[tsp]|rtf)$/i;
const TELLING_TYPE = /^(image|video|audio)\/|^application\/(pdf|msword|rtf|vnd\.)/;

/** How far a file's hidden data is: not a matter; being removed; gone; staying in, which the person may accept; tool not loaded. */
type State = "none" | "working" | "clean" | "stays" | "kept" | "unloaded";

/** A way to listen to a voice note: its button, and what ends the sound. */
export interface Player {
  readonly button: HTMLButtonElement;
  readonly end: () => void;
}

interface Attached {
  readonly file: File;
  state: State;
  cleaned: File | null;
  work: Promise<void>;
  /** Of a voice note. */
  readonly spoken?: { readonly time: string; readonly player: Player };
}

type Complain = (key: string, values?: Record<string, string | number>) => void;

let attached: Attached[] = [];
let complain: Complain;
let calm: () => void;
let held = false;
let later = false;

/** A size as people say it. */
function sizeOf(bytes: number): string {
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "size_kb"] : [bytes / 1024 / 1024, "size_mb"];
  const digits = value < 10 ? 1 : 0;
  return say(unit as string, { n: (value as number).toLocaleString(locale(), { maximumFractionDigits: digits }) });
}

function wanted(): boolean {
  return find<HTMLInputElement>("strip").checked;
}

function isCleanable({ name, type }: File): boolean {
  return CLEANABLE_TYPE.test(type) || (CLEANABLE.test(name) && !/^(video|audio)\//.test(type));
}

function stateOf(file: File): State {
  if (isCleanable(file)) return "working";
  return TELLING.test(file.name) || TELLING_TYPE.test(file.type) ? "stays" : "none";
}

async function cleanOne(one: Attached): Promise<void> {
  try {
    if (!globalThis.leewardClean) await loadScript(built.clean);
  } catch {
    one.state = "unloaded";
    return;
  }
  try {
    one.cleaned = await globalThis.leewardClean!(one.file);
    one.state = "clean";
  } catch {
    one.state = "stays";
  }
}

function begin(one: Attached): void {
  one.state = stateOf(one.file);
  if (one.state === "working") one.work = cleanOne(one).then(draw);
}

function noteButton(key: string, act: () => void): HTMLButtonElement {
  const button = make("button", "drop", key);
  button.type = "button";
  button.addEventListener("click", () => {
    act();
    draw();
    find("pick").focus();
  });
  return button;
}

/** What the list says about a file's hidden data. */
function noteOf(one: Attached): HTMLElement | null {
  if (one.state === "none" || one.state === "kept" || one.spoken) return null;
  if (!wanted() && one.state !== "stays") return make("p", "file-note", "strip_off");
  const key = { working: "strip_working", clean: "strip_done", stays: "strip_stays", unloaded: "strip_unloaded" }[one.state];
  const note = make("p", one.state === "stays" || one.state === "unloaded" ? "file-note warn" : "file-note");
  note.append(make("span", "", key));
  if (one.state === "stays") note.append(noteButton("strip_keep", () => (one.state = "kept")));
  if (one.state === "unloaded") note.append(noteButton("retry", () => begin(one)));
  return note;
}

function rowOf(one: Attached): HTMLElement {
  const row = make("li", one.spoken ? "file spoken" : "file");
  const name = make("span", "file-name");
  name.dir = "auto";
  const title = one.spoken ? say("voice_name", { time: one.spoken.time }) : one.file.name;
  name.textContent = title;
  const size = make("span", "quiet");
  size.textContent = sizeOf(one.file.size);
  const drop = make("button", "drop", "drop");
  drop.type = "button";
  drop.setAttribute("aria-label", say("drop_named", { name: title }));
  drop.addEventListener("click", () => {
    calm();
    one.spoken?.player.end();
    attached = attached.filter((other) => other !== one);
    draw();
    find("pick").focus();
  });
  row.append(name, size, ...(one.spoken ? [one.spoken.player.button] : []), drop);
  const note = noteOf(one);
  if (note) row.append(note);
  return row;
}

function draw(): void {
  find("files").replaceChildren(...attached.map(rowOf));
  find("resume-hint").hidden = !later || !hasFiles();
  find("strip-box").hidden = !attached.some(({ file, spoken }) => !spoken && isCleanable(file));
  hold();
}

function addFiles(picked: readonly File[]): void {
  calm();
  const large = picked.find((file) => file.size > FILE_MOST);
  if (large) complain("trouble_large", { name: large.name });
  for (const file of picked.filter(({ size }) => size <= FILE_MOST)) {
    const one: Attached = { file, state: "none", cleaned: null, work: Promise.resolve() };
    attached.push(one);
    if (attached.length <= FILES_MOST) begin(one);
  }
  if (attached.length > FILES_MOST) {
    attached = attached.slice(0, FILES_MOST);
    complain("trouble_many", { n: FILES_MOST });
  }
  draw();
}

/** Attach a voice note; false, with a word to the person, if there are too many files already. */
export function addVoice(file: File, time: string, player: Player): boolean {
  if (attached.length >= FILES_MOST) {
    complain("trouble_many", { n: FILES_MOST });
    return false;
  }
  attached.push({ file, state: "none", cleaned: null, work: Promise.resolve(), spoken: { time, player } });
  draw();
  return true;
}

/** Tell whether anything is attached. */
export function hasFiles(): boolean {
  return attached.length > 0;
}

/** The files as they will be sent, once what is hidden in them is removed. */
export async function readFiles(): Promise<File[]> {
  await Promise.all(attached.map(({ work }) => work));
  return attached.map(({ file, cleaned }) => (wanted() && cleaned) || file);
}

/** Forget all files, and end what sounds. */
export function clearFiles(): void {
  for (const { spoken } of attached) spoken?.player.end();
  attached = [];
  draw();
}

function hold(): void {
  for (const id of ["pick", "strip"]) find<HTMLInputElement>(id).disabled = held;
  for (const button of find("files").querySelectorAll("button")) button.disabled = held;
}

/** Nothing can be attached or removed while a message is being sent. */
export function holdFiles(on: boolean): void {
  held = on;
  hold();
}

/** From now on the person has words: with files, say what to do if they do not get through. */
export function hintResume(): void {
  later = true;
  draw();
}

/** Make attaching work; `complainTo` says what is wrong, `calmDown` takes it back. */
export function startFiles(complainTo: Complain, calmDown: () => void): void {
  complain = complainTo;
  calm = calmDown;
  const picker = find<HTMLInputElement>("picker");
  find("pick").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    addFiles(Array.from(picker.files ?? []));
    picker.value = "";
  });
  find("strip").addEventListener("change", draw);
  document.addEventListener("languagechange", draw);
}
