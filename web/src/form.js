// The applicant: a field for each fact of the policy, with its state. A fact is stated, not stated, stated as not known, or none.

import { byId, debounce, fill, h, newId, prose } from "./dom.js";
import { makeControl } from "./fields.js";
import { change, onChange, sameJson, state } from "./state.js";

const STATES = { open: "not stated", stated: "stated", unknown: "not known", none: "none" };
const INPUTS = "input, select:not(.state)";
/** With fewer facts than this, there is nothing to look for. */
const MANY_FACTS = 8;

let fields = new Map();
let onHover = () => {};

/** Sets who is told which fact is looked at, by its pointer; `null` for none. */
export function onFactLookedAt(listener) {
  onHover = listener;
}

const commit = debounce(() => change({ facts: read() }), 60);

function read() {
  const entries = [...fields].map(([key, field]) => [key, field.read()]).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

const isUnknown = (value) => typeof value === "object" && value !== null && value.unknown === true;

function makeField(fact) {
  const id = newId("fact");
  const [labelId, questionId, errorId] = [`${id}-label`, `${id}-question`, `${id}-error`];
  const pointer = `/${fact.key}`;
  let status = "open";
  const options = ["open", "stated", "unknown", ...(fact.type.optional ? ["none"] : [])];
  const chooser = h("select", { class: "state", "aria-label": `State of: ${fact.label}`, onchange: () => {
    set(chooser.value);
    commit();
    if (chooser.value === "stated") control.focus();
  } }, options.map((option) => h("option", { value: option }, STATES[option])));
  const control = makeControl(fact.type, {
    id, pointer, enums: state.enums, describedBy: `${questionId} ${errorId}`,
    changed(always = false) {
      if (always) control.touched?.();
      set(control.read() === undefined ? "open" : "stated", true);
      commit();
    },
  });
  const notes = [
    fact.private && h("span", { class: "mark", title: "Left out of decision logs" }, "private"),
    fact.judged_by && h("span", { class: "mark" }, `judged by ${fact.judged_by}`),
    h("span", { class: "mark asked", hidden: true }, "asked for"),
  ];
  const asked = notes.at(-1);
  const error = h("p", { class: "error", id: errorId });
  const within = fact.within ? ` From ${fact.within[0]} to ${fact.within[1]}.` : "";
  const element = h("div", {
    class: "field", data: { pointer, state: "open" }, role: control.group ? "group" : null,
    "aria-labelledby": control.group ? labelId : null, "aria-describedby": control.group ? `${questionId} ${errorId}` : null,
    onpointerenter: () => onHover(pointer), onpointerleave: () => onHover(null),
    onfocusin: () => onHover(pointer), onfocusout: () => onHover(null),
  },
    h("div", { class: "field-head" },
      h(control.group ? "span" : "label", { class: "field-label", id: labelId, for: control.group ? null : id }, fact.label),
      chooser),
    h("p", { class: "question", id: questionId }, (fact.question ?? "") + within, " ", notes),
    control.element, error);

  function set(next, keep = false) {
    status = next;
    chooser.value = next;
    element.dataset.state = next;
    if (keep) return;
    if (next === "stated") control.touched?.();
    else control.write(undefined);
  }
  return {
    element, asked, pointer, label: fact.label,
    read: () => (status === "unknown" ? { unknown: true } : status === "none" ? null : status === "stated" ? control.read() : undefined),
    write(value) {
      if (value === undefined) set("open");
      else if (isUnknown(value)) set("unknown");
      else if (value === null) set("none");
      else {
        control.write(value);
        set("stated", true);
      }
    },
    focus() {
      element.scrollIntoView({ block: "center" });
      control.focus();
    },
    fail(problems) {
      element.classList.toggle("wrong", problems.length > 0);
      for (const input of element.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
      fill(error, problems.map(({ detail, help }) => h("span", {}, prose(help ? `${detail}: ${help}` : detail))));
      if (problems.length > 0) {
        const inner = element.querySelector(`[data-pointer="${CSS.escape(problems[0].pointer)}"]`) ?? element;
        const input = inner.querySelector(INPUTS) ?? element.querySelector(INPUTS);
        input?.setAttribute("aria-invalid", "true");
      }
    },
  };
}

/** Builds the form of a policy. */
function build() {
  const facts = state.policy.facts.filter((fact) => !["evaluation_date", "evaluation_time"].includes(fact.key));
  fields = new Map(facts.map((fact) => [fact.key, makeField(fact)]));
  const list = h("div", { class: "fields" }, [...fields.values()].map((field) => field.element));
  const show = (which) => {
    list.dataset.show = which;
    for (const button of filter.children) button.setAttribute("aria-pressed", button.dataset.show === which);
  };
  const filter = h("div", { class: "filter", role: "group", "aria-label": "Facts shown" },
    [["all", "All"], ["stated", "Stated"], ["asked", "Asked for"]].map(([which, words]) =>
      h("button", { type: "button", data: { show: which }, onclick: () => show(which) }, words)));
  fill(byId("form"), h("div", { id: "cases" }), facts.length > MANY_FACTS && filter, list,
    h("p", { class: "none-shown" }, "No such fact."));
  show("all");
  draw();
}

/** Shows what is stated, where the form does not say so already. */
function draw() {
  const now = read();
  for (const [key, field] of fields) {
    if (!sameJson(now[key], state.facts[key])) field.write(state.facts[key]);
  }
}

/** Shows what is wrong at its field; returns what belongs to no field. */
export function showErrors(errors) {
  const left = [];
  const found = new Map();
  for (const error of errors) {
    const pointer = error.pointer.replace(/^\/facts/, "");
    const key = pointer.split("/")[1]?.replaceAll("~1", "/").replaceAll("~0", "~");
    if (fields.has(key)) found.set(key, [...(found.get(key) ?? []), { ...error, pointer }]);
    else left.push(error);
  }
  for (const [key, field] of fields) field.fail(found.get(key) ?? []);
  return left;
}

/** Marks the facts that could still change the answer. */
export function showAsked(pointers) {
  const keys = new Set(pointers.map(keyOf));
  for (const [key, field] of fields) {
    field.asked.hidden = !keys.has(key);
    field.element.classList.toggle("open", keys.has(key));
  }
}

/** `/items/0/days` and `items` are of the fact `items`. */
export const keyOf = (pointer) => pointer.replace(/^\//, "").split("/")[0];

/** Goes to the field of a fact. */
export function focusFact(pointer) {
  const field = fields.get(keyOf(pointer));
  if (!field) return;
  change({ view: "applicant" });
  const shown = field.element.parentElement;
  if (field.element.offsetParent === null) shown.dataset.show = "all";
  field.focus();
}

/** Marks the fields of facts that something else looks at. */
export function markFacts(pointers) {
  const keys = new Set(pointers.map(keyOf));
  for (const [key, field] of fields) field.element.classList.toggle("marked", keys.has(key));
}

/** Starts. */
export function startForm() {
  onChange(["policy"], build);
  onChange(["facts"], draw);
  byId("blank").addEventListener("click", () => change({ facts: {} }));
}
