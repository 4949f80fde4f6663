/**
 * A desk that locks must not lose what was typed. When it says so, or when the lock key is pressed, what stands in forms
 * and was not sent is handed over; drafts are saved by draft.ts. Passwords stay where they are.
 *
 * And the desk is told, twice a minute at most, that somebody is there.
 */
import { saveDrafts } from "./draft.js";

const TOLD = 30_000; // ms
const PATIENCE = 400; // ms that locking waits for the hand-over

let told = 0;

type Field = HTMLInputElement | HTMLTextAreaElement;

function typed(): Field[] {
  const all = document.querySelectorAll<Field>('form[method="post"] textarea:not([data-draft], [readonly]), form[method="post"] input');
  return [...all].filter((one) => {
    const text = one instanceof HTMLTextAreaElement || ["text", "search", "tel", "email", "url"].includes(one.type);
    return text && one.name !== "q" && one.value.trim() !== "" && one.value !== one.defaultValue;
  });
}

async function leaveTyped(): Promise<void> {
  const fields = typed();
  const drafts = saveDrafts();
  if (fields.length) {
    const body = new URLSearchParams({ place: location.pathname + location.search });
    for (const field of fields) {
      body.append("label", field.labels?.[0]?.querySelector("span")?.textContent ?? "");
      body.append("text", field.value);
    }
    await fetch("/safety/typed", { method: "POST", body }).catch(() => undefined);
  }
  await drafts;
}

/** The desk is about to lock by itself: nothing stays on any screen meanwhile. */
export function leave(): void {
  const handed = leaveTyped();
  document.body.replaceChildren();
  document.title = "";
  void handed;
}

export function watchTyped(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.getAttribute("action") !== "/lock" || !typed().length) return;
    event.preventDefault();
    const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE));
    void Promise.race([leaveTyped(), patience]).then(() => form.submit());
  });
  const here = (): void => {
    if (Date.now() - told < TOLD) return;
    told = Date.now();
    void fetch("/safety/here", { method: "POST" }).catch(() => undefined);
  };
  for (const name of ["pointermove", "pointerdown", "keydown", "wheel", "touchmove"]) {
    document.addEventListener(name, here, { passive: true });
  }
}
