/** The eight words after sending, and the exercise: say them again while they are hidden. */
import { plainForm, splitWords } from "../shared/words.js";
import { make, put } from "./texts.js";
import { find, show } from "./views.js";

let words: readonly string[] = [];

function draw(): void {
  find("code").replaceChildren(
    ...words.map((word, i) => {
      const item = make("li", i < 6 ? "" : "swap");
      item.textContent = word;
      return item;
    }),
  );
}

function practise(on: boolean): void {
  find("code").hidden = on;
  find("exercise").hidden = !on;
  find("practise").hidden = on;
  find("verdict").hidden = true;
  if (on) {
    find<HTMLTextAreaElement>("recall").value = "";
    find("recall").focus();
  }
}

function check(event: Event): void {
  event.preventDefault();
  const typed = splitWords(find<HTMLTextAreaElement>("recall").value);
  const wrong = typed.findIndex((word, i) => i < words.length && word !== plainForm(words[i]!));
  const verdict = find("verdict");
  verdict.hidden = false;
  const right = wrong < 0 && typed.length === words.length;
  verdict.className = right ? "note good" : "note";
  if (right) put(verdict, "recall_right");
  else if (wrong < 0) put(verdict, "recall_more");
  else put(verdict, "recall_wrong", { n: wrong + 1 });
}

/** Show the words; nobody else ever will. */
export function showWords(shown: readonly string[]): void {
  words = shown;
  draw();
  practise(false);
  show("words");
}

/** Make the exercise work. */
export function startRemembering(): void {
  find("practise").addEventListener("click", () => practise(true));
  find("look").addEventListener("click", () => practise(false));
  find("exercise").addEventListener("submit", check);
}
