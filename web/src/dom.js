// Elements, and words for dates and values: no element is ever made of a text that came from elsewhere.

let ids = 0;

/** Returns an id that no other element has. */
export const newId = (prefix) => `${prefix}-${++ids}`;

/** Makes an element. `on…` are listeners, `data` is the dataset, `false` and `null` leave an attribute out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value" || name === "checked" || name === "selected" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Puts other children in the place of those of an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/** A message as people read it: what stands between backticks is code. */
export function prose(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));
}

export const byId = (id) => document.getElementById(id);

/** Calls `work` once nothing was asked for `wait` milliseconds. */
export function debounce(work, wait) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), wait);
  };
}

/** Says something for a moment, to all. */
export function toast(text, kind = "note") {
  const shown = h("p", { class: `toast ${kind}` }, text);
  fill(byId("toasts"), shown);
  setTimeout(() => shown.remove(), 5000);
}

/** Hands a text over as a file, wherever the browser puts those. */
export function download(name, text) {
  // No type of text: browsers would put its own ending after the name.
  const address = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  h("a", { href: address, download: name }).click();
  // The browser has begun to read it by then, and holds it until it is done.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const DAY_MS = 86_400_000;
const dayWords = new Intl.DateTimeFormat("en-GB", {
  weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
});

/** Days since 1970-01-01. */
export const dayNumber = (iso) => Math.round(Date.parse(`${iso.slice(0, 10)}T00:00Z`) / DAY_MS);
export const isoDay = (number) => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** `Tuesday 24 December 2024`. */
export function longDay(iso) {
  const time = Date.parse(`${iso.slice(0, 10)}T00:00Z`);
  return Number.isNaN(time) ? iso : dayWords.format(time).replace(",", "");
}

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
