// Writes `dist`, which the program carries. `--check` only says whether it is up to date; `--watch` writes it on every change.

import { createHash } from "node:crypto";
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The words of the language, as its grammar has them: those that begin a declaration, and all others. */
async function keywords() {
  const grammar = await readFile(here("../grammar/enact.pest"), "utf8");
  const rules = [...grammar.matchAll(/^(\w+) = @\{ (?:\()?("[a-z_]+"(?: \| "[a-z_]+")*)\)? ~ !idc \}/gm)];
  const of = (chosen) => rules.filter(([, name]) => chosen(name)).flatMap(([, , words]) => [...words.matchAll(/"([^"]+)"/g)].map(([, word]) => word));
  const declares = (name) => name.startsWith("w_");
  const sorted = (words) => [...new Set(words)].sort();
  return { DECLARATIONS: sorted(of(declares)), WORDS: sorted(of((name) => !declares(name))) };
}

async function bundle() {
  const words = await keywords();
  if (!words.DECLARATIONS.includes("rule") || !words.WORDS.includes("unless")) throw new Error("the grammar cannot be read");
  const define = Object.fromEntries(Object.entries(words).map(([name, list]) => [name, JSON.stringify(list)]));
  const { outputFiles } = await esbuild.build({
    entryPoints: { app: here("src/main.js"), style: here("src/app.css") },
    bundle: true, minify: true, write: false, format: "esm", target: ["chrome111", "firefox115", "safari16.4"],
    legalComments: "none", define, outdir: here("dist"), charset: "utf8", logLevel: "warning",
  });
  const text = (name) => outputFiles.find((file) => file.path.endsWith(name)).text;
  const files = { "app.js": text("app.js"), "app.css": text("style.css"), "icon.svg": await readFile(here("src/icon.svg"), "utf8") };
  // What they hold is part of how they are called: a browser may keep them for ever.
  let page = await readFile(here("src/index.html"), "utf8");
  for (const [name, content] of Object.entries(files)) {
    const mark = createHash("sha256").update(content).digest("hex").slice(0, 12);
    page = page.replace(`/assets/${name}`, `/assets/${name}?v=${mark}`);
  }
  return { ...files, "index.html": page };
}

async function write() {
  await mkdir(here("dist"), { recursive: true });
  for (const [name, content] of Object.entries(await bundle())) await writeFile(here(`dist/${name}`), content);
}

if (process.argv.includes("--check")) {
  for (const [name, content] of Object.entries(await bundle())) {
    const old = await readFile(here(`dist/${name}`), "utf8").catch(() => "");
    if (old !== content) {
      console.error(`web/dist/${name} is not what web/src gives: run \`npm run build\` in web and commit it`);
      process.exitCode = 1;
    }
  }
} else {
  await write();
}
