/**
 * Forms marked `data-in-place` are posted without leaving the page, and the answer is merged into it. Whoever presses
 * one key and goes on typing at once must not have the next letters lost between two pages, or taken for commands.
 */
import { merge } from "./live.js";

const plainly = new WeakSet<HTMLFormElement>();

async function post(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
  if (button instanceof HTMLButtonElement && button.name) fields.append(button.name, button.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields });
    if (!answer.ok) throw new Error(String(answer.status));
    merge(await answer.text());
  } catch {
    plainly.add(form); // the desk says what is wrong on a page of its own
    form.requestSubmit(button);
  }
}

export function watchInPlace(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-in-place]") || plainly.delete(form)) return;
    event.preventDefault();
    void post(form, event.submitter);
  });
}
