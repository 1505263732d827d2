// The answer: what is decided, why, under which version, what would change it, what to ask next, and the tree of reasons.

import { api, latest, Problem } from "./api.js";
import { byId, fill, h, longDay, prose, toast } from "./dom.js";
import { memberWords, valueWords } from "./fields.js";
import { focusFact, keyOf, showAsked, showErrors } from "./form.js";
import { goTo } from "./editor.js";
import { change, decisionOf, onChange, overlay, state } from "./state.js";
import { makeTree, usesOf } from "./tree.js";

const explaining = latest();
const asking = latest();
const listing = latest();
const OUTCOMES = {
  undetermined: "Open", contradictory: "Contradictory", conflict: "Conflict", error: "Error", not_in_force: "Not in force",
};

let shown = null;
let values = {};
let lastSaid = "";
/** How often was asked. */
let rounds = 0;

/** The trace that is shown; nothing while there is none. */
export const shownTrace = () => shown;

const request = (facts) => ({ policy: state.policy.id, on: state.on, facts, policies: overlay() });

/** Asks again, and shows what comes. The pane is busy until all of it is shown, the next question too. */
async function update() {
  if (!state.decision) return;
  const round = (rounds += 1);
  byId("answer").setAttribute("aria-busy", "true");
  try {
    const good = await explain(state.facts, []);
    if (good === undefined) return;
    showErrors(good.errors);
    shown = good.trace;
    draw(good);
    const missing = new Set(shown.questions.map((question) => question.fact));
    showAsked([...missing]);
    say();
    await Promise.all([list(good.facts), askNext(good.facts)]);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    shown = null;
    showErrors([]);
    showAsked([]);
    drawProblem(error);
  }
  if (round !== rounds) return;
  byId("answer").dataset.round = round;
  byId("answer").removeAttribute("aria-busy");
}

/** Explains; facts that cannot be read are left out, once, and said to be. */
async function explain(facts, errors) {
  try {
    const trace = await explaining((signal) =>
      api.explain({ ...request(facts), decisions: [state.decision], level: "full" }, signal));
    return trace && { trace, facts, errors };
  } catch (error) {
    if (!(error instanceof Problem) || !error.isOfFacts || errors.length > 0) throw error;
    const wrong = new Set(error.errors.map(({ pointer }) => keyOf(pointer.replace("/facts", ""))));
    const good = Object.fromEntries(Object.entries(facts).filter(([key]) => !wrong.has(key)));
    return explain(good, error.errors);
  }
}

/** All decisions of the policy, with their values. */
async function list(facts) {
  const answer = await listing((signal) => api.decide({ ...request(facts), detail: "value" }, signal)).catch(() => undefined);
  if (answer === undefined) return;
  values = answer;
  drawDecisions();
}

async function askNext(facts) {
  const place = byId("next");
  if (shown.status !== "undetermined") {
    await asking(async () => null);
    fill(place);
    return;
  }
  const step = await asking((signal) => api.nextQuestion({ ...request(facts), decision: state.decision }, signal)).catch(() => undefined);
  if (step === undefined || byId("next") !== place) return;
  drawQuestion(place, step);
}

const known = (type) => (type?.kind === "enum" ? state.enums[type.enum] : null);

/** A value of a decision as people read it. */
function words(type, text) {
  const member = known(type)?.members.find(({ value }) => value === text);
  if (member) return memberWords(type.enum, member);
  return text.length > 0 ? text[0].toUpperCase() + text.slice(1) : text;
}

function outcome(trace) {
  if (trace.status !== "decided") return OUTCOMES[trace.status] ?? trace.status;
  return words(decisionOf(state.policy, trace.decision)?.type, trace.value_text ?? "");
}

function say() {
  const text = `${shown.label ?? shown.decision}: ${outcome(shown)}, on ${longDay(state.on)}`;
  if (text !== lastSaid) byId("live").textContent = text;
  lastSaid = text;
}

const tagList = (tags) => tags.map((tag) => h("span", { class: "tag" }, tag));

const lineLink = (at) => at && h("button", {
  type: "button", class: "line", title: "Show this line", onclick: () => goTo(at.file, at.line, at.column),
}, `${at.file.split("/").slice(-2).join("/")}:${at.line}`);

function citation(cite) {
  const title = [cite.by, cite.title].filter(Boolean).join(", ");
  const rest = [cite.place, cite.published].filter(Boolean).join(", ");
  return h("li", {},
    cite.url?.startsWith("https://") ? h("a", { href: cite.url, rel: "noreferrer", target: "_blank" }, title || cite.source) : title || cite.source,
    rest && h("span", { class: "muted" }, `, ${rest}`),
    cite.quote && h("q", {}, cite.quote));
}

