/**
 * Keeps an open page in step with the vault: when the desk rings, the page is fetched again and merged in place.
 * Nothing jumps: somebody who types keeps their words, caret and place, and is told quietly that more has come.
 */
import { isTyping } from "./keys.js";
import { morphChildren } from "./morph.js";
import { leave } from "./typed.js";

let pending = false;
let running = false;
let closed = false;

function notice(name: string, shown: boolean): void {
  const line = document.querySelector<HTMLElement>(`[data-${name}]`);
  if (line) line.hidden = !shown;
}

/** Merge a page that the desk gave into the open one. */
export function merge(page: string): void {
  const news = new DOMParser().parseFromString(page, "text/html").querySelectorAll("[data-live]");
  document.querySelectorAll("[data-live]").forEach((part, place) => {
    const fresh = news[place];
    if (fresh) morphChildren(part, fresh);
  });
  document.dispatchEvent(new CustomEvent("leeward:merged"));
}

async function refresh(): Promise<void> {
  if (closed) return;
  if (running) {
    pending = true;
    return;
  }
  running = true;
  try {
    const answer = await fetch(document.body.dataset["liveAt"] || location.href, { headers: { "Leeward-Live": "1" } });
    if (!answer.ok || answer.redirected) return;
    merge(await answer.text());
  } finally {
    running = false;
    if (pending) {
      pending = false;
      void refresh();
    }
  }
}

function countOf(page: ParentNode): number {
  return page.querySelectorAll("main [data-row], main article").length;
}

async function look(): Promise<void> {
  const before = countOf(document);
  await refresh().catch(() => undefined);
  if (isTyping(document.activeElement) && countOf(document) > before) notice("notice", true);
}

export function watchLive(): void {
  document.querySelector("[data-notice] button")?.addEventListener("click", () => {
    notice("notice", false);
    const fresh = document.querySelector<HTMLElement>("main .fresh") ?? document.querySelector<HTMLElement>("main");
    fresh?.scrollIntoView({ block: "nearest" });
  });
  const source = new EventSource("/events");
  let lost = 0;
  source.addEventListener("leave", leave);
  source.addEventListener("closed", () => {
    source.close();
    closed = true;
    document.body.replaceChildren(); // locked: nothing stays on any screen
    document.title = "";
  });
  source.addEventListener("message", () => void look());
  source.addEventListener("open", () => {
    notice("gone", false);
    lost = 0;
    void look(); // what changed after this page was made and before the stream was open rang for nobody
  });
  source.addEventListener("error", () => {
    lost += 1;
    if (lost > 2 || source.readyState === EventSource.CLOSED) notice("gone", true);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void look();
  });
  setInterval(() => void look(), 60_000); // waiting times grow even when nothing arrives
}
