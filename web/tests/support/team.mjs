/** A team for tests: its keys, its card, and a reader of what came in that trusts nothing. */
import { createHash, randomBytes } from "node:crypto";
import { load } from "../load.mjs";

const { recipientOf, openAge, openSealed } = await load("shared/age.ts", "shared/open.ts");
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");

export function makeTeam() {
  const seed = new Uint8Array(randomBytes(32));
  const [box, read, write] = [16, 32, 32].map((size) => randomBytes(size).toString("hex"));
  const card = { team: "Тёплый дом", languages: ["ru", "en"], recipient: recipientOf(seed), box, write };
  return { seed, read, card };
}

/** What a sealed report says. */
export function openReport(team, sealed) {
  return JSON.parse(Buffer.from(openSealed("report", new Uint8Array(sealed), team.seed)).toString("utf8"));
}

/** The bytes of a file of a report; `getBlob` gives a sealed piece or undefined. Throws if anything is not what the report says. */
export async function openFile(team, file, getBlob) {
  const parts = [];
  for (const { blob, size, sha256, erase } of file.pieces) {
    if (!/^[0-9a-f]{64}$/.test(erase)) throw new Error("no erase token");
    const sealed = await getBlob(blob);
    if (!sealed) throw new Error(`a piece of ${file.name} is not there`);
    if (sealed.length !== size || hashOf(sealed) !== sha256) throw new Error(`a piece of ${file.name} is another`);
    parts.push(Buffer.from(openSealed("piece", new Uint8Array(sealed), team.seed)));
  }
  const whole = Buffer.concat(parts);
  if (whole.length !== file.size || hashOf(whole) !== file.sha256) throw new Error(`${file.name} is not whole`);
  return whole;
}

export { openAge, openSealed };
