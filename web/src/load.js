// Which policy is looked at: its texts and tests come first, then all of the page changes at once.

import { api } from "./api.js";
import { firstCase, partsOf } from "./cases.js";
import { change, decisionOf } from "./state.js";

let wanted = null;

/** Looks at a policy: with these parts of the state, or else with its first example. */
export async function lookAt(policy, parts = null) {
  wanted = policy;
  const [text, { tests }] = await Promise.all([api.text(policy.id), api.tests(policy.id)]);
  if (wanted !== policy) return;
  const served = Object.fromEntries(text.files.filter((file) => file.text !== null).map((file) => [file.path, file.text]));
  const first = firstCase(policy, tests);
  const start = { decision: policy.decisions.at(-1)?.name ?? null, facts: {}, on: policy.versions.at(-1).from.slice(0, 10) };
  const { decision, ...rest } = parts ?? (first ? partsOf(policy, first) : {});
  change({
    policy, served, tests, edits: {}, file: null, ...start, ...rest,
    ...(decision && decisionOf(policy, decision) ? { decision } : {}),
  });
}
