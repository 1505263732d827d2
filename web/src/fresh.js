// Whether the server still serves what the page was given: asked again and again while somebody sees the page.

import { api, Problem } from "./api.js";
import { byId, fill, h, toast } from "./dom.js";
import { lookAgain } from "./load.js";
import { onChange, state } from "./state.js";

/** How long after an answer it is asked again. */
const EVERY_MS = 5000;

let timer = 0;

async function ask() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const { hash } = await api.ready();
    if (hash) show(hash !== state.hash);
  } catch (error) {
    // Whatever else is asked says that the server cannot be reached.
    if (!(error instanceof Problem)) throw error;
  }
  clearTimeout(timer);
  timer = setTimeout(ask, EVERY_MS);
}

function show(changed) {
  const place = byId("changed");
  if (changed === place.hasChildNodes()) return;
  fill(place, changed && [h("span", {}, "The policies changed on the server."), h("button", { type: "button", class: "apply", onclick: again }, "Look again")]);
}

async function again({ target: button }) {
  button.disabled = true;
  try {
    await lookAgain();
    byId("answer").focus({ preventScroll: true });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(`Cannot look again: ${error.message}`, "bad");
  } finally {
    button.disabled = false;
  }
}

/** Starts, once the page was given something. */
export function startFresh() {
  onChange(["hash"], () => show(false));
  document.addEventListener("visibilitychange", () => void ask());
  timer = setTimeout(ask, EVERY_MS);
}
