// What a newcomer does on the page, in a real browser against the real program.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, test } from "node:test";
import { accessible, answer, browser, NARROW, open, picture, RELOADED, settled, URL_, WIDE } from "./browser.mjs";

after(() => browser.close());

/** Works on the text as somebody would who changes it elsewhere and pastes it. */
async function rewrite(page, change) {
  const text = await page.locator("#text .cm-content").evaluate((content) => content.cmTile?.view?.state?.doc.toString() ?? content.cmView?.view?.state.doc.toString());
  const next = change(text);
  assert.notEqual(next, text);
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), next);
  await page.locator("#text .cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+v");
}

test("the applicant of flagpoling is served on 2024-12-23, and barred from 2024-12-24 on", async () => {
  const page = await open();
  await answer(page, "Yes");
  await page.fill("#on", "2024-12-23");
  await answer(page, "No");
  await page.getByRole("button", { name: "One day later" }).click();
  await answer(page, "Yes");
  assert.equal(await page.locator(".version[aria-pressed=true]").textContent(), "2024-12-24");
  assert.match(await page.locator("#live").textContent(), /The flagpoling bar applies: Yes, on Tuesday 24 December 2024/);
  // A page on the slider is a version.
  await page.locator(".slider").focus();
  await page.keyboard.press("PageDown");
  await answer(page, "No");
  assert.equal(await page.inputValue("#on"), "2024-12-23");
  await page.keyboard.press("PageUp");
  await answer(page, "Yes");
  await picture(page, "answer-wide-light");
  await page.done();
});

test("what would change it, applied to the form, turns yes into no", async () => {
  const page = await open();
  await answer(page, "Yes");
  await page.getByRole("button", { name: /^Apply: "CBSA appointment booked before" = yes/ }).click();
  await answer(page, "No");
  const field = page.locator('.field[data-pointer="/cbsa_appointment_booked_before"]');
  assert.equal(await field.getByLabel("Yes").isChecked(), true);
  await page.done();
});

test("an edited rule flips the decision; the comparison says who is affected, and its applicant fills the form", async () => {
  const page = await open();
  await answer(page, "Yes");
  await rewrite(page, (text) => text.replace("    when meets_flagpoling_definition\n    unless us_person", "    when meets_flagpoling_definition and international_truck_driver\n    unless us_person"));
  await answer(page, "No");
  await page.locator("#views [data-to=compare]").click();
  await page.locator("#summary").waitFor();
  assert.match(await page.locator("#summary").textContent(), /affected/);
  assert.equal(await page.locator("#from").inputValue(), "edit");
  const group = page.locator(".group", { hasText: "The flagpoling bar applies" }).first();
  assert.match(await group.locator(".flip").textContent(), /yes.*no/);
  await page.locator("#beside .merge").waitFor();
  await picture(page, "compare-edit-wide-light");
  await accessible(page, "comparison of an edit");
  await page.locator('[data-decision="closed_to_flagpolers"]').click();
  await group.getByRole("button", { name: /Try this applicant/ }).click();
  await answer(page, "No");
  assert.equal(await page.locator("[data-decision][aria-current]").getAttribute("data-decision"), "flagpoling_bar_applies");
  await page.locator("#views [data-to=text]").click();
  await page.locator("#revert").click();
  await answer(page, "Yes");
  await page.done();
});

test("two versions: who is affected, and one of them fills the form", async () => {
  const page = await open();
  await answer(page, "Yes");
  await page.locator("#views [data-to=compare]").click();
  await page.locator("#summary").waitFor();
  assert.match(await page.locator("#summary").textContent(), /8 groups of people are affected. Everybody else is provably treated as before/);
  await page.locator("#beside .merge").waitFor();
  await page.waitForTimeout(300);
  const cold = await page.evaluate(() => window.enactMeasured.diff);
  await picture(page, "compare-wide-light");
  await accessible(page, "comparison of versions");
  const other = page.locator(".group", { hasText: "Because of rule limited_hours" }).first();
  await other.getByRole("button", { name: /Try this applicant/ }).click();
  await answer(page, "No");
  assert.equal(await page.locator('.field[data-pointer="/arrival_local_time"] input').inputValue(), "07:59");
  assert.equal(await page.locator("[data-decision][aria-current]").getAttribute("data-decision"), "closed_to_flagpolers");
  await page.fill("#on", "2024-12-23");
  await answer(page, "Yes");
  // Again, as the server has seen it before.
  await page.selectOption("#from", "2017-06-16");
  await page.waitForFunction((before) => window.enactMeasured.diff !== before, cold);
  const middle = await page.evaluate(() => window.enactMeasured.diff);
  await page.selectOption("#from", "2024-05-30");
  await page.waitForFunction((before) => window.enactMeasured.diff !== before, middle);
  const warm = await page.evaluate(() => window.enactMeasured.diff);
  console.log(`# diff of the flagpoling pair, from the choice until it is shown: ${Math.round(cold)} ms at first, ${Math.round(warm)} ms again`);
  await page.done();
});

