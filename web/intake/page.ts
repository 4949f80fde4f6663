/** The page for a person in danger, first part: write, seal, send, remember. Coming back is in returning.ts. */
import { openSealed } from "../shared/open.js";
import { deriveWay, isCode, type Code } from "../shared/codes.js";
import { Relay } from "../shared/relay.js";
import { Sending, type Card } from "../shared/report.js";
import { endConversation, lookAgain, visit } from "../shared/visits.js";
import { hasAnswer } from "../shared/waiting.js";
import { parseList, type WordList } from "../shared/words.js";
import { built, loadScript, loadText } from "./assets.js";
import { askNoMore, startExtras } from "./extras.js";
import { addVoice, hintResume } from "./files.js";
import type { Kit, VoiceKit } from "./kit.js";
import { clearLetter, complain, sendWith, startLetter, stopSending } from "./letter.js";
import { startLeaving } from "./leave.js";
import { showCode, startRemembering } from "./remember.js";
import { hintWith, listLanguage, locale, make, put, startTexts } from "./texts.js";
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
  sendWith({
    begin: async (letter) => {
      await loadList(listLanguage()); // before anything is sent: without it the way back could not be shown
      return new Sending(card, letter, null);
    },
    done: (code) => void showCode(code as Code),
  });
}

function writeAs(card: Card): Kit["writeAs"] {
  return (code, sent) => {
    find("talk-form").append(find("letter"));
    askNoMore();
    hintResume();
    hintWith("text_hint_more");
    sendWith({ begin: (letter) => Promise.resolve(new Sending(card, letter, code)), done: sent });
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

async function openVoice(kit: VoiceKit): Promise<void> {
  const button = find<HTMLButtonElement>("voice");
  if (!kit.box.hidden) return;
  try {
    if (!globalThis.leewardVoice) await loadScript(built.voice);
  } catch {
    complain("part_trouble");
    return;
  }
  globalThis.leewardVoice!(kit);
  button.setAttribute("aria-expanded", "true");
  kit.box.hidden = false;
  kit.box.querySelector("button")!.focus();
}

function startVoice(): void {
  const kit: VoiceKit = {
    box: find("voice-box"),
    make,
    put,
    add: addVoice,
    close: () => {
      kit.box.hidden = true;
      find("voice").setAttribute("aria-expanded", "false");
      find("voice").focus();
    },
    closing: closing.signal,
  };
  find("voice").addEventListener("click", () => void openVoice(kit));
}

function start(): void {
  startTexts();
  const card = JSON.parse(find("card").textContent) as Card;
  const kit: Kit = {
    card,
    openSealed,
    deriveWay,
    isCode,
    visit,
    lookAgain,
    endConversation,
    hasAnswer,
    makeRelay: (onTrouble) => new Relay(onTrouble, closing.signal),
    loadList,
    make,
    put,
    locale,
    find,
    show,
    writeAs: writeAs(card),
    begin: (code, letter) => new Sending(card, letter, code),
    clearLetter,
  };
  startLeaving(() => {
    stopSending();
    closing.abort();
  });
  startRemembering(loadList);
  startExtras(card);
  startLetter();
  startVoice();
  writeFirst(card);
  find("come-back").addEventListener("click", () => void openReturn(kit));
  find("back").addEventListener("click", () => show("write"));
  find("text").addEventListener("focus", () => void loadList(listLanguage()).catch(() => undefined), { once: true });
  find("unready").remove();
  document.documentElement.classList.add("ready");
}

start();
