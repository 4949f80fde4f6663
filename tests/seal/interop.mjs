// Seals or opens with npm age-encryption. Reads one JSON line a task from stdin, answers one JSON line each:
// {do: "seal", recipient | passphrase, plain} -> {sealed}; {do: "open", identity | passphrase, sealed} -> {plain};
// {do: "recipient", identity} -> {recipient}. Bytes are base64.
import { createInterface } from "node:readline";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";

const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const text = (data) => Buffer.from(data).toString("base64");

async function work(task) {
  if (task.do === "recipient") return { recipient: await identityToRecipient(task.identity) };
  if (task.do === "seal") {
    const encrypter = new Encrypter();
    if (task.passphrase) {
      encrypter.setPassphrase(task.passphrase);
      encrypter.setScryptWorkFactor(4);
    } else encrypter.addRecipient(task.recipient);
    return { sealed: text(await encrypter.encrypt(bytes(task.plain))) };
  }
  const decrypter = new Decrypter();
  if (task.passphrase) decrypter.addPassphrase(task.passphrase);
  else decrypter.addIdentity(task.identity);
  return { plain: text(await decrypter.decrypt(bytes(task.sealed))) };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await work(JSON.parse(line)))}\n`);
}
