// The Text pane: which file, the editor with what `check` finds while somebody types, Format, Revert, Download.

import { api, latest, Problem } from "./api.js";
import { makeEditor } from "./codemirror.js";
import { byId, debounce, download, fill, h, plural, prose, toast } from "./dom.js";
import { change, localPath, onChange, overlay, state, versionOn } from "./state.js";

const SEVERITIES = { error: "error", warning: "warning", note: "info", info: "info" };
/** How long nothing is typed before a text is decided with and checked, and before all analyses run. */
const TYPED_MS = 250;
const ANALYSED_MS = 1500;

let editor;
let picker;
let problems;
let revert;
let findings = [];
/** What all analyses find in the texts as served; nothing before they ran. */
let asServed = null;
/** Whether somebody chose the file: else it is that of the version in force. */
let chosen = false;
/** The policy whose texts are open. */
let shown = null;
const checking = latest();

/** The text of a file as it stands. */
export const textOf = (path) => state.edits[path] ?? state.served[path] ?? "";

/** The number of UTF-16 units before a number of bytes. */
function unitsAt(text, bytes) {
  let seen = 0;
  let units = 0;
  for (const letter of text) {
    if (seen >= bytes) break;
    const point = letter.codePointAt(0);
    seen += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    units += letter.length;
  }
  return units;
}

function edited(path, text) {
  const edits = { ...state.edits };
  if (text === state.served[path]) delete edits[path];
  else edits[path] = text;
  change({ edits });
}

const typed = debounce(edited, TYPED_MS);

async function check(level) {
  const policies = overlay();
  // What is served has no errors, and all else that is found in it stays the same.
  if (!policies && (asServed !== null || level === "errors")) {
    await checking(async () => null);
    findings = asServed ?? [];
    return drawFindings();
  }
  try {
    const answer = await checking((signal) => api.check({ level, policies }, signal));
    if (answer === undefined) return;
    findings = answer.findings;
    if (!policies) asServed = findings;
    drawFindings();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    findings = error.findings;
    drawFindings(findings.length === 0 ? error.message : null);
  }
}

const analyse = debounce(() => void check("full"), ANALYSED_MS);

function drawFindings(failure = null) {
  const text = textOf(state.file);
  const here = findings.filter((finding) => finding.at && localPath(finding.at.file) === state.file);
  editor.diagnose(here.map((finding) => ({
    from: unitsAt(text, finding.at.bytes[0]), to: unitsAt(text, finding.at.bytes[1]),
    severity: SEVERITIES[finding.severity] ?? "info", source: finding.code,
    message: [finding.message, finding.label, finding.help && `→ ${finding.help}`].filter(Boolean).join("\n"),
  })));
  const known = findings.filter((finding) => !finding.at || localPath(finding.at.file) !== null);
  const shown = known.filter((finding) => finding.severity !== "note" || !finding.at || localPath(finding.at.file) === state.file);
  const count = (severity) => known.filter((finding) => finding.severity === severity).length;
  const [errors, warnings] = [count("error"), count("warning")];
  problems.dataset.worst = errors > 0 ? "error" : warnings > 0 ? "warning" : "none";
  fill(problems,
    h("summary", {}, failure ?? (errors + warnings === 0 ? "No errors" : [errors && plural(errors, "error"), warnings && plural(warnings, "warning")].filter(Boolean).join(", "))),
    shown.length > 0 && h("ul", {}, shown.slice(0, 30).map((finding) => h("li", { data: { severity: finding.severity } },
      finding.at && h("button", { type: "button", class: "line", onclick: () => goTo(finding.at.file, finding.at.line, finding.at.column) },
        `${localPath(finding.at.file)?.split("/").at(-1)}:${finding.at.line}`),
      " ", prose(finding.message), finding.help && h("span", { class: "muted" }, " – ", prose(finding.help)), " ",
      h("a", { href: `/docs/errors/${finding.code}`, target: "_blank", rel: "noreferrer" }, finding.code)))));
}

async function format() {
  const path = state.file;
  try {
    const { text, changed } = await api.format({ text: editor.text(), path });
    if (path !== state.file) return;
    editor.replace(text);
    toast(changed ? "Laid out" : "Laid out already");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast("Cannot be laid out while it has errors", "bad");
  }
}

function drawPicker() {
  const paths = [...new Set([...Object.keys(state.served), ...Object.keys(state.edits)])];
  const groups = new Map();
  for (const path of paths) {
    const kind = path.endsWith(".csv") ? "Data" : path.startsWith(`${state.policy.id}/`) || path === `${state.policy.id}.enact` ? state.policy.title ?? state.policy.id : "Used";
    groups.set(kind, [...(groups.get(kind) ?? []), path]);
  }
  fill(picker, [...groups].map(([kind, members]) => h("optgroup", { label: kind },
    members.map((path) => h("option", { value: path }, path + (path in state.edits ? " *" : ""))))));
  picker.value = state.file;
  revert.disabled = !(state.file in state.edits);
}

function follow() {
  const version = state.policy && versionOn(state.policy, state.on);
  const file = version?.file ?? state.policy?.versions.at(-1)?.file;
  if ((!chosen || localPath(state.file ?? "") === null) && file && file !== state.file && file in state.served) change({ file });
}

/** Shows a line of a file; `path` as records have it. */
export function goTo(path, line, column = 1) {
  const file = localPath(path);
  if (file === null) {
    toast(`${path} is not part of this policy`);
    return;
  }
  change({ file, view: "text" });
  editor.showLine(line, column, false);
}

/** Shows the last lines of a file that somebody asked for. */
export function openEnd(path) {
  chosen = true;
  change({ file: path, view: "text" });
  editor.showLine(Number.MAX_SAFE_INTEGER, 1, true);
}

/** Starts. */
export function startEditor() {
  picker = h("select", { id: "file", "aria-label": "File", onchange: () => { chosen = true; change({ file: picker.value }); } });
  revert = h("button", { type: "button", class: "quiet", id: "revert", onclick: () => {
    const edits = { ...state.edits };
    delete edits[state.file];
    const gone = !(state.file in state.served);
    change({ edits, ...(gone ? { file: state.policy.versions.at(-1).file } : {}) });
    editor.replace(textOf(state.file), true);
  } }, "Revert");
  problems = h("details", { class: "problems", id: "problems" }, h("summary", {}, "No errors"));
  const host = h("div", { class: "editor" });
  byId("text").append(
    h("header", { class: "pane-head" }, h("h2", { class: "visually-hidden" }, "Text"), picker,
      h("button", { type: "button", class: "quiet", id: "format", onclick: () => void format() }, "Format"), revert,
      h("button", { type: "button", class: "quiet", id: "download", onclick: () => download(state.file.split("/").at(-1), editor.text()) }, "Download")),
    host, problems);
  editor = makeEditor(host, { changed: typed });
  onChange(["hash"], () => (asServed = null));
  onChange(["policy"], (parts) => {
    findings = [];
    // Looked at again, it goes on.
    if (shown === state.policy.id) return;
    shown = state.policy.id;
    chosen = Boolean(parts.file);
    editor.forget();
  });
  onChange(["policy", "served", "file"], () => {
    if (!state.file) return;
    editor.open(state.file, textOf(state.file));
    drawFindings();
  });
  onChange(["policy", "served", "file", "edits"], () => state.file && drawPicker());
  onChange(["on", "served"], follow);
  onChange(["edits"], () => {
    if (state.file) editor.replace(textOf(state.file), true);
    void check("errors");
    analyse();
  });
}
