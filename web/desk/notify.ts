/**
 * Saying that something is new, without a word of what. Off until the browser and the member have allowed it.
 *
 * The desk prints a mark that says nothing (`data-mark`); when a live page's mark has grown and nobody looks at the
 * window, the browser shows the one sentence beside it. Every window of a desk has the same tag: one notice, not five.
 */
let seen = "";

function line(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-mark]");
}

function tell(): void {
  const at = line();
  const mark = at?.dataset["mark"] ?? "";
  const grown = mark > seen;
  seen = mark;
  if (!grown || at?.dataset["notify"] !== "yes" || document.hasFocus()) return;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const note = new Notification(at.dataset["words"] ?? "Leeward", { tag: "leeward", silent: true });
  note.addEventListener("click", () => {
    window.focus();
    note.close();
  });
}

async function allow(form: HTMLFormElement): Promise<void> {
  const answer = "Notification" in window ? await Notification.requestPermission() : "denied";
  if (answer === "granted") {
    form.submit();
    return;
  }
  const denied = document.querySelector<HTMLElement>("[data-denied]");
  if (denied) denied.hidden = false;
}

export function watchNews(): void {
  seen = line()?.dataset["mark"] ?? "";
  document.addEventListener("leeward:merged", tell);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-allow]")) return;
    event.preventDefault();
    void allow(form);
  });
}
