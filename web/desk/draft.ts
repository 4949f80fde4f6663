/** Drafts: what is typed into a `data-draft` field is posted to its address a moment later, and when the page is left. */
const PAUSE = 700;

const timers = new WeakMap<HTMLTextAreaElement, number>();
const saved = new WeakMap<HTMLTextAreaElement, string>();

function tell(field: HTMLTextAreaElement, state: "typing" | "saved" | "unsaved"): void {
  const line = field.form?.querySelector<HTMLElement>("[data-draft-state]");
  if (line) line.textContent = state === "typing" ? "" : (line.dataset[state] ?? "");
}

async function save(field: HTMLTextAreaElement, leaving = false): Promise<void> {
  const address = field.dataset["draft"];
  const text = field.value;
  if (!address || saved.get(field) === text) return;
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ text }), keepalive: leaving && text.length < 20_000 });
    if (!answer.ok) throw new Error(String(answer.status));
    saved.set(field, text);
    tell(field, "saved");
  } catch {
    tell(field, "unsaved");
  }
}

function fields(): HTMLTextAreaElement[] {
  return [...document.querySelectorAll<HTMLTextAreaElement>("textarea[data-draft]")];
}

/** Save at once what was typed and waits for its moment. */
export async function saveDrafts(): Promise<void> {
  await Promise.all(fields().filter((field) => saved.has(field)).map((field) => save(field)));
}

export function watchDrafts(): void {
  for (const field of fields()) saved.set(field, field.value);
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement) || !field.dataset["draft"]) return;
    tell(field, "typing");
    clearTimeout(timers.get(field));
    timers.set(field, window.setTimeout(() => void save(field), PAUSE));
  });
  document.addEventListener("submit", (event) => {
    for (const field of fields()) {
      if (field.form !== event.target) continue;
      clearTimeout(timers.get(field));
      saved.set(field, field.value);
    }
  });
  window.addEventListener("pagehide", () => {
    for (const field of fields()) if (saved.has(field)) void save(field, true);
  });
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-insert]");
    const into = button?.dataset["into"];
    const wanted = into ? `textarea[name="${CSS.escape(into)}"]` : "textarea[data-draft]";
    const field = button?.closest("form")?.querySelector<HTMLTextAreaElement>(wanted);
    if (!button || !field) return;
    const sentence = button.dataset["insert"] ?? "";
    field.value = !into && field.value.trim() ? `${field.value.trimEnd()} ${sentence}` : sentence;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const fold = button.closest("details");
    if (fold && !fold.contains(field)) fold.open = false; // the list has done its work; what comes next is the box
    field.focus();
  });
}
