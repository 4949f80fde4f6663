/**
 * On a phone a conversation is a page of its own, the oldest message first: it opens at the newest, with the answer
 * box under it. What to do about an alarm, a captured person or an ending stands above, and is read before anything.
 */
const PHONE = "(max-width: 900px)";

export function arriveAtNewest(): void {
  const letters = document.querySelectorAll<HTMLElement>(".inbox.asked .bubble");
  const newest = letters.item(letters.length - 1);
  const here = location.hash || document.querySelector("#alarm, #captured, #ended") || !matchMedia(PHONE).matches;
  if (letters.length < 2 || here) return;
  if (newest.getBoundingClientRect().bottom > innerHeight / 2) newest.scrollIntoView({ block: "start" });
}
