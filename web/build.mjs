/**
 * Builds what browsers run: the intake page into src/leeward/front/built, the desk's islands into src/leeward/desk/built.
 * The same sources give the same bytes: names carry content hashes, nothing carries a time.
 *
 *   node web/build.mjs [--front DIR] [--desk DIR]
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FRONT = join(ROOT, "src/leeward/front");
const DESK = join(ROOT, "src/leeward/desk");
const TARGET = ["chrome87", "firefox91", "safari15"];

/** Parts of the intake page that the offline form has in another way: it asks nothing of any server. */
const OFFLINE = {
  name: "offline",
  setup(builder) {
    builder.onResolve({ filter: /^\.\/(assets|views)\.js$/ }, ({ path }) => ({
      path: join(ROOT, "web/offline", path.slice(2).replace(/js$/, "ts")),
    }));
  },
};

async function bundle(entry, define = {}, plugins = []) {
  const result = await build({
    plugins,
    entryPoints: [join(ROOT, entry)],
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: "iife",
    target: TARGET,
    legalComments: "none",
    charset: "utf8",
    define,
    write: false,
    outfile: "out.js",
    logLevel: "warning",
  });
  return Buffer.from(result.outputFiles[0].contents);
}

/** Files of one output folder, written only at the end, so that a failed build leaves the last good one. */
class Output {
  files = new Map();

  add(stem, extension, bytes) {
    const digest = createHash("sha256").update(bytes).digest();
    const name = `${stem}-${digest.toString("hex").slice(0, 16)}.${extension}`;
    this.files.set(name, bytes);
    return { url: `/a/${name}`, sha256: digest.toString("hex"), integrity: `sha256-${digest.toString("base64")}` };
  }

  async write(folder) {
    await mkdir(folder, { recursive: true });
    for (const old of await readdir(folder)) {
      if (!this.files.has(old)) await rm(join(folder, old), { recursive: true });
    }
    for (const [name, bytes] of this.files) await writeFile(join(folder, name), bytes);
  }
}

async function eachFile(folder, extension) {
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith(extension)).sort() : [];
  return Promise.all(names.map(async (name) => [basename(name, extension), await readFile(join(folder, name))]));
}

/** Inner drawing of a lucide icon. */
async function drawing(name) {
  const svg = await readFile(join(ROOT, "node_modules/lucide-static/icons", `${name}.svg`), "utf8");
  return svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
}

/** A sprite of stroked 24 by 24 symbols. */
async function sprite(names) {
  const symbols = [];
  for (const name of [...new Set(names)].sort()) {
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${await drawing(name)}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

async function minified(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    target: TARGET,
    charset: "utf8",
    write: false,
    outfile: "out.css",
    logLevel: "warning",
  });
  return Buffer.from(outputFiles[0].contents);
}

async function buildFront(folder) {
  const out = new Output();
  const words = {};
  for (const [lang, text] of await eachFile(join(ROOT, "src/leeward/seal/words"), ".txt")) {
    words[lang] = out.add(`words-${lang}`, "txt", text);
  }
  const texts = {};
  for (const [lang, text] of await eachFile(join(FRONT, "catalogue"), ".json")) {
    texts[lang] = out.add(`texts-${lang}`, "json", Buffer.from(JSON.stringify(JSON.parse(text.toString("utf8")))));
  }
  const returning = out.add("returning", "js", await bundle("web/intake/returning.ts"));
  const clean = out.add("clean", "js", await bundle("web/intake/strip/clean.ts"));
  const voice = out.add("voice", "js", await bundle("web/intake/voice.ts"));
  const known = { returning, clean, voice, words, texts };
  const script = out.add("page", "js", await bundle("web/intake/page.ts", { BUILT: JSON.stringify(known) }));
  const style = out.add("page", "css", await minified(join(ROOT, "web/intake/page.css")));
  const away = out.add("away", "css", await minified(join(ROOT, "web/intake/away.css")));
  const bare = out.add("bare", "css", await minified(join(ROOT, "web/intake/bare.css")));
  const icons = JSON.parse(await readFile(join(ROOT, "web/intake/icons.json"), "utf8"));
  out.files.set("icons.svg", Buffer.from(await sprite(icons)));
  out.files.set("manifest.json", Buffer.from(`${JSON.stringify({ script, style, away, bare, ...known }, null, 1)}\n`));
  await addOffline(out);
  await out.write(folder);
}

/** The offline form's script and style, which are put into one file with the card: never served, so not in the manifest. */
async function addOffline(out) {
  const parts = {
    "offline.js": await bundle("web/offline/offline.ts", {}, [OFFLINE]),
    "offline.css": await minified(join(ROOT, "web/offline/offline.css")),
  };
  const sums = {};
  for (const [name, bytes] of Object.entries(parts)) {
    if (/<\/(script|style)|<!--/i.test(bytes.toString("utf8"))) throw new Error(`${name} cannot stand inside a page`);
    out.files.set(name, bytes);
    sums[name] = createHash("sha256").update(bytes).digest("hex");
  }
  out.files.set("offline.json", Buffer.from(`${JSON.stringify(sums, null, 1)}\n`));
}

/** Names in `icon("…")` calls of the desk, and those listed in web/desk/icons.json because they are chosen at run time. */
async function deskIcons() {
  const listed = join(ROOT, "web/desk/icons.json");
  const names = existsSync(listed) ? JSON.parse(await readFile(listed, "utf8")) : [];
  for (const name of (await readdir(DESK, { recursive: true })).sort()) {
    if (!/\.(html|py)$/.test(name)) continue;
    const text = await readFile(join(DESK, name), "utf8");
    for (const [, found] of text.matchAll(/\bicon\(\s*["']([a-z0-9-]+)["']/g)) names.push(found);
  }
  return names;
}

async function buildDesk(folder) {
  const out = new Output();
  if (existsSync(join(ROOT, "web/desk/desk.ts"))) out.files.set("desk.js", await bundle("web/desk/desk.ts"));
  const icons = await deskIcons();
  if (icons.length) out.files.set("icons.svg", Buffer.from(await sprite(icons)));
  if (out.files.size) await out.write(folder);
}

const { values } = parseArgs({
  options: {
    front: { type: "string", default: join(FRONT, "built") },
    desk: { type: "string", default: join(DESK, "built") },
  },
});
await buildFront(values.front);
await buildDesk(values.desk);