function reason(one) {
  return h("li", { class: "reason" },
    h("p", { class: "reason-label" }, one.label, " ", tagList(one.tags), " ", lineLink(one.at)),
    one.text && one.text !== one.label && h("p", {}, one.text),
    one.cites.length > 0 && h("ul", { class: "cites" }, one.cites.map(citation)));
}

function block(title, ...children) {
  return h("section", { class: "block" }, h("h3", {}, title), children);
}

const titleOf = { contradictory: "What contradicts itself", conflict: "Rules in conflict", undetermined: "Still possible" };

function card(trace, errors) {
  const under = trace.under.map(({ policy, version }, index) => [index > 0 && ", ", h("span", { class: "whole" }, `${policy} ${version}`)]);
  return h("div", { class: "card", data: { status: trace.status } },
    h("p", { class: "asked-label" }, trace.label ?? trace.decision),
    h("p", { class: "value", id: "value" }, outcome(trace)),
    h("p", { class: "muted" }, longDay(state.on), under.length > 0 && ", under ", under),
    trace.status === "undetermined" && trace.possible.length > 0 && h("p", {}, `Still possible: ${trace.possible.join(" or ")}`),
    trace.in_force && h("p", {}, trace.in_force),
    trace.fault && h("p", { class: "wrong-text" }, prose(trace.fault.text), " ", lineLink(trace.fault.at)),
    errors.length > 0 && h("p", { class: "wrong-text" }, "Decided without what cannot be read: ",
      [...new Set(errors.map(({ pointer }) => keyOf(pointer.replace("/facts", ""))))].join(", ")),
    trace.reasons.length > 0 && h("ul", { class: "reasons" }, trace.reasons.map(reason)),
    across(trace));
}

/** What it is on the other side of the nearest days. */
function across(trace) {
  if (trace.across.length === 0) return null;
  const type = decisionOf(state.policy, trace.decision)?.type;
  const one = (side) => {
    const day = side.side === "before" ? dayBefore(side.date) : side.date;
    const value = side.value_text ? words(type, side.value_text) : OUTCOMES[side.status] ?? side.status;
    return h("li", {}, h("button", { type: "button", class: "apply", onclick: () => change({ on: day }) },
      side.side === "before" ? `Until ${day}` : `From ${day}`), " ", h("b", {}, value));
  };
  return h("ul", { class: "across", "aria-label": "On other days" }, trace.across.map(one));
}

const dayBefore = (iso) => new Date(Date.parse(`${iso}T00:00Z`) - 86_400_000).toISOString().slice(0, 10);
const factOf = (key) => state.policy.facts.find((fact) => fact.key === key);

function wouldChange(trace) {
  if (trace.what_would.length === 0) return null;
  const type = decisionOf(state.policy, trace.decision)?.type;
  const one = (change_) => {
    const sets = Object.entries(change_.set).map(([key, value]) => {
      const fact = factOf(key);
      return h("span", { class: "set" }, `${fact?.label ?? key}: `, h("b", {}, valueWords(fact?.type, value, state.enums)));
    });
    return h("li", {}, h("span", { class: "sets" }, sets), h("span", { class: "arrow", "aria-hidden": "true" }, "→"),
      h("b", { class: "becomes" }, words(type, change_.value_text)),
      h("button", {
        type: "button", class: "apply", "aria-label": `Apply: ${change_.words.join(" and ")}`,
        onclick: () => apply(change_.set),
      }, "Apply"));
  };
  return block("What would change it", h("ul", { class: "would" }, trace.what_would.map(one)));
}

function apply(set) {
  const { evaluation_date: on, ...facts } = set;
  change({ facts: { ...state.facts, ...facts }, ...(on ? { on } : {}) });
  toast("Put into the form");
}

