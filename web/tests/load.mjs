/** Gives tests the TypeScript modules as they are bundled for browsers. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The exports of these modules of web/, together: "shared/age.ts", … */
export async function load(...modules) {
  const contents = modules.map((name) => `export * from "./web/${name}";`).join("\n");
  const result = await build({
    stdin: { contents, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "warning",
  });
  return import(`data:text/javascript;base64,${Buffer.from(result.outputFiles[0].contents).toString("base64")}`);
}