test("a fact that cannot be read is shown at its field, and the rest is decided", async () => {
  const page = await open();
  await answer(page, "Yes");
  const field = page.locator('.field[data-pointer="/citizenships"]');
  await field.locator("input").fill("Atlantis");
  await page.keyboard.press("Enter");
  await field.locator(".error span").waitFor();
  assert.match(await field.locator(".error").textContent(), /Atlantis is no country/);
  assert.equal(await field.locator("[aria-invalid=true]").count(), 1);
  assert.match(await page.locator(".card").textContent(), /Decided without what cannot be read: citizenships/);
  await picture(page, "error-wide-light");
  await accessible(page, "an error at a field");
  await field.getByRole("button", { name: "Remove Atlantis" }).click();
  await answer(page, "Yes");
  assert.equal(await field.locator(".error span").count(), 0);
  await page.done();
});

test("facts have three states; the next question leads on", async () => {
  const page = await open();
  await answer(page, "Yes");
  await page.locator("#blank").click();
  await answer(page, "Open");
  await page.locator(".next").waitFor();
  await accessible(page, "an open answer");
  await picture(page, "open-wide-light");
  await page.locator("#answer-next").click();
  const focused = await page.evaluate(() => document.activeElement.closest(".field")?.dataset.pointer);
  assert.equal(focused, "/countries_visited_since_leaving_canada");
  await page.keyboard.type("United States (US)");
  await page.keyboard.press("Enter");
  const field = page.locator('.field[data-pointer="/countries_visited_since_leaving_canada"]');
  assert.equal(await field.locator("select.state").inputValue(), "stated");
  await page.waitForFunction(() => !document.querySelector(".next-text")?.textContent.includes("Which countries has the person visited"));
  await field.locator("select.state").selectOption("unknown");
  await page.waitForFunction(() => document.querySelector("#answer-body .tree")?.textContent.includes("not known"));
  await settled(page, () => page.locator("#blank").click());
  // Of everything that is asked, answered with the first button there is, a decision comes.
  for (let step = 0; step < 25 && (await page.locator("#value").textContent()) === "Open"; step += 1) {
    const button = page.locator(".next-actions button", { hasText: /^No$/ });
    const text = await page.locator(".next-text").textContent();
    const quick = (await button.count()) > 0;
    if (!quick) await page.locator("#answer-next").click();
    await settled(page, async () => {
      if (quick) await button.click();
      else if (text.includes("countries")) await page.keyboard.type("United States (US)\n");
      else if (text.includes("citizenships")) await page.keyboard.type("France (FR)\n");
      else await page.evaluate(() => {
        const select = document.activeElement;
        select.selectedIndex = [...select.options].findIndex(({ value }) => ["work_permit", "none"].includes(value));
        select.dispatchEvent(new Event("change", { bubbles: true }));
      });
    });
    if ((await page.locator("#value").textContent()) === "Open") assert.notEqual(await page.locator(".next-text").textContent(), text);
  }
  assert.notEqual(await page.locator("#value").textContent(), "Open");
  await page.done();
});

test("the tree of reasons works by keyboard, leads to lines, and lights up what is looked at", async () => {
  const page = await open();
  await answer(page, "Yes");
  await page.locator("[role=treeitem][tabindex='0']").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const first = await page.evaluate(() => document.activeElement.querySelector(".row-label").textContent);
  assert.match(first, /held temporary resident status/);
  assert.equal(await page.locator('.field.marked[data-pointer="/held_temporary_resident_status_in_canada"]').count(), 1);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#text .cm-shown-line").textContent(), /insert rule ban/);
  await page.locator('.field[data-pointer="/citizenships"]').hover();
  await page.locator("[role=treeitem].used").first().waitFor();
  // A declaration of another file.
  await page.locator(".row", { hasText: "Meets the definition of flagpoling" }).first().click();
  await page.waitForFunction(() => document.getElementById("file").value === "flagpoling/2024-05-30.enact");
  assert.match(await page.locator("#text .cm-shown-line").textContent(), /decision meets_flagpoling_definition/);
  await page.done();
});

test("mistakes show while somebody types; Format lays out", async () => {
  const page = await open();
  await answer(page, "Yes");
  await rewrite(page, (text) => text.replace("unless us_person", "unless us_persn"));
  await page.locator("#text .cm-lintRange-error").first().waitFor();
  await answer(page, "No answer");
  await page.locator("#problems summary").click();
  assert.match(await page.locator("#problems").textContent(), /unknown name us_persn.*did you mean/s);
  await picture(page, "mistake-wide-light");
  await accessible(page, "a mistake in the text");
  await rewrite(page, (text) => text.replace("unless us_persn", "unless      us_person"));
  await answer(page, "Yes");
  await page.locator("#format").click();
  // Laid out, it is what is served.
  await page.waitForFunction(() => document.getElementById("revert").disabled);
  await page.done();
});

