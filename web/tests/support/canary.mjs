/**
 * People with marks in all that they write: reads what to do as JSON from its input, prints the codes they got as JSON.
 *
 *   {"url", "card", "people": [{"way": "page" | "offline", "text", "later", "name", "content", "filler", "facts", "answers"}…]}
 *
 * The page's own code seals and sends, comes back and writes more; an offline letter is handed in turn by turn, as a front or
 * a desk does. `filler` bytes of the file are repetitions of `content`.
 */
import { text as readAll } from "node:stream/consumers";
import { load } from "../load.mjs";
import { fetchFrom } from "./true_relay.mjs";

const { Sending, sendLater, Relay, makeEnvelope, visit } = await load("shared/report.ts", "shared/relay.ts", "shared/envelope.ts", "shared/visits.ts");
const { url, card, people } = JSON.parse(await readAll(process.stdin));
const fetchReal = globalThis.fetch;
globalThis.fetch = fetchFrom({ url });
const nothing = () => undefined;
const relay = () => new Relay((word) => Promise.reject(new Error(`the relay said ${word || "nothing"}`)), new AbortController().signal);

function letterOf({ text, name, content, filler, facts, answers }) {
  const bytes = Buffer.alloc(filler, content);
  return { lang: "ru", text, files: [new File([bytes], name)], facts, questions: card.questions?.version, answers };
}

async function byPage(person) {
  const code = await new Sending(card, letterOf(person), null).run(relay(), nothing);
  await visit(card, code, relay());
  await sendLater(card, { lang: "ru", text: person.later, files: [new File([person.content], person.name)] }, code, relay(), nothing);
  return code;
}

async function byLetter(person) {
  const { code, bytes } = await makeEnvelope(card, letterOf(person));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = "leeward-envelope-1\n".length; at < bytes.length; ) {
    const length = view.getUint32(at);
    const answer = await fetchReal(`${url}/v1/turns`, { method: "POST", body: bytes.subarray(at + 4, at + 4 + length) });
    if (!answer.ok) throw new Error(`the relay said ${answer.status}`);
    await answer.arrayBuffer();
    at += 4 + length;
  }
  return code;
}

const codes = [];
for (const person of people) codes.push(await { page: byPage, offline: byLetter }[person.way](person));
process.stdout.write(JSON.stringify(codes));
