// A browser, the page in it, and what every test looks at: errors of the page, violations of accessibility, pictures.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** Where the server answers, from `run.sh`. */
export const URL_ = process.env.ENACT_URL;
/** Where another one answers that looks at its folder again, and that folder. */
export const RELOADED = { url: process.env.ENACT_RELOADED_URL, folder: process.env.ENACT_RELOADED };
const out = fileURLToPath(new URL("out", import.meta.url));
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
/** How long a slow machine may take for anything. */
const PATIENCE_MS = 60_000;

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 360, height: 740 };

mkdirSync(out, { recursive: true });

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});

/** Opens the page, and waits for its first answer. Whatever the page complains of fails the test. */
export async function open({ viewport = WIDE, colorScheme = "light", url = URL_, waitFor = "#value", before } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, permissions: ["clipboard-read", "clipboard-write"] });
  await before?.(context);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // That something is wrong with a text or a token is an answer.
    if (message.type() === "error" && !/status of (401|422)/.test(message.text())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !request.url().startsWith("data:")) complaints.push(`asks elsewhere: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector(waitFor);
  page.done = async () => {
    assert.deepEqual(complaints, []);
    await context.close();
  };
  return page;
}

/** Waits until the answer reads so. */
export async function answer(page, value) {
  await page.waitForFunction(
    (wanted) => document.getElementById("value")?.textContent === wanted && !document.getElementById("answer").hasAttribute("aria-busy"), value);
}

/** Does something that changes the answer, and waits until all of the new one is shown. */
export async function settled(page, act) {
  const round = await page.locator("#answer").getAttribute("data-round");
  await act();
  await page.waitForFunction((before) => {
    const pane = document.getElementById("answer");
    return pane.dataset.round !== before && !pane.hasAttribute("aria-busy");
  }, round);
}

/** Looks for violations of accessibility. */
export async function accessible(page, what) {
  await page.evaluate(await readAxe());
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const said = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `    ${node.target.flat().join(" ")}  ${node.failureSummary.split("\n").at(-1)}`).join("\n")}`);
  assert.deepEqual(said, [], what);
}

let axe;
async function readAxe() {
  const { readFile } = await import("node:fs/promises");
  axe ??= await readFile(axePath, "utf8");
  return axe;
}

export const picture = (page, name) => page.screenshot({ path: `${out}/${name}.png` });
