/**
 * A page that refreshes itself is nobody's look; somebody who moves before it is. Told once for each thing that is new,
 * so that colleagues are not called for what was seen.
 */
let told = "";

function look(): void {
  const mark = document.querySelector<HTMLElement>("[data-mark]")?.dataset["mark"] ?? "";
  if (mark === told || document.visibilityState !== "visible" || !document.querySelector("[data-watched]")) return;
  told = mark;
  void fetch("/inbox/looked", { method: "POST" }).catch(() => undefined);
}

export function watchLooks(): void {
  told = document.querySelector<HTMLElement>("[data-mark]")?.dataset["mark"] ?? ""; // opening the page was a look
  for (const name of ["pointermove", "pointerdown", "keydown", "wheel"]) {
    document.addEventListener(name, look, { passive: true });
  }
}
