/** Coming back: the eight words, the answers they open, and writing again. Loaded only when asked for. */
import type { Item } from "../shared/relay.js";
import type { Code, Way } from "../shared/codes.js";
import { nearestWords, parseCode, splitWords, type WordList } from "../shared/words.js";
import type { Kit } from "./kit.js";

interface Answer {
  readonly id: string;
  readonly at: number;
  readonly text: string;
}

function answerOf(body: Uint8Array): Answer {
  const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as Partial<Answer> & { v?: number };
  if (value.v !== 1 || typeof value.id !== "string" || typeof value.text !== "string" || typeof value.at !== "number") {
    throw new Error("not an answer");
  }
  return { id: value.id, at: value.at, text: value.text };
}

/** Words are looked up in the list of their own script, whatever language the page is in. */
function languageOf(text: string): string {
  return /\p{Script=Cyrillic}/u.test(text) ? "ru" : "en";
}

class Return {
  private way: Way | null = null;
  private list: WordList | null = null;

  constructor(private readonly kit: Kit) {
    const { find } = kit;
    find("open-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.enter();
    });
    find("typed").addEventListener("input", () => this.hint());
    find("refresh").addEventListener("click", () => void this.look());
  }

  private typed(): HTMLTextAreaElement {
    return this.kit.find<HTMLTextAreaElement>("typed");
  }

  private note(id: string, key: string, values: Record<string, string | number> = {}): void {
    const note = this.kit.find(id);
    note.hidden = key === "";
    if (key) this.kit.put(note, key, values);
  }

  /** While typing: how many of eight, and help with a word that is in no list, once it is finished. */
  private async hint(): Promise<void> {
    const text = this.typed().value;
    const words = splitWords(text);
    this.note("typed-note", words.length ? "typed_count" : "", { n: words.length });
    if (!words.length) return;
    this.list = await this.kit.loadList(languageOf(text)).catch(() => null);
    if (this.typed().value !== text || !this.list) return;
    const finished = /\p{L}$/u.test(text) && words.length < 8 ? words.slice(0, -1) : words;
    this.suggest(finished.filter((word) => !this.list!.at.has(word)));
  }

  private suggest(unknown: readonly string[]): void {
    const { find, make } = this.kit;
    const rows = [...new Set(unknown)].map((word) => {
      const row = make("div", "suggest");
      const near = this.list ? nearestWords(word, this.list) : [];
      row.append(make("span", "", near.length ? "word_near" : "word_unknown", { word }));
      for (const better of near) {
        const choose = make("button", "chip");
        choose.type = "button";
        choose.textContent = better;
        choose.addEventListener("click", () => this.replace(word, better));
        row.append(choose);
      }
      return row;
    });
    find("suggestions").replaceChildren(...rows);
  }

  private replace(word: string, better: string): void {
    const area = this.typed();
    area.value = splitWords(area.value)
      .map((typed) => (typed === word ? better : typed))
      .join(" ");
    area.focus();
    void this.hint();
  }

  private async enter(): Promise<void> {
    const { kit } = this;
    const text = this.typed().value;
    this.note("open-note", "");
    let code: Code;
    try {
      this.list = await kit.loadList(languageOf(text));
      const parsed = parseCode(text, this.list, kit.isCode);
      if ("fault" in parsed) {
        this.suggest(parsed.fault === "unknown" ? parsed.words : []);
        if (parsed.fault === "count") this.note("open-note", "fault_count", { n: parsed.found });
        else this.note("open-note", `fault_${parsed.fault}`);
        this.typed().focus();
        return;
      }
      code = parsed;
    } catch {
      this.note("open-note", "trouble_words");
      return;
    }
    this.way = kit.deriveWay(code);
    await this.look(true);
  }

  /** Ask for the answers; `first` when coming from the words. */
  private async look(first = false): Promise<void> {
    const { kit, way } = this;
    if (!way) return;
    const button = kit.find<HTMLButtonElement>(first ? "open" : "refresh");
    const note = first ? "open-note" : "talk-note";
    button.disabled = true;
    this.note(note, "looking");
    const relay = kit.makeRelay(() => Promise.reject(new Error("no network")));
    try {
      const items = await relay.list(way.box, way.read);
      this.note(note, "");
      this.show(this.open(items, way));
      if (!first) return;
      this.typed().value = "";
      kit.find("suggestions").replaceChildren();
      this.note("typed-note", "");
      kit.writeAs(way.voice, () => this.sent());
      kit.show("talk");
      await kit.sendOpened(kit.card, way.voice, relay).catch(() => undefined); // reading does not depend on it
    } catch (error) {
      this.note(note, (error as { status?: number }).status === 404 ? "fault_nobody" : "trouble_look");
    } finally {
      button.disabled = false;
    }
  }

  private open(items: readonly Item[], way: Way): { answers: Answer[]; damaged: number } {
    const answers = new Map<string, Answer>();
    let damaged = 0;
    for (const { sealed } of items) {
      try {
        const answer = answerOf(this.kit.openSealed("reply", sealed, way.seed));
        answers.set(answer.id, answer);
      } catch {
        damaged++;
      }
    }
    return { answers: [...answers.values()].sort((a, b) => a.at - b.at), damaged };
  }

  private show({ answers, damaged }: { answers: readonly Answer[]; damaged: number }): void {
    const { find, make, put, language } = this.kit;
    put(find("talk-lead"), answers.length ? "talk_some" : "talk_none");
    find("answers").replaceChildren(
      ...answers.map((answer) => {
        const item = make("li", "answer");
        const text = make("p", "answer-text");
        text.textContent = answer.text;
        const when = make("time", "quiet");
        const at = new Date(answer.at);
        when.dateTime = at.toISOString();
        when.textContent = at.toLocaleString(language(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
        item.append(when, text);
        return item;
      }),
    );
    this.note("damaged", damaged ? "talk_damaged" : "", { n: damaged });
  }

  private sent(): void {
    const { find, make, language } = this.kit;
    const item = make("li", "answer mine");
    const time = new Date().toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit" });
    item.append(make("p", "answer-text", "sent_later", { time }));
    find("answers").append(item);
    item.scrollIntoView({ block: "nearest" });
  }
}

globalThis.leewardReturning = (kit) => void new Return(kit);
