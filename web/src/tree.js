// The tree of reasons: a tree as screen readers know it. Enter or a click shows the line of a rule; what is looked at lights up
// in the form, and the other way round.

import { h } from "./dom.js";
import { goTo } from "./editor.js";
import { markFacts, onFactLookedAt } from "./form.js";

const VERDICTS = {
  yes: ["✓", "holds"], no: ["✗", "does not hold"], unknown: ["?", "not known"],
  error: ["!", "error"], not_needed: ["–", "not needed"], value: ["·", "comes to"],
};
const ROLES = {
  decided_by: "decided by", also: "also", either: "either", faulty: "faulty", not_barred: "not barred by", not_needed: "not needed",
  unless: "unless", exception: "exception", violated: "violated", note: "note", more: "more",
};
const STATES = { not_given: "not stated", stated_unknown: "not known", assumed: "assumed" };

let tree = null;

function roleWords(role) {
  if (typeof role === "string") return ROLES[role] ?? "";
  const [[kind, text]] = Object.entries(role);
  return { set_aside: `set aside by ${text}`, gives: `gives ${text}`, open: `would give ${text}`, why_not: `why not ${text}` }[kind] ?? kind;
}

function readings(reads) {
  return (reads ?? []).map((read) => h("span", { class: "reading", data: { state: read.state } },
    read.state === "given" ? read.value : STATES[read.state] + (read.state === "assumed" ? ` ${read.value ?? ""}` : "")));
}

/** The pointers that a node reads itself. */
const ownPointers = (node) => (node.reads ?? []).map((read) => read.pointer);

function item(node, level, index, count) {
  const children = node.children ?? [];
  const folded = node.folded ?? [];
  const branch = children.length > 0;
  const [sign, verdict] = VERDICTS[node.verdict] ?? VERDICTS.value;
  const role = roleWords(node.role);
  const value = node.value && !["yes", "no"].includes(node.value) ? node.value : null;
  const row = h("div", { class: "row" },
    h("span", { class: "twisty", "aria-hidden": "true" }),
    h("span", { class: "verdict", data: { verdict: node.verdict }, "aria-hidden": "true" }, sign),
    h("span", { class: "row-text" },
      role && h("span", { class: "role" }, `${role} `),
      h("span", { class: "row-label" }, node.label),
      " ", (node.tags ?? []).map((tag) => h("span", { class: "tag" }, tag)),
      value && h("span", { class: "reading" }, value), readings(node.reads),
      node.summary && h("span", { class: "muted" }, ` ${node.summary}`),
      node.near_miss && h("span", { class: "muted" }, ` ${node.near_miss.held} of ${node.near_miss.total} hold; fails: ${node.near_miss.fails}`),
      node.see && h("span", { class: "muted" }, " as above"),
      (node.remarks ?? []).map((remark) => h("span", { class: "muted" }, ` ${remark}`)),
      h("span", { class: "visually-hidden" }, `, ${verdict}`)));
  const group = branch && h("ul", { role: "group" }, children.map((child, at) => item(child, level + 1, at, children.length)));
  const more = folded.length > 0 && h("p", { class: "muted folded" }, `${folded.length} more that did not matter`);
  const element = h("li", {
    role: "treeitem", tabindex: "-1", "aria-level": level, "aria-posinset": index + 1, "aria-setsize": count,
    "aria-expanded": branch ? String(node.rests || node.matters || level < 2) : null,
    class: node.rests ? "rests" : node.matters ? "matters" : "aside",
    data: { pointers: JSON.stringify(ownPointers(node)), file: node.at?.file ?? "", line: node.at?.line ?? "", column: node.at?.column ?? "" },
  }, row, group, more);
  return element;
}

const items = () => [...tree.querySelectorAll("[role=treeitem]")].filter((one) => !one.parentElement.closest("[aria-expanded=false]"));

function moveTo(element) {
  if (!element) return;
  tree.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
  element.setAttribute("tabindex", "0");
  element.focus();
}

function toggle(element, open) {
  if (element.hasAttribute("aria-expanded")) element.setAttribute("aria-expanded", String(open));
}

function show(element) {
  const { file, line, column } = element.dataset;
  if (file) goTo(file, Number(line), Number(column));
}

function onKey(event) {
  const here = event.target.closest("[role=treeitem]");
  if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = items();
  const at = all.indexOf(here);
  const open = here.getAttribute("aria-expanded");
  const steps = {
    ArrowDown: () => moveTo(all[at + 1]),
    ArrowUp: () => moveTo(all[at - 1]),
    Home: () => moveTo(all[0]),
    End: () => moveTo(all.at(-1)),
    ArrowRight: () => (open === "false" ? toggle(here, true) : open === "true" && moveTo(all[at + 1])),
    ArrowLeft: () => (open === "true" ? toggle(here, false) : moveTo(here.parentElement.closest("[role=treeitem]"))),
    Enter: () => show(here),
    " ": () => toggle(here, open !== "true"),
  };
  if (!(event.key in steps)) return;
  event.preventDefault();
  steps[event.key]();
}

function onClick(event) {
  const here = event.target.closest("[role=treeitem]");
  if (!here || !event.target.closest(".row")) return;
  moveTo(here);
  if (event.target.closest(".twisty")) toggle(here, here.getAttribute("aria-expanded") !== "true");
  else show(here);
}

const below = (element) => [element, ...element.querySelectorAll("[role=treeitem]")].flatMap((one) => JSON.parse(one.dataset.pointers));

function onLook(event) {
  const here = event.target.closest?.("[role=treeitem]");
  markFacts(here ? below(here) : []);
}

/** Makes the tree of a trace. */
export function makeTree(trace) {
  tree = h("ul", {
    role: "tree", class: "tree", "aria-label": "Reasons", onkeydown: onKey, onclick: onClick,
    onpointerover: onLook, onpointerleave: () => markFacts([]), onfocusin: onLook, onfocusout: () => markFacts([]),
  }, trace.branches.map((node, index) => item(node, 1, index, trace.branches.length)));
  tree.firstElementChild?.setAttribute("tabindex", "0");
  const all = (open) => tree.querySelectorAll("[aria-expanded]").forEach((one) => one.setAttribute("aria-expanded", String(open)));
  return [h("div", { class: "tree-tools" },
    h("button", { type: "button", class: "quiet", onclick: () => all(true) }, "Open all"),
    h("button", { type: "button", class: "quiet", onclick: () => all(false) }, "Close all")), tree];
}

/** An item, or the outermost closed one around it. */
function seen(item) {
  let shown = item;
  for (let around = item.parentElement; around !== tree; around = around.parentElement) {
    if (around.getAttribute("aria-expanded") === "false") shown = around;
  }
  return shown;
}

/** Lights up, for the fact looked at in the form, where the tree uses it. */
export function usesOf() {
  onFactLookedAt((pointer) => {
    for (const one of tree?.querySelectorAll(".used") ?? []) one.classList.remove("used");
    if (pointer === null) return;
    for (const one of tree?.querySelectorAll("[role=treeitem]") ?? []) {
      const reads = JSON.parse(one.dataset.pointers).some((read) => read === pointer || read.startsWith(`${pointer}/`));
      if (reads) seen(one).classList.add("used");
    }
  });
}
