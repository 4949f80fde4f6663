import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./load.mjs";

const FOLDER = join(ROOT, "src/leeward/front/catalogue");
const catalogues = Object.fromEntries(
  readdirSync(FOLDER).map((name) => [name.slice(0, 2), JSON.parse(readFileSync(join(FOLDER, name), "utf8"))]),
);
const sources = [
  ...readdirSync(join(ROOT, "web/intake")).filter((name) => name.includes(".")).map((name) => join(ROOT, "web/intake", name)),
  ...["page.html", "letter_extras.html", "letter_macros.html"].map((name) => join(ROOT, "src/leeward/front/templates", name)),
].map((name) => readFileSync(name, "utf8"));

/** What a catalogue says of itself, not to the reader. */
const ABOUT = ["name", "dir", "checked"];

test("every language has every sentence, in the same order, with the same values in it", () => {
  const values = (text) => (text.match(/\{[a-z]+\}/g) ?? []).sort();
  for (const [lang, other] of Object.entries(catalogues)) {
    assert.deepEqual(Object.keys(other), Object.keys(catalogues.en), lang);
    for (const [key, text] of Object.entries(other).filter(([key]) => key !== "checked")) {
      assert.equal(typeof text, "string", `${lang}: ${key}`);
      assert.ok(text.trim() && text === text.trim(), `${lang}: ${key}`);
      assert.deepEqual(values(text), values(catalogues.en[key]), `${lang}: ${key}`);
    }
  }
});

test("each says its direction, and whether a native speaker has checked it", (t) => {
  const unchecked = [];
  for (const [lang, { dir, checked }] of Object.entries(catalogues)) {
    assert.equal(dir, ["ar", "fa"].includes(lang) ? "rtl" : "ltr", lang);
    assert.equal(typeof checked, "boolean", lang);
    if (!checked) unchecked.push(lang);
  }
  for (const lang of unchecked) t.diagnostic(`a native speaker must still check: ${lang}, ${Object.keys(catalogues[lang]).length - ABOUT.length} sentences`);
  assert.deepEqual(unchecked.filter((lang) => lang === "ru" || lang === "en"), []);
});

test("every sentence is used, and every sentence asked for is there", () => {
  const whole = sources.join("\n");
  const made = /^(traces|check|promise|end)_\d$|^fault_|^device_|^as_|^recall_/; // their keys are put together where they are used
  for (const key of Object.keys(catalogues.en)) {
    const found = whole.includes(`"${key}"`) || whole.includes(`t.${key} `) || made.test(key);
    assert.ok(found || ABOUT.includes(key), key);
  }
  for (const [, key] of whole.matchAll(/data-(?:t|hint|label)="([a-z_0-9]+)"/g)) assert.ok(key in catalogues.en, key);
  for (const [, key] of whole.matchAll(/(?:\bsay|complain|\.idle)\("([a-z_0-9]+)"/g)) assert.ok(key in catalogues.en, key);
});

test("Leave leads to a harmless page in every language", () => {
  const away = (lang) => JSON.parse(readFileSync(join(ROOT, "src/leeward/front/away", `${lang}.json`), "utf8"));
  for (const lang of Object.keys(catalogues)) {
    const { units, ...rest } = away(lang);
    assert.equal(units.length, away("en").units.length, lang);
    for (const key of ["title", "lead", "what", "metric"]) assert.ok(rest[key], `${lang}: ${key}`);
  }
});

test("no sentence shouts, names a code alone, or is longer than a breath", () => {
  for (const [lang, texts] of Object.entries(catalogues)) {
    for (const [key, text] of Object.entries(texts)) {
      if (ABOUT.includes(key)) continue;
      assert.doesNotMatch(text, /!|…\.|\.\.\.|invalid|error|ошибк/i, `${lang}: ${key}`);
      assert.ok(text.length <= 260, `${lang}: ${key} has ${text.length} characters`);
    }
  }
});

test("Russian speaks to people whose gender is not known", () => {
  const gendered = /(?<![а-я])(вы (?:написал|забыл|получил|потерял|сделал|хотел)[аи]?(?![а-я])|уверен[аы]?(?![а-я])|должен(?![а-я])|готов(?![а-я]))/i;
  for (const [key, text] of Object.entries(catalogues.ru).filter(([key]) => key !== "checked")) assert.doesNotMatch(text, gendered, key);
});
