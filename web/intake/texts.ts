/** The page's sentences in the language chosen. Changing it keeps what was written and leaves no trace in the history. */
import { built, loadText } from "./assets.js";

let texts: Readonly<Record<string, string>> = {}; // "checked" is a boolean, for translators; nothing here asks for it

/** How numbers and times are written: as readers of this language do, but with our digits in Arabic, where both kinds are read. */
export function locale(): string {
  return language() === "ar" ? "ar-u-nu-latn" : language();
}

/** A value in a sentence: numbers as its language writes them; names keep to themselves in a sentence that runs from the right. */
function shown(value: string | number): string {
  if (typeof value === "number" || /^\d+:\d\d$/.test(value)) {
    return String(value).replace(/\d/g, (digit) => Number(digit).toLocaleString(locale()));
  }
  return texts["dir"] === "rtl" ? `\u2068${value}\u2069` : value;
}

/** The sentence with this key, with its values put in. */
export function say(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  const text = texts[key];
  if (text === undefined) throw new Error(`no text ${key}`);
  return text.replace(/\{([a-z]+)\}/g, (whole, name: string) => (name in values ? shown(values[name]!) : whole));
}

/** Put a sentence into an element, so that it follows a change of language. */
export function put(element: Element, key: string, values: Readonly<Record<string, string | number>> = {}): void {
  element.setAttribute("data-t", key);
  if (Object.keys(values).length) element.setAttribute("data-v", JSON.stringify(values));
  else element.removeAttribute("data-v");
  element.textContent = say(key, values);
}

/** A new element with a sentence in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  key = "",
  values: Readonly<Record<string, string | number>> = {},
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  if (key) put(element, key, values);
  return element;
}

/** Change the hint in the message box. */
export function hintWith(key: string): void {
  const area = document.getElementById("text") as HTMLTextAreaElement;
  area.dataset["hint"] = key;
  area.placeholder = say(key);
}

/** Language of the page now. */
export function language(): string {
  return document.documentElement.lang;
}

/** The list of words that readers of this language know best: Russian where Cyrillic is read, else English. */
export function listLanguage(): "ru" | "en" {
  return /\p{Script=Cyrillic}/u.test(say("send")) ? "ru" : "en";
}

function refresh(): void {
  for (const element of document.querySelectorAll("[data-t]")) {
    const values = element.getAttribute("data-v");
    element.textContent = say(element.getAttribute("data-t")!, values ? JSON.parse(values) : {});
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.getAttribute("data-label")!));
  }
  for (const area of document.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>("[data-hint]")) {
    area.placeholder = say(area.dataset["hint"]!);
  }
  document.title = say("title");
}

async function change(to: string): Promise<void> {
  texts = JSON.parse(await loadText(built.texts[to]));
  document.documentElement.lang = to;
  document.documentElement.dir = say("dir");
  refresh();
  for (const link of document.querySelectorAll<HTMLElement>("[data-language]")) {
    link.hidden = link.dataset["language"] === to;
  }
  document.querySelector(".languages details")?.removeAttribute("open");
  document.dispatchEvent(new Event("languagechange"));
}

/** Take the sentences that came with the page, and answer to the language links. */
export function startTexts(): void {
  texts = JSON.parse(document.getElementById("texts")!.textContent);
  for (const link of document.querySelectorAll<HTMLAnchorElement>("[data-language]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      change(link.dataset["language"]!).catch(() => location.replace(link.href));
    });
  }
}