test("the case is saved as a test that the text holds and that is free of mistakes", async () => {
  const page = await open();
  await answer(page, "Yes");
  await page.locator("#save").click();
  await page.locator("#test-label").fill("A worker at \"Emerson\"");
  await accessible(page, "the dialog");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("file").value === "flagpoling/tests/playground.enact");
  const content = await page.locator("#text .cm-content").textContent();
  assert.match(content, /use flagpoling/);
  assert.match(content, /test a_worker_at_emerson "A worker at \\"Emerson\\"" on 2024-12-24/);
  assert.match(content, /expect flagpoling_bar_applies is yes/);
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^use common/);
  await page.waitForFunction(() => document.querySelector("#problems summary").textContent.startsWith("No errors"));
  // The whole file comes out under its own name.
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#download").click()]);
  assert.equal(file.suggestedFilename(), "playground.enact");
  const saved = await readFile(await file.path(), "utf8");
  assert.match(saved, /^use common[^]*\n\ntest a_worker_at_emerson "A worker at \\"Emerson\\"" on 2024-12-24\n[^]*\n$/);
  // A second one goes into the same file, under a name of its own.
  await page.locator("#save").click();
  await page.locator("#test-label").fill("A worker at \"Emerson\"");
  await page.keyboard.press("Enter");
  await page.locator("#text .cm-content", { hasText: "test a_worker_at_emerson_2" }).waitFor();
  await picture(page, "test-wide-light");
  await page.done();
});

test("a link brings back the policy, the day, the applicant, the edit and the view; nothing goes to the server with it", async () => {
  const page = await open();
  await answer(page, "Yes");
  await page.fill("#on", "2025-03-01");
  await page.locator('.field[data-pointer="/international_truck_driver"]').getByText("Yes").click();
  await rewrite(page, (text) => text.replace("    unless trucker_on_maintained_status [FLAG-06]\n", "    unless international_truck_driver [FLAG-06]\n"));
  await answer(page, "No");
  await page.locator("#share").click();
  await page.waitForFunction(() => location.hash.length > 100);
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(link.startsWith(`${URL_}#policy=flagpoling&`), link);
  await page.done();
  const again = await open({ url: link });
  await answer(again, "No");
  assert.equal(await again.inputValue("#on"), "2025-03-01");
  assert.equal(await again.locator('.field[data-pointer="/international_truck_driver"]').getByLabel("Yes").isChecked(), true);
  await again.waitForFunction(() => document.querySelector("#file option:checked").textContent.endsWith("*"));
  await again.locator("#text .cm-content", { hasText: "unless international_truck_driver" }).waitFor();
  await again.done();
});

