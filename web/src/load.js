// Which policy is looked at: its texts and tests come first, then all of the page changes at once.

import { api } from "./api.js";
import { firstCase, partsOf } from "./cases.js";
import { toast } from "./dom.js";
import { change, decisionOf, state } from "./state.js";

/** What is looked at where nothing says so, if it is there. */
const FIRST = "flagpoling";

let wanted = null;

/** What is looked at where nothing else is asked for; nothing where there is no policy. */
export const firstOf = (policies) => policies.find(({ id }) => id === FIRST) ?? policies[0] ?? null;

/** Reads the texts and tests of a policy; nothing where another one was asked for meanwhile. */
async function read(policy) {
  wanted = policy;
  const [text, { tests }] = await Promise.all([api.text(policy.id), api.tests(policy.id)]);
  if (wanted !== policy) return null;
  const served = Object.fromEntries(text.files.filter((file) => file.text !== null).map((file) => [file.path, file.text]));
  return { policy, served, tests };
}

/** Looks at a policy: with these parts of the state, or else with its first example. A list takes the place of the one there is. */
export async function lookAt(policy, parts = null, list = {}) {
  const texts = await read(policy);
  if (texts === null) return;
  const first = firstCase(policy, texts.tests);
  const start = { decision: policy.decisions.at(-1)?.name ?? null, facts: {}, on: policy.versions.at(-1).from.slice(0, 10) };
  const { decision, ...rest } = parts ?? (first ? partsOf(policy, first) : {});
  change({
    ...list, ...texts, edits: {}, file: null, ...start, ...rest,
    ...(decision && decisionOf(policy, decision) ? { decision } : {}),
  });
}

/** Looks again at what is served, for the same applicant and day, with the same edits. */
export async function lookAgain() {
  const list = await api.policies();
  const policy = list.policies.find(({ id }) => id === state.policy?.id);
  if (!policy) {
    if (state.policy) toast(`${state.policy.title ?? state.policy.id} is not served any more`);
    const first = firstOf(list.policies);
    return first ? lookAt(first, null, list) : change(list);
  }
  const texts = await read(policy);
  if (texts === null) return;
  // An edit that is served by now is none any more.
  const edits = Object.fromEntries(Object.entries(state.edits).filter(([path, text]) => texts.served[path] !== text));
  const decision = decisionOf(policy, state.decision) ? state.decision : policy.decisions.at(-1)?.name ?? null;
  change({ ...list, ...texts, edits, decision });
}
