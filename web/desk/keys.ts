/**
 * The keyboard. One letter presses what shows it (`data-key`); `g` and a letter goes to a place; `j`, `k` and Enter
 * walk through rows; Esc leaves a field, then goes up. Nothing happens while somebody types in a field.
 */
const SECOND = 1200; // ms in which the second key of `g x` must come

let gone = 0;

export function isTyping(at: Element | null): boolean {
  return at instanceof HTMLElement && (at.isContentEditable || at.matches("input:not([type=checkbox], [type=radio]), textarea, select"));
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("main [data-row]")].filter((row) => row.offsetParent !== null);
}

function walk(step: number): void {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("focus"));
  const start = all.findIndex((row) => row.classList.contains("on"));
  const from = now >= 0 ? now : start;
  const next = all[Math.min(Math.max(from + step, 0), all.length - 1)]!;
  for (const row of all) row.classList.toggle("focus", row === next);
  const link = next.querySelector<HTMLElement>("[data-open]");
  link?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** In an open fold a digit picks one of its numbered sentences, before it means anything else on the page. */
function pick(key: string): boolean {
  const fold = document.activeElement?.closest("details[open]");
  const one = fold?.querySelector<HTMLElement>(`[data-pick="${CSS.escape(key)}"]`);
  one?.click();
  return Boolean(one);
}

function press(key: string): boolean {
  if (pick(key)) return true;
  const row = document.querySelector("main [data-row].focus") ?? document.querySelector("main [data-row]:target");
  const near = row?.querySelectorAll<HTMLElement>("[data-key]") ?? []; // the row one stands on comes first
  const shown = [...near, ...document.querySelectorAll<HTMLElement>("[data-key]")].find(
    (one) => one.dataset["key"] === key && one.getClientRects().length > 0,
  );
  if (!shown) return false;
  if (shown instanceof HTMLElement && shown.matches("input, textarea")) {
    shown.focus();
    if (shown instanceof HTMLInputElement) shown.select();
  } else if (shown.tagName === "SUMMARY") {
    const fold = shown.parentElement as HTMLDetailsElement;
    fold.open = true;
    fold.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select, button")?.focus();
  } else {
    shown.click();
  }
  return true;
}

function leave(): void {
  const at = document.activeElement;
  if (isTyping(at)) {
    (at as HTMLElement).blur();
    return;
  }
  const open = document.querySelector<HTMLDetailsElement>(".thumb .more[open]");
  if (open) {
    open.open = false;
    return;
  }
  const up = document.querySelector<HTMLAnchorElement>("[data-up]") ?? document.querySelector<HTMLAnchorElement>(".crumb a:last-of-type");
  up?.click();
}

function send(field: Element | null): boolean {
  const form = field?.closest("form");
  if (!form || !(field instanceof HTMLTextAreaElement || form.querySelector("textarea[data-send]"))) return false;
  form.requestSubmit();
  return true;
}

function onKey(event: KeyboardEvent): void {
  if (event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "Enter" && send(document.activeElement)) event.preventDefault();
    if (event.key.toLowerCase() === "l" && !event.shiftKey) {
      event.preventDefault();
      document.querySelector<HTMLFormElement>("[data-lock]")?.requestSubmit();
    }
    return;
  }
  if (event.altKey) return;
  if (event.key === "Escape") {
    leave();
    return;
  }
  if (isTyping(document.activeElement)) return;
  const key = letter(event);
  if (Date.now() - gone < SECOND) {
    gone = 0;
    const place = document.querySelector<HTMLAnchorElement>(`[data-go="${CSS.escape(key)}"]`);
    if (place) {
      event.preventDefault();
      place.click();
    }
    return;
  }
  if (key === "g") gone = Date.now();
  else if (key === "j") walk(1);
  else if (key === "k") walk(-1);
  else if (!press(key)) return;
  event.preventDefault();
}

/** The Latin letter on the key, so that shortcuts work with a Russian layout too. */
function letter(event: KeyboardEvent): string {
  if (/^[\x21-\x7e]$/.test(event.key)) return event.shiftKey && event.key === "/" ? "?" : event.key;
  if (event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return event.key;
}

export function watchKeys(): void {
  document.addEventListener("keydown", onKey);
}
