// Light or dark: as the system says, until somebody chooses.

import { byId } from "./dom.js";

const KEY = "enact-look";
const NEXT = { auto: "light", light: "dark", dark: "auto" };
const WORDS = { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" };

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Starts. */
export function startLook() {
  const button = byId("look");
  let look = kept() in NEXT ? kept() : "auto";
  const show = () => {
    document.documentElement.dataset.look = look;
    button.textContent = WORDS[look];
    button.setAttribute("aria-label", `Colours: ${look}`);
  };
  button.addEventListener("click", () => {
    look = NEXT[look];
    try {
      localStorage.setItem(KEY, look);
    } catch {
      // Kept for this page alone.
    }
    show();
  });
  show();
}
