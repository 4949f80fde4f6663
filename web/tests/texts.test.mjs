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
  ...readdirSync(join(ROOT, "web/intake")).map((name) => join(ROOT, "web/intake", name)),
  join(ROOT, "src/leeward/front/templates/page.html"),
].map((name) => readFileSync(name, "utf8"));

test("every language has every sentence, with the same values in it", () => {
  const values = (text) => (text.match(/\{[a-z]+\}/g) ?? []).sort();
  const [first, ...others] = Object.values(catalogues);
  for (const other of others) {
    assert.deepEqual(Object.keys(other), Object.keys(first));
    for (const key of Object.keys(first)) assert.deepEqual(values(other[key]), values(first[key]), key);
  }
});

test("every sentence is used", () => {
  const whole = sources.join("\n");
  const numbered = /^(traces|check|promise)_\d$/;
  for (const key of Object.keys(catalogues.en)) {
    const found = whole.includes(`"${key}"`) || whole.includes(`t.${key} `) || numbered.test(key) || /^fault_/.test(key);
    assert.ok(found || key === "name", key);
  }
});

test("Russian speaks to people whose gender is not known", () => {
  const gendered = /(?<![а-я])(вы (?:написал|забыл|получил|потерял|сделал|хотел)[аи]?(?![а-я])|уверен[аы]?(?![а-я])|должен(?![а-я])|готов(?![а-я]))/i;
  for (const [key, text] of Object.entries(catalogues.ru)) assert.doesNotMatch(text, gendered, key);
});
