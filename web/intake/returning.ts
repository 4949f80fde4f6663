/** Coming back: words or numbers, the answers they open, writing again, ending it. Loaded only when asked for. */
import type { Item } from "../shared/relay.js";
import type { Code } from "../shared/codes.js";
import type { Sending, Sign } from "../shared/report.js";
import { nearestWords, parseCode, parseDigits, splitDigits, splitWords, type CodeFault, type WordList } from "../shared/words.js";
import type { Kit } from "./kit.js";

interface Answer {
  readonly id: string;
  readonly at: number;
  readonly text: string;
  /** Until when the team asks whether they are safe; 1 takes the question away, 0 says nothing of it. */
  readonly sign: number;
}

/** The answer in a body; null for one that only fills the place of another. Throws on anything else. */
function answerOf(body: Uint8Array): Answer | null {
  const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as Partial<Answer> & { v?: number; hidden?: boolean };
  if (value.v === 1 && value.hidden === true) return null;
  if (value.v !== 1 || typeof value.id !== "string" || typeof value.text !== "string" || !isMoment(value.at)) {
    throw new Error("not an answer");
  }
  return { id: value.id, at: value.at, text: value.text, sign: isMoment(value.sign) ? value.sign : 0 };
}

/** A moment that a calendar can name: one answer with another must not hide all the others. */
function isMoment(at: unknown): at is number {
  return Number.isInteger(at) && Math.abs(at as number) <= 8.64e15;
}

/** Words are looked up in the list of their own script, whatever language the page is in. */
function languageOf(text: string): string {
  return /\p{Script=Cyrillic}/u.test(text) ? "ru" : "en";
}

class Return {
  private code: Code | null = null;
  private list: WordList | null = null;
  /** The question that was answered, and the message that answers it: pressed again, it goes on and is not sent twice. */
  private answered = "";
  private question = "";
  private signing: { key: string; sending: Sending } | null = null;