function drawQuestion(place, { question, open }) {
  if (question === null) {
    fill(place, open.length > 0 && block("What is missing", h("p", { class: "muted" }, "All that can still matter is stated as not known.")));
    return;
  }
  const key = keyOf(question.fact);
  const fact = factOf(key);
  const direct = fact && keyOf(question.fact) === question.fact.replace(/^\//, "");
  const quick = direct && question.type.kind === "yes_no";
  const choices = shown.questions.find((one) => one.fact === question.fact)?.choices ?? [];
  const answer = (value, text) => h("button", { type: "button", class: "apply", onclick: () => change({ facts: { ...state.facts, [key]: value } }) }, text);
  fill(place, block("Next question",
    h("div", { class: "next" },
      h("p", { class: "next-text" }, question.text ?? fact?.label ?? key),
      question.place && h("p", { class: "muted" }, question.place),
      question.judged_by && h("p", { class: "muted" }, `Judged by ${question.judged_by}`),
      choices.length > 0 && h("ul", { class: "choices" }, choices.map((choice) => h("li", {},
        choice.answers.map((one) => ({ true: "yes", false: "no" })[one] ?? one).join(" or "), " → ", h("b", {}, choice.outcome), " ", tagList(choice.tags)))),
      h("p", { class: "next-actions" },
        quick && [answer(true, "Yes"), answer(false, "No")],
        h("button", { type: "button", class: "apply", id: "answer-next", onclick: () => focusFact(key) }, quick ? "Go to the field" : "Answer"),
        direct && answer({ unknown: true }, "Not known"),
        h("span", { class: "muted" }, `${open.length} can still matter`)))));
}

function more(trace) {
  const sections = [
    trace.assumed.length > 0 && h("details", { open: true }, h("summary", {}, `Assumed (${trace.assumed.length})`),
      h("ul", {}, trace.assumed.map((one) => h("li", {}, `${one.fact} = ${one.value}`, one.because && `: ${one.because}`, " ", lineLink(one.at))))),
    trace.notes.length > 0 && h("details", { open: true }, h("summary", {}, `Notes (${trace.notes.length})`),
      h("ul", {}, trace.notes.map((note) => h("li", {}, note.text, " ", tagList(note.clauses))))),
    trace.open_questions.length > 0 && h("details", {}, h("summary", {}, `Open points of interpretation (${trace.open_questions.length})`),
      h("ul", { class: "open-points" }, trace.open_questions.map((one) => h("li", {}, h("p", {}, one.text ?? one.name, " ", tagList(one.clauses)),
        one.reading && h("p", { class: "muted" }, `Reading taken: ${one.reading}`))))),
  ].filter(Boolean);
  return sections.length > 0 && h("section", { class: "block more", "aria-label": "What it rests on" }, sections);
}

function draw({ trace, errors }) {
  const body = byId("answer-body");
  const at = body.scrollTop;
  fill(body,
    h("ul", { class: "decisions", id: "decisions", "aria-label": "Decisions" }),
    card(trace, errors),
    h("div", { id: "next" }),
    wouldChange(trace),
    trace.branches.length > 0 && block(titleOf[trace.status] && trace.status !== "undetermined" ? titleOf[trace.status] : "Why", makeTree(trace)),
    more(trace),
    h("p", { class: "hashes muted" }, trace.hashes && `policy ${trace.hashes.policy.slice(7, 15)} · data ${trace.hashes.data.slice(7, 15)} · facts ${trace.hashes.facts.slice(7, 15)} · enact ${trace.engine}`));
  drawDecisions();
  body.scrollTop = at;
  usesOf(trace);
}

function drawDecisions() {
  const place = byId("decisions");
  if (!place || state.policy.decisions.length < 2) return place?.remove();
  fill(place, state.policy.decisions.map((decision) => {
    const answer = values[decision.name];
    const value = !answer ? "" : answer.status !== "decided" ? OUTCOMES[answer.status] ?? answer.status
      : [].concat(answer.value).map((one) => words(decision.type.kind === "set" ? decision.type.of : decision.type, String(one))).join(", ") || "none of them";
    return h("li", {}, h("button", {
      type: "button", "aria-current": decision.name === state.decision ? "true" : null, data: { decision: decision.name },
      onclick() {
        change({ decision: decision.name });
        byId("decisions")?.querySelector("[aria-current]")?.focus();
      },
    }, h("span", {}, decision.label ?? decision.name), h("b", {}, value)));
  }));
}

function drawProblem(problem) {
  const findings = problem.findings;
  fill(byId("answer-body"), h("div", { class: "card", data: { status: "error" } },
    h("p", { class: "asked-label" }, decisionOf(state.policy, state.decision)?.label ?? state.decision),
    h("p", { class: "value", id: "value" }, "No answer"),
    h("p", {}, findings.length > 0 ? "The text has errors: nothing can be decided with it." : prose(problem.message)),
    problem.help && h("p", { class: "muted" }, prose(problem.help)),
    findings.length > 0 && h("ul", { class: "reasons" }, findings.slice(0, 5).map((finding) => h("li", { class: "reason" },
      prose(finding.message), " ", lineLink(finding.at), finding.help && h("p", { class: "muted" }, prose(finding.help)))))));
  byId("live").textContent = "No answer";
  lastSaid = "";
}

/** Starts. */
export function startAnswer() {
  onChange(["policy"], () => {
    values = {};
    fill(byId("answer-body"), h("p", { class: "muted" }, "Deciding…"));
  });
  onChange(["policy", "decision", "on", "facts", "edits"], () => void update());
}
