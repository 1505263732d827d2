// How the language is coloured: word by word, as `build.mjs` reads the words from the grammar.

import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

/* global DECLARATIONS, WORDS */
const declarations = new Set(DECLARATIONS);
const words = new Set(WORDS);
const values = new Set(["yes", "no", "none", "unknown"]);

function token(stream, state) {
  if (stream.sol()) state.fresh = true;
  if (stream.eatSpace()) return null;
  const first = state.fresh;
  if (stream.match(/^#.*/)) return "comment";
  state.fresh = false;
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
  // Tags of clauses: `[FLAG-02, IRPR-26]`.
  if (stream.match(/^\[[A-Z][^\]\n]*\]/)) return "labelName";
  if (stream.match(/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?/) || stream.match(/^\d[\d_]*(\.\d+)?/)) return "number";
  const word = stream.match(/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*/i)?.[0];
  if (word) {
    if (word === "yes" && stream.match(/^\/no\b/)) return "typeName";
    // A declaration begins its line, if need be after the verb of an amendment.
    if (declarations.has(word) && (first || state.verb)) {
      state.verb = false;
      return "definitionKeyword";
    }
    state.verb = first && ["insert", "replace", "repeal"].includes(word);
    if (state.verb) return "definitionKeyword";
    if (values.has(word)) return "atom";
    return words.has(word) ? "keyword" : "variableName";
  }
  stream.next();
  return null;
}

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.atom, color: "var(--code-number)" },
  { tag: tags.keyword, color: "var(--code-word)" },
  { tag: tags.definitionKeyword, color: "var(--code-declaration)", fontWeight: "600" },
  { tag: tags.typeName, color: "var(--code-word)" },
  { tag: tags.labelName, color: "var(--code-tag)" },
]);

/** The language, for an editor. */
export const enact = [
  StreamLanguage.define({ name: "enact", startState: () => ({ fresh: true, verb: false }), token, languageData: { commentTokens: { line: "#" } } }),
  syntaxHighlighting(colours),
];
