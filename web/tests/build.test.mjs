import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { ROOT } from "./load.mjs";

const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "leeward-build-")));
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function read(folder) {
  return readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name))]);
}

const builds = folders.map((folder) => {
  const front = join(folder, "front");
  execFileSync(process.execPath, ["web/build.mjs", "--front", front, "--desk", join(folder, "desk")], { cwd: ROOT });
  return read(front);
});

test("the same source gives the same bytes", () => {
  assert.deepEqual(builds[0], builds[1]);
  assert.ok(builds[0].length > 6);
});

test("nothing built evaluates text, uses WASM, keeps anything, or names another host", () => {
  for (const [name, bytes] of builds[0]) {
    if (!name.endsWith(".js")) continue;
    const text = bytes.toString("utf8");
    for (const word of [/\beval\(/, /new Function\b/, /WebAssembly/, /localStorage|sessionStorage|indexedDB|document\.cookie/, /https?:\/\/(?!www\.w3\.org)/, /sourceMappingURL/, /innerHTML/]) {
      assert.doesNotMatch(text, word, `${name}: ${word}`);
    }
  }
});

test("the first script and style are small, and the later scripts do not carry the first's code", () => {
  const size = (start, end) => {
    const [, bytes] = builds[0].find(([name]) => name.startsWith(start) && name.endsWith(end));
    return gzipSync(bytes, { level: 9 }).length;
  };
  assert.ok(size("page-", ".js") < 40_000); // with style and HTML the first page stays under 60 KB: tests/front/test_speed.py
  assert.ok(size("page-", ".css") < 4_000);
  assert.ok(size("returning-", ".js") < 6_000);
  assert.ok(size("voice-", ".js") < 3_000);
  assert.ok(size("clean-", ".js") < 5_000);
});
