/**
 * Coming back (docs/protocol.md, 3). Whichever form of the words was typed, the requests are the same in number, order, path,
 * size and answer: a turn; and at the end of a conversation both mailboxes, in the order of their addresses.
 */
import { parseRecipient, seal } from "./age.js";
import { draw, toHex, utf8 } from "./bytes.js";
import { alarmForm, deriveWay, type Code } from "./codes.js";
import { KnownOnly, type Item, type Relay } from "./relay.js";
import type { Card } from "./message.js";
import { AFTER_ALL, readyTurn, type Post, type Turn } from "./turn.js";

async function postOf(card: Card, code: Code, event: "opened" | "ended"): Promise<Post> {
  const body = utf8(JSON.stringify({ v: 1, id: toHex(draw(16)), voice: deriveWay(code).voice, event }));
  const sealed = await seal("report", body, parseRecipient(card.recipient));
  return { box: card.box, write: card.write, item: toHex(draw(16)), sealed };
}

/** One turn, and more of them only for a mailbox that one answer cannot hold. */
async function lookFrom(first: Turn, code: Code, relay: Relay): Promise<Item[]> {
  const { box, read } = deriveWay(code);
  const items: Item[] = [];
  for (let turn = first, after = 0; ; turn = {}) {
    const page = await relay.turn(await readyTurn({ ...turn, look: { box, read, after } }));
    items.push(...page.items.filter(({ number }) => number > after));
    after = items[items.length - 1]?.number ?? 0;
    if (page.items.length === 0 || after >= page.last) return items;
  }
}

/** Tell the team that these words were used, and see what lies in their mailbox. Words that nobody was given find nothing. */
export async function visit(card: Card, code: Code, relay: Relay): Promise<Item[]> {
  try {
    return await lookFrom({ post: await postOf(card, code, "opened") }, code, relay);
  } catch (error) {
    if (error instanceof KnownOnly) return [];
    throw error;
  }
}

/** See what lies in the mailbox now, without telling the team once more. */
export async function lookAgain(_card: Card, code: Code, relay: Relay): Promise<Item[]> {
  return lookFrom({}, code, relay);
}

/** Tell the team that this conversation is over, then erase both mailboxes, even if the team hears nothing new now. */
export async function endConversation(card: Card, code: Code, relay: Relay): Promise<void> {
  const { box, read } = deriveWay(code);
  const turn = await readyTurn({ post: await postOf(card, code, "ended"), look: { box, read, after: AFTER_ALL } });
  await relay.turn(turn).catch((error: unknown) => {
    if (!(error instanceof KnownOnly)) throw error; // whoever was not answered yet counts as unknown
  });
  const ways = [code, alarmForm(code)].map(deriveWay).sort((a, b) => (a.box < b.box ? -1 : 1));
  for (const way of ways) await relay.deleteBox(way.box, way.read);
}
