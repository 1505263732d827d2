// The playground: starts its parts, and loads what is looked at first.
//
//   state   what the page is about; every part changes it and is told of changes
//   time    the day            form, fields   the applicant      cases   examples, save as test
//   answer, tree   the answer  editor, codemirror, language   the text    compare   who is affected
//   load    which policy       fresh   whether it changed       link   share       views, look   what is seen

import { api, onTokenNeeded, Problem } from "./api.js";
import { startAnswer } from "./answer.js";
import { startCases } from "./cases.js";
import { compareThese, measured, startCompare } from "./compare.js";
import { byId, fill, h } from "./dom.js";
import { startEditor } from "./editor.js";
import { startForm } from "./form.js";
import { startFresh } from "./fresh.js";
import { read, startLink } from "./link.js";
import { firstOf, lookAt } from "./load.js";
import { startLook } from "./look.js";
import { change, onChange, state } from "./state.js";
import { startTime } from "./time.js";
import { startViews } from "./views.js";

const VIEWS = ["applicant", "answer", "text", "compare"];

/** Asks for the token of the server. */
function askToken(again) {
  return new Promise((resolve) => {
    const input = h("input", { type: "password", id: "token", required: true, autocomplete: "off" });
    const dialog = h("dialog", { "aria-labelledby": "token-title", oncancel: (event) => event.preventDefault() }, h("form", {
      method: "dialog", onsubmit: () => { dialog.remove(); resolve(input.value); },
    }, h("h2", { id: "token-title" }, "This server asks for a token"),
      h("label", { for: "token" }, "Token"), input, again && h("p", { class: "error", role: "alert" }, "That was not the token."),
      h("p", { class: "dialog-actions" }, h("button", { type: "submit", class: "apply" }, "Continue"))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function today() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

async function start() {
  startLook();
  startViews();
  onTokenNeeded(askToken);
  const [list, link] = await Promise.all([api.policies(), read()]);
  startTime();
  startForm();
  startCases();
  startAnswer();
  startEditor();
  startCompare();
  startLink();
  const picker = byId("policy");
  picker.addEventListener("change", () => void lookAt(state.policies.find(({ id }) => id === picker.value)).catch(fail));
  onChange(["policies"], () => fill(picker, state.policies.map((policy) => h("option", { value: policy.id }, policy.title ?? policy.id))));
  onChange(["policies", "policy"], () => (picker.value = state.policy?.id ?? ""));
  change(list);
  startFresh();
  const policy = list.policies.find(({ id }) => id === link?.policy) ?? firstOf(list.policies);
  if (!policy) {
    fill(byId("answer-body"), h("p", {}, "This folder holds no policy."));
    return;
  }
  if (link?.policy === policy.id) {
    const { facts, edits, decision, file = null, view, from, to } = link;
    const on = Number.isNaN(Date.parse(link.on)) ? today() : link.on.slice(0, 10);
    await lookAt(policy, { facts, edits, decision, on, file });
    if (VIEWS.includes(view)) change({ view });
    if (from && to) compareThese([from, to]);
  } else {
    await lookAt(policy);
  }
  performance.mark("enact-interactive");
}

function fail(error) {
  if (!(error instanceof Problem)) throw error;
  fill(byId("answer-body"), h("p", { class: "wrong-text", role: "alert" }, `${error.message}.`));
}

// Read by the end-to-end tests.
window.enactMeasured = measured;
void start().catch(fail);
