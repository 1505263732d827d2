// The Compare pane: two versions, or the texts as served and as edited. Who is affected, with an applicant to try; what changed
// in the text; both texts beside each other.

import { api, latest, Problem } from "./api.js";
import { makeComparison } from "./codemirror.js";
import { byId, fill, h, plural, prose, toast } from "./dom.js";
import { valueWords } from "./fields.js";
import { goTo } from "./editor.js";
import { lookAt } from "./load.js";
import { change, onChange, overlay, state, versionOn } from "./state.js";

const EDIT = "edit";
/** Two texts need this many pixels beside each other; with less, they are shown as one. */
const SIDE_BY_SIDE = 600;
const SIGNS = { added: "+", removed: "−", changed: "~" };
const comparing = latest();

let from;
let to;
let body;
let stale = true;
/** The policy that is compared. */
let compares = null;
/** How long the last comparison took until it was shown, in milliseconds: read by tests. */
export const measured = { diff: null };

function drawPickers() {
  const versions = state.policy.versions.map(({ version }) => version);
  const edited = overlay() !== undefined;
  const option = (value, words) => h("option", { value }, words);
  const kept = [from.value, to.value];
  fill(from, versions.map((version) => option(version, version)), edited && option(EDIT, "as served"));
  fill(to, versions.map((version) => option(version, version)), edited && option(EDIT, "my edit"));
  const now = versionOn(state.policy, state.on)?.version ?? versions.at(-1);
  const before = versions[Math.max(versions.indexOf(now) - 1, 0)];
  const pick = (select, value, other) => (select.value = [...select.options].some((one) => one.value === value) ? value : other);
  if (edited && !kept.includes(EDIT)) {
    from.value = to.value = EDIT;
  } else {
    pick(from, kept[0], before);
    pick(to, kept[1], now);
  }
  if ((from.value === EDIT) !== (to.value === EDIT)) from.value = to.value = edited ? EDIT : before;
}

function sides() {
  const id = state.policy.id;
  if (from.value === EDIT) return { old: id, new: id, policies: overlay() };
  return { old: `${id}@${from.value}`, new: `${id}@${to.value}` };
}

async function run() {
  if (!state.policy || !stale || byId("compare").offsetParent === null) return;
  stale = false;
  const begun = performance.now();
  body.setAttribute("aria-busy", "true");
  if (from.value === to.value && from.value !== EDIT) {
    fill(body, h("p", { class: "muted" }, state.policy.versions.length < 2 && !overlay()
      ? "There is one version only. Edit its text, and see here who is affected."
      : "Choose two versions, or edit a text to see who is affected by your edit."));
    body.removeAttribute("aria-busy");
    return;
  }
  const asked = sides();
  try {
    const answer = await comparing((signal) => api.diff(asked, signal));
    if (answer === undefined) return;
    draw([].concat(answer));
    measured.diff = performance.now() - begun;
    void beside(asked);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    fill(body, h("p", { class: "wrong-text" }, error.findings.length > 0 ? "The edited text has errors: correct them to see who is affected." : error.message));
  }
  body.removeAttribute("aria-busy");
}

function draw(diffs) {
  const groups = diffs.flatMap((diff) => diff.transitions.flatMap((transition) => transition.groups.map((group) => ({ diff, transition, group }))));
  const edits = diffs.flatMap((diff) => diff.edits);
  const complete = diffs.every((diff) => diff.complete);
  const rest = complete ? "Everybody else is provably treated as before." : "Not everything could be settled for everybody.";
  const summary = groups.length === 0
    ? complete ? "Nobody is affected: proved." : "Nobody was found who is affected, and not everything could be settled."
    : `${plural(groups.length, "group")} of people ${groups.length === 1 ? "is" : "are"} affected. ${rest}`;
  fill(body,
    h("p", { class: "summary", id: "summary" }, summary),
    diffs.flatMap((diff) => [...diff.gaps, ...diff.notes]).map((said) => h("p", { class: "muted" }, prose(said))),
    groups.length > 0 && h("section", { class: "block", "aria-label": "Who is affected" }, h("h3", {}, "Who is affected"), h("ol", { class: "groups" }, groups.map(drawGroup))),
    edits.length > 0 && h("section", { class: "block" }, h("h3", {}, "What changed in the text"), h("ul", { class: "edits" }, edits.map(drawEdit))),
    h("section", { class: "block", id: "beside", "aria-label": "Both texts" }));
}

/** Of whom the words of a group speak. */
function of(transition, group) {
  const whom = { old_outcome: `Of those with ${transition.from} before`, new_outcome: `Of those with ${transition.to} now` }[group.context] ?? "Of everybody";
  return `${whom}${group.after.length > 0 ? `, without those of group ${group.after.join(", ")}` : ""}:`;
}

