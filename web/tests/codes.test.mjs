import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, ROOT } from "./load.mjs";

const { makeCode, isCode, digitsOf, alarmForm, deriveWay, parseCode, nearestWords, parseList, splitWords, distance, wordsOf, recipientOf } =
  await load("shared/codes.ts", "shared/words.ts", "shared/age.ts");

const vectors = JSON.parse(readFileSync(join(ROOT, "tests/vectors/codes.json"), "utf8"));
const published = Object.fromEntries(
  Object.entries(vectors.lists).map(([language, { sha256 }]) => {
    const raw = readFileSync(join(ROOT, `src/leeward/seal/words/${language}.txt`));
    assert.equal(createHash("sha256").update(raw).digest("hex"), sha256);
    return [language, parseList(raw.toString("utf8"))];
  }),
);

test("the vectors' codes have the same words and keys as in Python, the alarm forms too", () => {
  for (const vector of vectors.codes) {
    assert.deepEqual(alarmForm(vector.indices), vector.alarm.indices);
    for (const { indices, digits, words, keys } of [vector, vector.alarm]) {
      assert.ok(isCode(indices));
      assert.equal(digitsOf(indices), digits);
      for (const [language, text] of Object.entries(words)) {
        assert.equal(wordsOf(indices, published[language]).join(" "), text);
      }
      const { seed, ...hexes } = deriveWay(indices);
      const { identity, recipient, ...others } = keys;
      assert.deepEqual(hexes, others);
      assert.equal(recipientOf(seed), recipient);
    }
  }
});

test("what people type is read as in Python", () => {
  assert.ok(vectors.inputs.length > 10);
  for (const { language, text, indices } of vectors.inputs) {
    assert.deepEqual(parseCode(text, published[language], isCode), indices, text);
  }
});

test("what is no code is refused as in Python, with the near words", () => {
  for (const { language, text, failure, count, unknown, nearest } of vectors.refused) {
    const { fault, found, words } = parseCode(text, published[language], isCode);
    assert.equal(fault, failure, text);
    if (failure === "count") assert.equal(found, count);
    if (failure !== "unknown") continue;
    assert.deepEqual(words, Object.values(unknown));
    for (const [place, near] of Object.entries(nearest)) {
      const ours = nearestWords(unknown[place], published[language]);
      if (near.length <= 3) assert.ok(near.every((word) => ours.includes(word)), `${unknown[place]}: ${ours}`);
    }
  }
});

/** A list of 7,776 made-up words, so that these laws do not depend on the published lists. */
const LETTERS = "абвгдежзиклмнопрст";
const made = Array.from({ length: 7776 }, (_, i) => [i % 18, Math.floor(i / 18) % 18, Math.floor(i / 324)].map((n) => LETTERS[n % 18] + (n > 17 ? "у" : "я")).join(""));
const list = parseList(made.join("\n"));

test("a drawn code obeys the rules, and so does its alarm form, which is another", () => {
  for (let i = 0; i < 300; i++) {
    const code = makeCode();
    assert.ok(isCode(code));
    assert.ok(isCode(alarmForm(code)));
    assert.notDeepEqual(alarmForm(code), code);
    assert.deepEqual(alarmForm(alarmForm(code)), code);
  }
});

test("every single wrong word is caught", () => {
  const code = [...makeCode()];
  for (let place = 0; place < 8; place++) {
    for (let word = 0; word < 7776; word += 5) {
      if (word === code[place]) continue;
      const wrong = code.with?.(place, word) ?? code.map((one, i) => (i === place ? word : one));
      assert.ok(!isCode(wrong));
    }
  }
});

test("every exchange of two different words is caught, save the last two", () => {
  for (let i = 0; i < 100; i++) {
    const code = makeCode();
    for (let a = 0; a < 8; a++) {
      for (let b = a + 1; b < 8; b++) {
        if (code[a] === code[b]) continue;
        const swapped = [...code];
        [swapped[a], swapped[b]] = [swapped[b], swapped[a]];
        assert.equal(isCode(swapped), a === 6 && b === 7);
      }
    }
  }
});

test("what is not eight indices in range is no code", () => {
  const code = makeCode();
  for (const wrong of [[], code.slice(1), [...code, 0], [0, 0, 0, 0, 0, 0, 0, 0], code.map((n) => n + 0.5), code.map((n) => -n)]) {
    assert.ok(!isCode(wrong));
    assert.throws(() => deriveWay(wrong));
  }
});

test("the two forms lead to different places", () => {
  const code = makeCode();
  const ways = [deriveWay(code), deriveWay(alarmForm(code))];
  for (const part of ["box", "read", "write", "voice"]) assert.notEqual(ways[0][part], ways[1][part]);
});

test("case, separators, Unicode form and ё are forgiven", () => {
  const code = makeCode();
  const words = wordsOf(code, list);
  const forms = [
    words.join(" "),
    words.join("-").toUpperCase(),
    `  1. ${words.join(",\n2) ")}!`,
    words.join("  —  ").normalize("NFD"),
  ];
  for (const form of forms) assert.deepEqual(parseCode(form, list, isCode), code, form);
  assert.deepEqual(splitWords("Ёлка,ЙОД"), ["елка", "иод".replace("и", "й")]);
});

/** The first digit of every run of ten that Unicode has. */
const zeros = Array.from({ length: 0x20000 }, (_, point) => String.fromCodePoint(point)).filter((one) => /\p{Nd}/u.test(one)).filter((_, i) => i % 10 === 0);

test("digits of every script are read, whatever stands between them", () => {
  const code = makeCode();
  assert.ok(zeros.length > 50);
  for (const [i, zero] of zeros.entries()) {
    const between = ["", " ", "-", "\u200b", "\u200f", "/"][i % 6];
    const text = [...digitsOf(code).replace(/ /g, "")].map((digit) => String.fromCodePoint(zero.codePointAt(0) + Number(digit)));
    assert.deepEqual(parseCode(text.join(between), list, isCode), code, text.join(between));
  }
});

test("faults are told apart", () => {
  const words = wordsOf(makeCode(), list);
  assert.deepEqual(parseCode(words.slice(1).join(" "), list, isCode), { fault: "count", found: 7 });
  assert.deepEqual(parseCode("", list, isCode), { fault: "count", found: 0 });
  assert.deepEqual(parseCode(["щщщ", ...words.slice(1)].join(" "), list, isCode), { fault: "unknown", words: ["щщщ"] });
  assert.deepEqual(parseCode("1234 5678", list, isCode), { fault: "count", found: 2, digits: 8 });
  assert.deepEqual(parseCode("9".repeat(32), list, isCode), { fault: "disagree" });
  const other = made.find((word) => word !== words[0]);
  assert.deepEqual(parseCode([other, ...words.slice(1)].join(" "), list, isCode), { fault: "disagree" });
});

test("a slip of the finger finds its word", () => {
  assert.equal(nearestWords(made[100].slice(0, 5) + "щ", list)[0] !== undefined, true);
  const [first] = nearestWords(made[4321] + "х", list);
  assert.equal(first, made[4321]);
  assert.deepEqual(nearestWords("щщщщщщщщщщ", list), []);
  assert.deepEqual(
    [["лодка", "лодка"], ["лодка", "лдока"], ["лодка", "лотка"], ["лодка", "лод"], ["а", "бвгд"]].map(([a, b]) => distance(a, b, 2)),
    [0, 1, 1, 2, 3],
  );
});

test("a file that is not 7,776 different words is no list", () => {
  assert.throws(() => parseList(made.slice(1).join("\n")));
  assert.throws(() => parseList([...made.slice(1), made[1]].join("\n")));
});
