/**
 * Files the page asks for only when it needs them. Their hashes are part of the script, whose own hash is part of the page,
 * so that the page's hash stands for every byte.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "../shared/bytes.js";

/** One built file. */
export interface Asset {
  readonly url: string;
  readonly sha256: string;
  readonly integrity: string;
}

/** Put in by the build. */
declare const BUILT: {
  readonly returning: Asset;
  readonly clean: Asset;
  readonly voice: Asset;
  readonly words: Readonly<Record<string, Asset>>;
  readonly texts: Readonly<Record<string, Asset>>;
};

export const built = BUILT;

/** The text of a built file; throws if it is not the very bytes that were built. */
export async function loadText(asset: Asset | undefined): Promise<string> {
  if (!asset) throw new Error("not built");
  const answer = await fetch(asset.url, { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (!answer.ok || toHex(sha256(bytes)) !== asset.sha256) throw new Error("not the file that was built");
  return new TextDecoder().decode(bytes);
}

/** Run a built script, which the browser checks against its hash. */
export function loadScript(asset: Asset): Promise<void> {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = asset.url;
    script.integrity = asset.integrity;
    script.onload = () => done();
    script.onerror = () => {
      script.remove();
      failed(new Error("not loaded"));
    };
    document.head.append(script);
  });
}
