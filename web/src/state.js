// What the page is about: one policy, day and applicant, and the texts as edited. Whoever shows it is told of changes.

/** The parts that may change. */
export const state = {
  /** The hash of all that the page was given by the server. */
  hash: null,
  /** All policies, and the enums that their facts use. */
  policies: [],
  enums: {},
  /** The policy looked at, a member of `policies`. */
  policy: null,
  /** The name of the decision looked at. */
  decision: null,
  /** The day, `2024-12-24`. */
  on: "",
  /** What is stated, as a facts file has it. */
  facts: {},
  /** The texts as served, and as edited where they differ, by path. */
  served: {},
  edits: {},
  /** The text that is shown. */
  file: null,
  /** Declared tests of the policy, as cases. */
  tests: [],
  view: "answer",
};

const listeners = new Map();

/** Calls `listener` after any of these parts changed. */
export function onChange(parts, listener) {
  for (const part of parts) listeners.set(part, [...(listeners.get(part) ?? []), listener]);
}

/** Changes parts, and tells whom it concerns, each once. */
export function change(parts) {
  Object.assign(state, parts);
  const told = new Set(Object.keys(parts).flatMap((part) => listeners.get(part) ?? []));
  for (const listener of told) listener(parts);
}

/** Edited texts as requests take them; nothing when all is as served. */
export function overlay() {
  return Object.keys(state.edits).length > 0 ? state.edits : undefined;
}

/** The version in force on the day. */
export function versionOn(policy, on) {
  return policy.versions.findLast(({ from, until }) => from.slice(0, 10) <= on && (until === null || on < until.slice(0, 10))) ?? null;
}

export const decisionOf = (policy, name) => policy.decisions.find((decision) => decision.name === name) ?? null;

/** Paths in records begin with the name of the policies folder; those of texts do not. */
export function localPath(path) {
  const known = { ...state.served, ...state.edits };
  if (path in known) return path;
  const inside = path.slice(path.indexOf("/") + 1);
  return inside in known ? inside : null;
}

const sorted = (value) => (Array.isArray(value) || value === null || typeof value !== "object" ? value
  : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)])));

/** Whether two values of JSON are the same, whatever the order of keys. */
export const sameJson = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
