// A link that holds all that is on the page: in its fragment, which no server sees. Facts and edited texts are compressed.

import { byId, toast } from "./dom.js";
import { compared } from "./compare.js";
import { state } from "./state.js";

/** Longer links are cut off by programs that carry them. Edited texts are then left out, and that is said. */
const LONGEST = 16_000;

async function through(bytes, stream) {
  const done = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(done).arrayBuffer());
}

async function pack(value) {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(value)), new CompressionStream("deflate-raw"));
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"))));
}

async function make(edits) {
  const fields = { policy: state.policy.id, decision: state.decision, on: state.on, view: state.view };
  if (state.view === "compare") [fields.from, fields.to] = compared();
  if (state.file) fields.file = state.file;
  fields.case = await pack({ facts: state.facts, edits });
  return `${location.origin}${location.pathname}#${new URLSearchParams(fields)}`;
}

async function share() {
  let link = await make(state.edits);
  let words = "Link copied: it holds the applicant, the day and your edits";
  if (link.length > LONGEST) {
    link = await make({});
    words = "Link copied, without your edits: they are too long for a link";
  }
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    words = words.replace("Link copied", "The link is in the address bar");
  }
  toast(words);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads the link that the page was opened with; nothing where there is none that can be read. */
export async function read() {
  const fields = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (!fields.policy) return null;
  try {
    const { facts, edits } = fields.case ? await unpack(fields.case) : {};
    const texts = Object.fromEntries(Object.entries(isObject(edits) ? edits : {}).filter(([, text]) => typeof text === "string"));
    return { ...fields, facts: isObject(facts) ? facts : {}, edits: texts };
  } catch {
    toast("This link is damaged: it cannot be read", "bad");
    return null;
  }
}

/** Starts. */
export function startLink() {
  byId("share").addEventListener("click", () => void share());
}
