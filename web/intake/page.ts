/** The page for a person in danger, first part: write, seal, send, remember. Coming back is in returning.ts. */
import { openSealed } from "../shared/open.js";
import { deriveWay, isCode } from "../shared/codes.js";
import { Relay } from "../shared/relay.js";
import { sendFirst, sendLater, sendOpened, type Card } from "../shared/report.js";
import { parseList, wordsOf, type WordList } from "../shared/words.js";
import { built, loadScript, loadText } from "./assets.js";
import type { Kit } from "./kit.js";
import { sendWith, startLetter, stopSending } from "./letter.js";
import { startLeaving } from "./leave.js";
import { showWords, startRemembering } from "./remember.js";
import { hintWith, language, make, put, say, startTexts } from "./texts.js";
import { find, show } from "./views.js";

const lists = new Map<string, Promise<WordList>>();
const closing = new AbortController();

function loadList(lang: string): Promise<WordList> {
  const known = lists.get(lang);
  if (known) return known;
  const fresh = loadText(built.words[lang]).then(parseList);
  lists.set(lang, fresh);
  fresh.catch(() => lists.delete(lang));
  return fresh;
}

function writeFirst(card: Card): void {
  sendWith(async (letter, relay, onProgress) => {
    const list = await loadList(letter.lang); // before anything is sent: without it the way back could not be shown
    const code = await sendFirst(card, letter, relay, onProgress);
    showWords(wordsOf(code, list));
  });
}

function writeAs(card: Card): Kit["writeAs"] {
  return (voice, sent) => {
    find("talk-form").append(find("letter"));
    hintWith("text_hint_more");
    sendWith(async (letter, relay, onProgress) => {
      await sendLater(card, letter, voice, relay, onProgress);
      sent();
    });
  };
}

async function openReturn(kit: Kit): Promise<void> {
  const button = find<HTMLButtonElement>("come-back");
  button.disabled = true;
  find("come-back-trouble").hidden = true;
  try {
    if (!globalThis.leewardReturning) {
      await loadScript(built.returning);
      globalThis.leewardReturning!(kit);
    }
    show("return");
    find("typed").focus();
  } catch {
    find("come-back-trouble").hidden = false;
  } finally {
    button.disabled = false;
  }
}

function start(): void {
  startTexts();
  const card = JSON.parse(find("card").textContent) as Card;
  const kit: Kit = {
    card,
    openSealed,
    deriveWay,
    isCode,
    sendOpened,
    makeRelay: (onTrouble) => new Relay(onTrouble, closing.signal),
    loadList,
    make,
    put,
    say,
    language,
    find,
    show,
    writeAs: writeAs(card),
  };
  startLeaving(() => {
    stopSending();
    closing.abort();
  });
  startRemembering();
  startLetter();
  writeFirst(card);
  find("come-back").addEventListener("click", () => void openReturn(kit));
  find("back").addEventListener("click", () => show("write"));
  find("text").addEventListener("focus", () => void loadList(language()).catch(() => undefined), { once: true });
  find("unready").remove();
  document.documentElement.classList.add("ready");
}

start();
