// The day of the decision: a date field, a slider over the versions, and a button for the start of each.

import { byId, dayNumber, fill, h, isoDay, longDay } from "./dom.js";
import { change, onChange, state, versionOn } from "./state.js";

/** Days of the slider before the first version and after the start of the last. */
const MARGIN_DAYS = 60;
const AFTER_DAYS = 365;

let date;
let slider;
let said;
let starts = [];

const startOf = (version) => version.from.slice(0, 10);

function build() {
  const { versions } = state.policy;
  const first = dayNumber(startOf(versions[0])) - MARGIN_DAYS;
  const last = Math.max(dayNumber(startOf(versions.at(-1))) + AFTER_DAYS, dayNumber(state.on) + MARGIN_DAYS);
  date = h("input", { type: "date", id: "on", required: true, oninput: () => date.value && change({ on: date.value }) });
  slider = h("input", {
    type: "range", class: "slider", min: first, max: last, step: 1, "aria-label": "Day, over all versions",
    oninput: () => change({ on: isoDay(Number(slider.value)) }),
    onkeydown(event) {
      // A page is a version: to the day on which the next starts, or back to the day before this one does.
      const step = event.key === "PageUp" ? 1 : event.key === "PageDown" ? -1 : 0;
      if (step === 0) return;
      event.preventDefault();
      const days = versions.map(startOf);
      const next = step > 0 ? days.find((day) => day > state.on) : days.findLast((day) => day <= state.on);
      if (next) change({ on: step > 0 ? next : isoDay(dayNumber(next) - 1) });
    },
  });
  const ticks = h("div", { class: "ticks-line", "aria-hidden": "true" }, versions.map((version) => {
    const tick = h("span", {});
    tick.style.insetInlineStart = `${((dayNumber(startOf(version)) - first) / (last - first)) * 100}%`;
    return tick;
  }));
  starts = versions.map((version) => h("button", {
    type: "button", class: "version", title: version.announced ? `Announced ${version.announced}` : null,
    onclick: () => change({ on: startOf(version) }),
  }, version.version));
  const step = (days, sign, words) => h("button", {
    type: "button", class: "quiet step", "aria-label": words, title: words, onclick: () => change({ on: isoDay(dayNumber(state.on) + days) }),
  }, sign);
  said = h("span", { class: "day-words" });
  fill(byId("time"),
    h("div", { class: "day" }, step(-1, "‹", "One day earlier"), h("label", { class: "visually-hidden", for: "on" }, "Day of the decision"), date,
      step(1, "›", "One day later"), said),
    h("div", { class: "track" }, slider, ticks),
    h("div", { class: "versions", role: "group", "aria-label": "Versions, by their first day" }, starts));
  draw();
}

function draw() {
  if (date.value !== state.on) date.value = state.on;
  slider.value = dayNumber(state.on);
  slider.setAttribute("aria-valuetext", longDay(state.on));
  said.textContent = longDay(state.on);
  const current = versionOn(state.policy, state.on);
  starts.forEach((button, index) => button.setAttribute("aria-pressed", state.policy.versions[index] === current));
}

/** Starts. */
export function startTime() {
  onChange(["policy"], build);
  onChange(["on"], () => state.policy && draw());
}
