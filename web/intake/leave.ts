/**
 * Leaving at once: the Leave button, and Esc twice within a second and a half.
 *
 * 1. What was written is gone from the page before anything else happens.
 * 2. The page is replaced by a harmless one of our own, so Back does not return and nobody else learns of it.
 * 3. A page that the browser kept in memory shows nothing when it is brought back.
 * 4. While another window is in front the page is blank, so that the list of open apps holds no picture of it.
 */
const TWICE_MS = 1500;

function wipe(): void {
  for (const form of document.forms) form.reset();
  for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")) field.value = "";
  document.body.replaceChildren();
  document.title = "";
}

/** Make leaving possible; `stop` ends whatever is being sent. */
export function startLeaving(stop: () => void): void {
  const button = document.getElementById("leave") as HTMLAnchorElement;
  const away = button.href;
  const leave = (): void => {
    wipe(); // 1
    stop();
    location.replace(away); // 2
  };
  button.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let before = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    const now = performance.now();
    if (now - before < TWICE_MS) leave();
    before = now;
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // 3
  });
  addEventListener("pagehide", wipe); // 3
  document.addEventListener("visibilitychange", () => {
    document.documentElement.classList.toggle("behind", document.visibilityState === "hidden"); // 4
  });
}
