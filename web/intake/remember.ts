/** The code after sending, as words or as numbers, and the exercise: say it again while it is hidden. */
import { digitsOf, type Code } from "../shared/codes.js";
import { plainForm, splitDigits, splitWords, wordsOf, type WordList } from "../shared/words.js";
import { listLanguage, make, put } from "./texts.js";
import { find, show } from "./views.js";

type Form = "ru" | "en" | "digits";

let code: Code = [];
let shown: readonly string[] = [];
let form: Form = "en";
let loadList: (language: string) => Promise<WordList>;

async function partsIn(wanted: Form): Promise<string[]> {
  return wanted === "digits" ? digitsOf(code).split(/ +/) : wordsOf(code, await loadList(wanted));
}

function draw(): void {
  const digits = form === "digits";
  const list = find("code");
  list.className = digits ? "digits" : "";
  list.replaceChildren(
    ...shown.map((part, i) => {
      const item = make("li", i < 6 ? "" : "swap");
      item.textContent = part;
      return item;
    }),
  );
  find("digits-how").hidden = !digits;
  for (const button of find("as").querySelectorAll<HTMLElement>("[data-as]")) {
    button.setAttribute("aria-pressed", String(button.dataset["as"] === form));
  }
  put(find("recall-label"), digits ? "recall_digits" : "recall_label");
}

/** Show the same code in another form. */
async function change(to: Form): Promise<void> {
  find("as-note").hidden = true;
  try {
    shown = await partsIn(to);
  } catch {
    find("as-note").hidden = false;
    return;
  }
  form = to;
  draw();
  practise(false);
}

function practise(on: boolean): void {
  for (const id of ["code", "as", "practise"]) find(id).hidden = on;
  find("digits-how").hidden = on || form !== "digits";
  find("exercise").hidden = !on;
  find("verdict").hidden = true;
  if (!on) return;
  find<HTMLTextAreaElement>("recall").value = "";
  find("recall").focus();
}

/** What was typed, in parts of the kind that is shown. */
function recalled(): string[] {
  const text = find<HTMLTextAreaElement>("recall").value;
  return form === "digits" ? (splitDigits(text).join("").match(/.{1,4}/g) ?? []) : splitWords(text);
}

function check(event: Event): void {
  event.preventDefault();
  const typed = recalled();
  const wrong = typed.findIndex((part, i) => i < shown.length && part !== plainForm(shown[i]!));
  const verdict = find("verdict");
  verdict.hidden = false;
  const right = wrong < 0 && typed.length === shown.length;
  const kind = form === "digits" ? "recall_digits" : "recall";
  verdict.className = right ? "note good" : "note";
  if (right) put(verdict, "recall_right");
  else if (wrong < 0) put(verdict, `${kind}_more`);
  else put(verdict, `${kind}_wrong`, { n: wrong + 1 });
}

/** Show the code; nobody else ever will. The list of the page's language is loaded already. */
export async function showCode(fresh: Code): Promise<void> {
  code = fresh;
  form = listLanguage();
  shown = await partsIn(form);
  draw();
  practise(false);
  show("words");
}

/** Make the forms and the exercise work. */
export function startRemembering(load: (language: string) => Promise<WordList>): void {
  loadList = load;
  find("as").addEventListener("click", (event) => {
    const wanted = (event.target as HTMLElement).dataset["as"] as Form | undefined;
    if (wanted) void change(wanted);
  });
  find("practise").addEventListener("click", () => practise(true));
  find("look").addEventListener("click", () => practise(false));
  find("exercise").addEventListener("submit", check);
}