function drawGroup({ diff, transition, group }) {
  const { witness } = group;
  const elsewhere = transition.policy !== state.policy.id;
  const label = diff.decisions.find((one) => one.name === transition.decision && one.policy === transition.policy)?.label ?? transition.decision;
  return h("li", { class: "group" },
    h("p", { class: "group-head" }, h("span", { class: "number" }, String(group.number)), h("span", { class: "group-label" }, label), elsewhere && h("span", { class: "mark" }, transition.policy),
      h("span", { class: "flip" }, h("span", {}, transition.from), h("span", { "aria-label": "becomes" }, "→"), h("b", {}, transition.to))),
    h("p", { class: "muted" }, "Because of ", group.cause.map((cause, index) => [index > 0 && ", ", h("code", {}, cause.rule), " ", cause.citation.map((tag) => h("span", { class: "tag" }, tag))])),
    h("p", { class: "muted" }, of(transition, group)),
    h("ul", { class: "regions" }, group.regions.slice(0, 4).map((region) => h("li", {}, region.words)),
      group.regions.length > 4 && h("li", { class: "muted" }, `and ${group.regions.length - 4} more`)),
    witness && h("div", { class: "witness" },
      h("dl", {}, Object.entries(witness.facts).filter(([key]) => key !== "evaluation_date").map(([key, value]) => {
        const fact = state.policies.find(({ id }) => id === transition.policy)?.facts.find((one) => one.key === key);
        return h("div", { class: witness.changed_from_baseline.includes(key) ? "telling" : null },
          h("dt", {}, fact?.label ?? key), h("dd", {}, valueWords(fact?.type, value, state.enums)));
      })),
      h("button", { type: "button", class: "apply try", "aria-label": `Try this applicant of group ${group.number}`, onclick: () => tryIt(diff, transition, witness) }, "Try this applicant")));
}

function drawEdit(edit) {
  const span = edit.new_span ?? edit.old_span;
  const [, file, line, column] = span?.match(/^(.*):(\d+):(\d+)$/) ?? [];
  return h("li", { data: { change: edit.change }, class: edit.meaning ? null : "words-only" },
    h("span", { class: "sign", "aria-label": edit.change }, SIGNS[edit.change]),
    h("span", {}, h("code", {}, `${edit.kind} ${edit.name}`), " ", edit.clauses.map((tag) => h("span", { class: "tag" }, tag)),
      edit.label && edit.label !== edit.name && h("span", { class: "muted" }, ` ${edit.label}`),
      edit.details.map((detail) => h("code", { class: "detail" }, detail))),
    file && h("button", { type: "button", class: "line", onclick: () => goTo(file, Number(line), Number(column)) }, `${file.split("/").at(-1)}:${line}`));
}

/** Puts an applicant into the form, on a day on which the new text is in force. */
function tryIt(diff, transition, witness) {
  const { evaluation_date: day, ...facts } = witness.facts;
  const policy = state.policies.find(({ id }) => id === transition.policy);
  if (!policy) return;
  const version = state.policy.versions.find((one) => one.version === diff.new.version);
  const on = version?.from.slice(0, 10) ?? day ?? state.on;
  const parts = { decision: transition.decision, facts, on };
  if (policy === state.policy) change({ ...parts, view: "answer" });
  else void lookAt(policy, parts).then(() => change({ view: "answer" }), (error) => toast(error.message, "bad"));
}

/** Both texts: those of the versions with amendments applied; of an edit, the files that were edited. */
async function beside(asked) {
  const place = byId("beside");
  const wide = place.clientWidth >= SIDE_BY_SIDE;
  try {
    if (asked.policies) {
      fill(place, h("h3", {}, "Both texts"));
      for (const path of Object.keys(asked.policies)) {
        const host = h("div", { class: "merge" });
        place.append(h("p", { class: "muted" }, path), host);
        makeComparison(host, state.served[path] ?? "", asked.policies[path], [`${path} as served`, `${path} as edited`], wide);
      }
      return;
    }
    const [before, after] = await Promise.all([asked.old, asked.new].map((name) => api.text(name)));
    if (!before.consolidated || !after.consolidated || byId("beside") !== place) return;
    const host = h("div", { class: "merge" });
    fill(place, h("h3", {}, "Both texts, amendments applied"), host);
    makeComparison(host, before.consolidated, after.consolidated, [`Text of ${asked.old}`, `Text of ${asked.new}`], wide);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

/** Which two are compared, for a link. */
export const compared = () => [from.value, to.value];

export function compareThese([before, after]) {
  from.value = before;
  to.value = after;
  stale = true;
  void run();
}

/** Starts. */
export function startCompare() {
  const changed = () => {
    if ((from.value === EDIT) !== (to.value === EDIT)) {
      const moved = document.activeElement === from ? from : to;
      const other = moved === from ? to : from;
      if (moved.value === EDIT) other.value = EDIT;
      else other.value = moved.value;
    }
    stale = true;
    void run();
  };
  from = h("select", { id: "from", onchange: changed });
  to = h("select", { id: "to", onchange: changed });
  body = h("div", { class: "pane-body", id: "compare-body" });
  byId("compare").append(h("header", { class: "pane-head" }, h("h2", { class: "visually-hidden" }, "Compare"),
    h("label", { for: "from" }, "From"), from, h("label", { for: "to" }, "to"), to), body);
  onChange(["policy"], () => {
    // Looked at again, the same two are compared.
    if (compares !== state.policy.id) [from, to].forEach((select) => fill(select));
    compares = state.policy.id;
  });
  onChange(["policy", "edits"], () => {
    drawPickers();
    stale = true;
    void run();
  });
  onChange(["view"], () => void run());
}
