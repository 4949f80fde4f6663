/** SHA-256 of what may be large. */
import { sha256 } from "@noble/hashes/sha2.js";
import { breathe, CHUNK } from "./age.js";
import { toHex } from "./bytes.js";

export type RunningHash = ReturnType<typeof sha256.create>;

/** Take bytes into a running hash without holding up the page. */
export async function absorb(hash: RunningHash, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    hash.update(bytes.subarray(at, at + CHUNK));
    await breathe();
  }
}

/** SHA-256 in hex; by the browser's own code where it offers it, which a plain http address does not. */
export async function digestOf(bytes: Uint8Array): Promise<string> {
  const native = (crypto as Partial<Crypto>).subtle;
  if (native) return toHex(new Uint8Array(await native.digest("SHA-256", bytes as BufferSource)));
  const hash = sha256.create();
  await absorb(hash, bytes);
  return toHex(hash.digest());
}
