// Applicants to start from: the declared tests of the policy. And one more: the applicant in the form, saved as a test.

import { api, Problem } from "./api.js";
import { byId, debounce, fill, h, toast } from "./dom.js";
import { openEnd, textOf } from "./editor.js";
import { change, decisionOf, onChange, overlay, sameJson, state } from "./state.js";

let picker = null;
let current = null;

/** The first look at a policy: a test of the day on which its newest version starts, else of later, else any. */
export function firstCase(policy, tests) {
  const newest = policy.versions.at(-1).from.slice(0, 10);
  const dated = tests.filter((test) => test.on !== null);
  return dated.find((test) => test.on.startsWith(newest)) ?? dated.find((test) => test.on > newest) ?? tests[0] ?? null;
}

/** A case as parts of the state. */
export function partsOf(policy, test) {
  const asked = test.decisions.find((name) => decisionOf(policy, name));
  return { facts: test.facts, ...(test.on ? { on: test.on.slice(0, 10) } : {}), ...(asked ? { decision: asked } : {}) };
}

function draw() {
  const place = byId("cases");
  if (!place) return;
  if (state.tests.length === 0) return fill(place);
  const groups = new Map();
  for (const [index, test] of state.tests.entries()) groups.set(test.file, [...(groups.get(test.file) ?? []), [index, test]]);
  picker = h("select", { id: "case", onchange() {
    const test = state.tests[Number(picker.value)];
    if (!test) return;
    current = test;
    change(partsOf(state.policy, test));
  } }, h("option", { value: "" }, "Choose…"), [...groups].map(([file, tests]) => h("optgroup", { label: file.split("/").at(-1).replace(".enact", "") },
    tests.map(([index, test]) => h("option", { value: String(index) }, `${test.label ?? test.name}${test.on ? `, ${test.on.slice(0, 10)}` : ""}`)))));
  fill(place, h("label", { for: "case" }, "Example"), picker);
  follow();
}

/** Says which example is in the form, if it still is one. */
function follow() {
  if (!picker) return;
  const shown = (test) => sameJson(test.facts, state.facts) && (test.on === null || test.on.startsWith(state.on));
  if (!current || !state.tests.includes(current) || !shown(current)) current = state.tests.find(shown) ?? null;
  const index = state.tests.indexOf(current);
  picker.value = index < 0 ? "" : String(index);
}

const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "");

/** Adds a test to a file of tests: what it uses is used once, at the top. */
export function addTest(file, written) {
  const isUse = (line) => line.startsWith("use ");
  const split = (text) => [text.split("\n").filter(isUse), text.split("\n").filter((line) => !isUse(line)).join("\n").trim()];
  const [uses, body] = split(file);
  const [more, test] = split(written);
  const all = [...new Set([...uses, ...more])].sort();
  return `${all.join("\n")}\n\n${[body, test].filter(Boolean).join("\n\n")}\n`;
}

/** A name that no test in a text has. */
function free(name, text) {
  for (let number = 1; ; number += 1) {
    const tried = number === 1 ? name : `${name}_${number}`;
    if (!new RegExp(`^test ${tried}\\b`, "m").test(text)) return tried;
  }
}

/** The file that a test goes into: the one of this page, under a name that no file of the server has. */
function testsFile() {
  for (let number = 1; ; number += 1) {
    const path = `${state.policy.id}/tests/playground${number === 1 ? "" : `_${number}`}.enact`;
    if (path in state.edits || !state.tests.some(({ file }) => file === path)) return path;
  }
}

async function save(dialog, label) {
  const path = testsFile();
  const decision = state.decision;
  const name = free(plain(label) || "case", textOf(path));
  try {
    const { text } = await api.writeTest({
      policy: state.policy.id, decision, on: state.on, facts: state.facts, name, label, policies: overlay(),
    });
    dialog.close();
    change({ edits: { ...state.edits, [path]: addTest(textOf(path), text) } });
    openEnd(path);
    const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    toast(`Saved in ${path} on this page alone${copied ? ", and copied: paste it into your folder, or download the file" : ": download it"}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    fill(dialog.querySelector(".error"), error.message);
  }
}

function ask() {
  const label = h("input", { id: "test-label", required: true, value: "A case from the playground", autocomplete: "off" });
  const dialog = h("dialog", { "aria-labelledby": "test-title" }, h("form", {
    method: "dialog",
    onsubmit(event) {
      event.preventDefault();
      void save(dialog, label.value.trim());
    },
  },
    h("h2", { id: "test-title" }, "Save as a test"),
    h("p", {}, "It states what the form states, and expects what is decided now."),
    h("label", { for: "test-label" }, "What it is about"), label, h("p", { class: "error", role: "alert" }),
    h("p", { class: "dialog-actions" }, h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Cancel"),
      h("button", { type: "submit", class: "apply" }, "Save"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  label.select();
}

/** Starts. */
export function startCases() {
  const soon = debounce(follow, 0);
  onChange(["policy", "tests"], draw);
  onChange(["facts", "on"], soon);
  byId("save").addEventListener("click", ask);
}
