/**
 * Coming back (docs/protocol.md, 3). Whichever form of the words was typed, the requests are the same in number, order, path,
 * size and answer: a turn that looks into both mailboxes, in the order of their addresses; at the end of a conversation both
 * are erased, in the same order. So a relay that keeps a diary sees no change from one form to the other either.
 */
import { parseRecipient, seal } from "./age.js";
import { draw, toHex, utf8 } from "./bytes.js";
import { deriveWay, waysOf, type Code } from "./codes.js";
import { KnownOnly, type Item, type Relay } from "./relay.js";
import { looksOf, type Card } from "./message.js";
import { AFTER_ALL, readyTurn, type Post, type Turn } from "./turn.js";

async function postOf(card: Card, code: Code, event: "opened" | "ended"): Promise<Post> {
  const body = utf8(JSON.stringify({ v: 1, id: toHex(draw(16)), voice: deriveWay(code).voice, event }));
  const sealed = await seal("report", body, parseRecipient(card.recipient));
  return { box: card.box, write: card.write, item: toHex(draw(16)), sealed };
}

/** One turn, and more of them only for mailboxes that one answer cannot hold: as long as either of both has more. */
async function lookFrom(first: Turn, code: Code, relay: Relay): Promise<Item[]> {
  const { box: mine } = deriveWay(code);
  const items: Item[] = [];
  for (let turn = first, looks = looksOf(code, 0); ; turn = {}) {
    const found = await relay.turn(await readyTurn({ ...turn, looks }));
    let more = false;
    looks = looks.map(({ box, read, after: before }, i) => {
      const { items: listed, last } = found[i]!;
      const newer = listed.filter(({ number }) => number > before);
      if (box === mine) items.push(...newer);
      const after = newer.at(-1)?.number ?? before;
      more ||= newer.length > 0 && after < last;
      return { box, read, after };
    });
    if (!more) return items;
  }
}

/** Tell the team that these words were used, and see what lies in the typed form's mailbox. Words that nobody was given find nothing. */
export async function visit(card: Card, code: Code, relay: Relay): Promise<Item[]> {
  try {
    return await lookFrom({ post: await postOf(card, code, "opened") }, code, relay);
  } catch (error) {
    if (error instanceof KnownOnly) return [];
    throw error;
  }
}

/** See what lies in the typed form's mailbox now, without telling the team once more. */
export async function lookAgain(_card: Card, code: Code, relay: Relay): Promise<Item[]> {
  return lookFrom({}, code, relay);
}

/** Tell the team that this conversation is over, then erase both mailboxes, even if the team hears nothing new now. */
export async function endConversation(card: Card, code: Code, relay: Relay): Promise<void> {
  const turn = await readyTurn({ post: await postOf(card, code, "ended"), looks: looksOf(code, AFTER_ALL) });
  await relay.turn(turn).catch((error: unknown) => {
    if (!(error instanceof KnownOnly)) throw error; // whoever was not answered yet counts as unknown
  });
  for (const { box, read } of waysOf(code)) await relay.deleteBox(box, read);
}
