// Which panes are seen: on a wide page the applicant, the answer, and one of text and comparison; on a narrow one, one of all.

import { byId, h } from "./dom.js";
import { change, onChange, state } from "./state.js";

const VIEWS = { applicant: "Applicant", answer: "Answer", text: "Text", compare: "Compare" };

/** The pane beside the answer: the last of the two that was asked for. */
let side = "text";

/** Starts. */
export function startViews() {
  const buttons = Object.entries(VIEWS).map(([view, words]) =>
    h("button", { type: "button", data: { to: view }, onclick: () => change({ view }) }, words));
  byId("views").append(...buttons);
  const show = () => {
    if (state.view === "text" || state.view === "compare") side = state.view;
    document.body.dataset.view = state.view;
    document.body.dataset.side = side;
    for (const button of buttons) {
      const { to } = button.dataset;
      button.setAttribute("aria-pressed", String(to === state.view || to === side && isWide()));
    }
  };
  const isWide = () => matchMedia("(min-width: 75rem)").matches;
  matchMedia("(min-width: 75rem)").addEventListener("change", show);
  onChange(["view"], show);
  show();
}