  constructor(private readonly kit: Kit) {
    const { find } = kit;
    find("open-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.enter("open", (code) => this.come(code));
    });
    find("check").addEventListener("click", () => void this.enter("check", (code) => this.check(code)));
    find("typed").addEventListener("input", () => {
      this.note("open-note", "");
      void this.hint();
    });
    find("refresh").addEventListener("click", () => void this.lookAgain());
    for (const sign of ["safe", "help"] as const) find(`sign-${sign}`).addEventListener("click", () => void this.sign(sign));
    this.prepareEnd();
  }

  /** Say that they are safe, or need help: an ordinary message, like any other to whoever watches. */
  private async sign(sign: Sign): Promise<void> {
    const { kit } = this;
    const code = this.code!;
    const text = kit.find<HTMLInputElement>("sign-words").value.trim();
    await this.ask(`sign-${sign}`, "sign-note", async () => {
      const key = `${sign} ${text}`;
      if (this.signing?.key !== key) {
        const letter = { lang: document.documentElement.lang, text, files: [], sign };
        this.signing = { key, sending: kit.begin(code, letter) };
      }
      this.note("sign-note", "sending");
      await this.signing.sending.run(this.relay(), () => undefined);
      this.signing = null;
      this.answered = this.question;
      this.forgetSign();
      const time = new Date().toLocaleTimeString(kit.locale(), { hour: "2-digit", minute: "2-digit" });
      this.note("sign-note", "sent_later", { time });
      kit.find("sign-note").scrollIntoView({ block: "nearest" });
    }, "trouble_network");
  }

  private forgetSign(): void {
    this.kit.find("sign").hidden = true;
    this.kit.find<HTMLInputElement>("sign-words").value = "";
  }

  /** Show the question if the team asks it now; the newest word of the team about it counts. */
  private showSign(answers: readonly Answer[]): void {
    const last = answers.filter((answer) => answer.sign).at(-1);
    this.question = last?.id ?? "";
    const asks = last !== undefined && last.sign > Date.now() && last.id !== this.answered;
    this.kit.find("sign").hidden = !asks;
  }

  private typed(): HTMLTextAreaElement {
    return this.kit.find<HTMLTextAreaElement>("typed");
  }

  private note(id: string, key: string, values: Record<string, string | number> = {}): void {
    const note = this.kit.find(id);
    note.hidden = key === "";
    if (key) this.kit.put(note, key, values);
  }

  /** While typing: how many of them, and help with a word that is in no list, once it is finished. */
  private async hint(): Promise<void> {
    const text = this.typed().value;
    const digits = splitDigits(text).length;
    const words = splitWords(text);
    if (digits) this.note("typed-note", "typed_digits", { n: digits });
    else this.note("typed-note", words.length ? "typed_count" : "", { n: words.length });
    if (digits || !words.length) return this.suggest([]);
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

  /** The code that was typed; null once the person was told what is wrong with it. */
  private async parse(): Promise<Code | null> {
    const { kit } = this;
    const text = this.typed().value;
    let parsed: Code | CodeFault | null = parseDigits(text, kit.isCode); // numbers need no list
    if (!parsed) {
      try {
        this.list = await kit.loadList(languageOf(text));
      } catch {
        this.note("open-note", "trouble_words");
        return null;
      }
      parsed = parseCode(text, this.list, kit.isCode);
    }
    if (!("fault" in parsed)) return parsed;
    this.suggest(parsed.fault === "unknown" ? parsed.words : []);
    if (parsed.fault !== "count") this.note("open-note", `fault_${parsed.fault}`);
    else if (parsed.digits) this.note("open-note", "fault_digits", { n: parsed.digits });
    else this.note("open-note", "fault_count", { n: parsed.found });
    this.typed().focus();
    return null;
  }

  /** Do something with the code that was typed. */
  private async enter(button: string, act: (code: Code) => Promise<void>): Promise<void> {
    this.note("open-note", "");
    const code = await this.parse();
    if (code) await this.ask(button, "open-note", () => act(code));
  }

  /** Ask the relay; while it works the button rests, and if it does not answer the note says so. */
  private async ask(id: string, note: string, act: () => Promise<void>, trouble = "trouble_look"): Promise<void> {
    const button = this.kit.find<HTMLButtonElement>(id);
    if (button.disabled) return;
    button.disabled = true;
    this.note(note, "looking");
    try {
      await act();
    } catch {
      this.note(note, trouble);
    } finally {
      button.disabled = false;
    }
  }

  private relay(): ReturnType<Kit["makeRelay"]> {
    return this.kit.makeRelay(() => Promise.reject(new Error("no network")));
  }

  private async check(code: Code): Promise<void> {
    const { card, hasAnswer } = this.kit;
    this.note("open-note", (await hasAnswer(card, code, this.relay())) ? "check_yes" : "check_no");
  }

  private async come(code: Code): Promise<void> {
    const { kit } = this;
    this.answered = "";
    this.signing = null;
    this.note("sign-note", "");
    this.forgetSign();
    this.show(this.open(await kit.visit(kit.card, code, this.relay()), code));
    this.code = code;
    this.note("open-note", "");
    this.typed().value = "";
    kit.find("suggestions").replaceChildren();
    this.note("typed-note", "");
    kit.writeAs(code, () => this.sent());
    kit.show("talk");
  }

  private async lookAgain(): Promise<void> {
    const { kit, code } = this;
    await this.ask("refresh", "talk-note", async () => {
      this.show(this.open(await kit.lookAgain(kit.card, code!, this.relay()), code!));
      this.note("talk-note", "");
    });
  }

  /** The first press says what will be gone, the second does it. */
  private prepareEnd(): void {
    const { find } = this.kit;
    const asked = (on: boolean): void => {
      find("end").hidden = on;
      find("end-ask").hidden = !on;
      this.note("end-note", "");
      find(on ? "end-no" : "end").focus();
    };
    find("end").addEventListener("click", () => asked(true));
    find("end-no").addEventListener("click", () => asked(false));
    find("end-yes").addEventListener("click", () => void this.ask("end-yes", "end-note", () => this.end(), "end_trouble"));
  }

  private async end(): Promise<void> {
    const { kit } = this;
    await kit.endConversation(kit.card, this.code!, this.relay());
    this.code = null;
    kit.clearLetter();
    this.forgetSign();
    this.note("sign-note", "");
    for (const id of ["answers", "talk-form"]) kit.find(id).replaceChildren();
    kit.show("ended");
  }

  private open(items: readonly Item[], code: Code): { answers: Answer[]; damaged: number } {
    const { seed } = this.kit.deriveWay(code);
    const answers = new Map<string, Answer>();
    let damaged = 0;
    for (const { sealed } of items) {
      try {
        const answer = answerOf(this.kit.openSealed("reply", sealed, seed));
        if (answer) answers.set(answer.id, answer);
      } catch {
        damaged++;
      }
    }
    return { answers: [...answers.values()].sort((a, b) => a.at - b.at), damaged };
  }

  private show({ answers, damaged }: { answers: readonly Answer[]; damaged: number }): void {
    const { find, make, put, locale } = this.kit;
    this.showSign(answers);
    const shown = answers.filter(({ text, sign }) => text || !sign); // a question alone has its own place
    put(find("talk-lead"), shown.length ? "talk_some" : "talk_none");
    find("talk-lead").hidden = !shown.length && answers.length > 0;
    find("talk-more").hidden = answers.length > 0;
    find("answers").replaceChildren(
      ...shown.map((answer) => {
        const item = make("li", "answer");
        const text = make("p", "answer-text");
        text.textContent = answer.text;
        const when = make("time", "quiet");
        const at = new Date(answer.at);
        when.dateTime = at.toISOString();
        when.textContent = at.toLocaleString(locale(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
        item.append(when, text);
        return item;
      }),
    );
    this.note("damaged", damaged ? "talk_damaged" : "", { n: damaged });
  }

  private sent(): void {
    const { find, make, locale } = this.kit;
    const item = make("li", "answer mine");
    const time = new Date().toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
    item.append(make("p", "answer-text", "sent_later", { time }));
    find("answers").append(item);
    item.scrollIntoView({ block: "nearest" });
  }
}

globalThis.leewardReturning = (kit) => void new Return(kit);