test("every policy shows something real at the first look", async () => {
  const page = await open();
  await answer(page, "Yes");
  for (const id of await page.locator("#policy option").evaluateAll((options) => options.map(({ value }) => value))) {
    await page.selectOption("#policy", id);
    await page.waitForFunction((policy) => document.getElementById("file").value.startsWith(policy), id);
    await page.locator("#value").waitFor();
    assert.notEqual(await page.locator("#case").inputValue(), "", `${id} has an example`);
    const value = await page.locator("#value").textContent();
    assert.ok(!["Not in force", "No answer", ""].includes(value), `${id}: ${value}`);
  }
  await picture(page, "last-policy-wide-light");
  await page.done();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [width, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
    test(`each view is accessible and fits: ${width}, ${colorScheme}`, async () => {
      const page = await open({ viewport, colorScheme });
      await answer(page, "Yes");
      for (const view of width === "wide" ? ["text", "compare"] : ["answer", "applicant", "text", "compare"]) {
        await page.locator(`#views [data-to=${view}]`).click();
        if (view === "compare") await page.locator("#beside .merge").waitFor();
        await page.waitForTimeout(200);
        await picture(page, `${view}-${width}-${colorScheme}`);
        await accessible(page, `${view}, ${width}, ${colorScheme}`);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(over, 0, `${view} is wider than its page`);
      }
      await page.locator("#look").click();
      assert.equal(await page.locator("html").getAttribute("data-look"), "light");
      await page.done();
    });
  }
}

test("policies that change on the server are looked at again for the same applicant, with the same edits", async () => {
  const page = await open({ url: RELOADED.url });
  await answer(page, "Yes");
  let looks = 0;
  page.on("request", (request) => (looks += request.url().endsWith("/readyz") ? 1 : 0));
  await page.fill("#on", "2025-03-01");
  await page.locator('.field[data-pointer="/international_truck_driver"]').getByText("Yes").click();
  await page.locator("#save").click();
  await page.locator("#test-label").fill("A driver");
  await page.keyboard.press("Enter");
  await page.locator("#text .cm-content", { hasText: "test a_driver" }).waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#download").click()]);
  await page.selectOption("#file", "flagpoling/2024-12-24.enact");
  await rewrite(page, (text) => text.replace("rule ban ", "rule ban_of_all "));
  await page.waitForFunction(() => document.querySelector("#file option:checked").textContent.endsWith("*"));
  // Not while nobody sees the page.
  const see = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  await see(true);
  const before = looks;
  // The test that was saved, and a version more.
  await file.saveAs(`${RELOADED.folder}/flagpoling/tests/playground.enact`);
  await writeFile(`${RELOADED.folder}/flagpoling/2025-02-01.enact`,
    "policy flagpoling effective from 2025-02-01 amends 2024-12-24\n\nrepeal rule ban\n");
  await page.waitForTimeout(6000);
  assert.equal(looks, before);
  assert.equal(await page.locator("#changed").textContent(), "");
  await see(false);
  const again = page.getByRole("button", { name: "Look again" });
  await again.waitFor();
  await accessible(page, "policies that changed");
  await picture(page, "changed-wide-light");
  await page.setViewportSize(NARROW);
  await picture(page, "changed-narrow-light");
  await page.setViewportSize(WIDE);
  await again.click();
  await page.waitForFunction(() => document.querySelectorAll(".version").length === 4);
  await again.waitFor({ state: "detached" });
  assert.equal(await page.inputValue("#on"), "2025-03-01");
  assert.equal(await page.locator('.field[data-pointer="/international_truck_driver"]').getByLabel("Yes").isChecked(), true);
  assert.match(await page.locator("#case option:checked").textContent(), /A driver/);
  // The edit is still there, and by now another file rests on what it took away.
  await answer(page, "No answer");
  assert.match(await page.locator("#file option:checked").textContent(), /^flagpoling\/2024-12-24\.enact \*$/);
  await page.locator("#revert").click();
  await answer(page, "No");
  // An edit that is put into the folder is served, and no edit any more.
  await page.selectOption("#file", "flagpoling/2025-02-01.enact");
  await rewrite(page, (text) => `${text}\n# Here as well.\n`);
  await page.waitForFunction(() => !document.getElementById("revert").disabled);
  const [edited] = await Promise.all([page.waitForEvent("download"), page.locator("#download").click()]);
  await edited.saveAs(`${RELOADED.folder}/flagpoling/2025-02-01.enact`);
  await again.click();
  await page.waitForFunction(() => document.getElementById("revert").disabled);
  await page.locator("#text .cm-content", { hasText: "Here as well." }).waitFor();
  // Nothing changed since: it is asked, and nothing is said.
  const asked = looks;
  await page.waitForTimeout(6000);
  assert.ok(looks > asked);
  assert.equal(await page.locator("#changed").textContent(), "");
  await page.done();
  // A page that did not write the file of tests leaves it alone.
  const other = await open({ url: RELOADED.url });
  await other.locator("#save").click();
  await other.keyboard.press("Enter");
  await other.waitForFunction(() => document.getElementById("file").value === "flagpoling/tests/playground_2.enact");
  await other.done();
});

test("a server that wants a token is given the one that somebody types", async () => {
  const page = await open({ waitFor: "#token", before: (context) => context.route("**/v1/**", (route) => {
    if (route.request().headers().authorization === "Bearer the right one") return route.continue();
    return route.fulfill({ status: 401, contentType: "application/problem+json", body: '{"detail":"the token is missing or wrong","status":401}' });
  }) });
  await accessible(page, "the dialog for the token");
  await page.keyboard.type("another\n");
  await page.locator("dialog .error", { hasText: "That was not the token" }).waitFor();
  await page.locator("#token").fill("the right one");
  await page.keyboard.press("Enter");
  await answer(page, "Yes");
  await page.done();
});

test("the page is light and soon there", async () => {
  const page = await open();
  await answer(page, "Yes");
  const { weight, interactive, parts } = await page.evaluate(() => {
    const own = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/assets/"));
    const [first] = performance.getEntriesByType("navigation");
    return {
      weight: [first, ...own].reduce((sum, entry) => sum + entry.transferSize, 0),
      interactive: performance.getEntriesByName("enact-interactive")[0].startTime,
      parts: own.map(({ name, transferSize }) => `${new URL(name).pathname} ${transferSize}`),
    };
  });
  console.log(`# compressed: ${weight} bytes (${parts.join(", ")}); interactive after ${Math.round(interactive)} ms`);
  assert.ok(weight > 0 && weight < 400_000, `${weight} bytes`);
  await page.done();
});
