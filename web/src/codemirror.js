// CodeMirror as this page uses it. Editors live in shadow roots: their styles are then adopted sheets, which the content security
// policy of the server allows without any inline style.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { h } from "./dom.js";
import { enact } from "./language.js";

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "13px", height: "100%" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--accent)", paddingBlock: "8px" },
  "&.cm-focused": { outline: "none" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--line-active)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selection) !important" },
  ".cm-shown-line": { backgroundColor: "var(--mark)", boxShadow: "inset 3px 0 var(--accent)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--rule)", borderRadius: "6px", maxWidth: "32rem" },
  ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-line", fontFamily: "var(--sans)" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--warn)" },
  ".cm-diagnostic-info": { borderLeft: "4px solid var(--accent)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)" },
  ".cm-panels input, .cm-panels button": { font: "inherit", color: "inherit", backgroundColor: "var(--surface)", backgroundImage: "none", border: "1px solid var(--rule)", borderRadius: "4px" },
  ".cm-searchMatch": { backgroundColor: "var(--mark)" },
  ".cm-selectionMatch": { backgroundColor: "var(--line-active)" },
  ".cm-matchingBracket": { backgroundColor: "var(--mark) !important", color: "inherit" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "var(--removed) !important" },
  "&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine": { backgroundColor: "var(--added) !important" },
  "&.cm-merge-a .cm-changedText": { background: "var(--removed-strong) !important" },
  "&.cm-merge-b .cm-changedText": { background: "var(--added-strong) !important" },
  ".cm-deletedLine del": { textDecoration: "none" },
  ".cm-deletedText": { background: "var(--removed-strong) !important" },
  ".cm-changedText, .cm-changedText *, .cm-deletedLine, .cm-deletedLine *": { color: "var(--ink) !important" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"⋯" !important' },
  ".cm-collapsedLines": { background: "var(--raised) !important", color: "var(--muted)" },
});

/** A line that something else points at. */
const setShownLine = StateEffect.define();
const shownLine = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setShownLine)) {
        if (effect.value === null) return Decoration.none;
        return Decoration.set([Decoration.line({ class: "cm-shown-line" }).range(effect.value)]);
      }
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const shared = [lineNumbers(), theme, enact, drawSelection(), EditorView.lineWrapping];

/** Makes a place with a shadow root for an editor. */
function house(host) {
  const inner = h("div", { class: "editor-host" });
  host.append(inner);
  return { inner, root: inner.attachShadow({ mode: "open" }) };
}

/** A text to work on. `changed` is told every new text. */
export function makeEditor(host, { changed }) {
  const { root } = house(host);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":host{display:block;height:100%} div.cm-editor{height:100%}");
  root.adoptedStyleSheets = [sheet];
  const states = new Map();
  let path = null;
  let quiet = false;
  const extensions = (name) => [
    ...shared, history(), bracketMatching(), highlightActiveLine(), highlightSelectionMatches(), lintGutter(), shownLine,
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap]),
    EditorView.contentAttributes.of({ "aria-label": `Text of ${name}`, tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !quiet) changed(path, update.state.doc.toString());
    }),
  ];
  const view = new EditorView({ parent: root, root });
  return {
    /** Shows a text; each keeps its history until `forget`. */
    open(name, text) {
      if (path !== null) states.set(path, view.state);
      path = name;
      const kept = states.get(name);
      const keeps = kept?.doc.toString() === text;
      view.setState(keeps ? kept : EditorState.create({ doc: text, extensions: extensions(name) }));
    },
    /** Puts another text in the place of this one, as one step that can be undone; the caret stays where it was. */
    replace(text, silent = false) {
      const old = view.state.doc.toString();
      if (old === text) return;
      let start = 0;
      while (start < old.length && start < text.length && old[start] === text[start]) start += 1;
      let end = 0;
      while (end < old.length - start && end < text.length - start && old.at(-1 - end) === text.at(-1 - end)) end += 1;
      quiet = silent;
      view.dispatch({ changes: { from: start, to: old.length - end, insert: text.slice(start, text.length - end) } });
      quiet = false;
    },
    forget() {
      states.clear();
      path = null;
    },
    /** Shows what is wrong: `from` and `to` are offsets. */
    diagnose(diagnostics) {
      const end = view.state.doc.length;
      const inside = diagnostics.map((one) => ({ ...one, from: Math.min(one.from, end), to: Math.min(Math.max(one.to, one.from), end) }));
      view.dispatch(setDiagnostics(view.state, inside));
    },
    /** Marks a line, brings it into sight, and puts the caret there. */
    showLine(line, column, focus) {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({
        selection: { anchor: Math.min(at.from + column - 1, at.to) },
        effects: [setShownLine.of(at.from), EditorView.scrollIntoView(at.from, { y: "center" })],
      });
      if (focus) view.focus();
    },
    focus: () => view.focus(),
    text: () => view.state.doc.toString(),
  };
}

const still = [...shared, EditorState.readOnly.of(true)];
const said = (words) => EditorView.contentAttributes.of({ "aria-label": words, tabindex: "0" });

/** Shows two texts beside each other, or, where there is no room, as one. */
export function makeComparison(host, before, after, [beforeWords, afterWords], wide) {
  host.replaceChildren();
  const { root } = house(host);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":host{display:block} .cm-mergeView{max-height:32rem;overflow:auto} .cm-mergeView .cm-editor{font-size:12px}");
  root.adoptedStyleSheets = [sheet];
  const collapseUnchanged = { margin: 2, minSize: 6 };
  if (wide) {
    return new MergeView({
      a: { doc: before, extensions: [...still, said(beforeWords)] }, b: { doc: after, extensions: [...still, said(afterWords)] },
      parent: root, root, collapseUnchanged, gutter: false,
    });
  }
  return new EditorView({
    doc: after, parent: root, root,
    extensions: [...still, said(afterWords), unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged, gutter: false })],
  });
}
