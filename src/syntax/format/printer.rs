//! The printer: documents for the `pretty` crate, with places where comments go.
//!
//! A declaration is printed once to learn its anchors and, if it holds comments, once more with the comments attached:
//! the same code names the anchors in the same order both times, so a comment needs no other key than a number.

use std::cell::RefCell;

use pretty::{Arena, Doc as RawDoc, DocAllocator as _, DocBuilder};

use super::comments::{Anchor, Attached, Comment, Role, Scan};
use crate::source::Span;

/// The width that lines keep to where they can be broken.
pub(super) const WIDTH: usize = 100;
/// The blanks of one level.
pub(super) const INDENT: isize = 4;

/// A document: text that knows where it may be broken.
pub(super) type Doc<'a> = DocBuilder<'a, Arena<'a>>;

/// Builds the documents of one declaration.
pub(super) struct Printer<'a> {
    arena: &'a Arena<'a>,
    scan: Option<&'a Scan<'a>>,
    attached: &'a [Attached<'a>],
    anchors: RefCell<Vec<Anchor>>,
}

/// A part that may bear comments, with the comments it bears.
pub(super) struct Element<'a> {
    /// The part.
    pub doc: Doc<'a>,
    lead: &'a [Comment<'a>],
    trail: Option<Comment<'a>>,
    after: &'a [Comment<'a>],
    /// Whether the author left a blank line before it.
    blank: bool,
}

impl<'a> Element<'a> {
    /// Puts words behind the part, before its comment.
    pub fn then(mut self, words: &'static str) -> Self {
        self.doc = self.doc.append(words);
        self
    }

    /// Puts words before the part, below the comments above it.
    pub fn after(mut self, words: Doc<'a>) -> Self {
        self.doc = words.append(self.doc);
        self
    }

    /// Whether it can stand in the middle of a line.
    pub fn is_bare(&self) -> bool {
        self.lead.is_empty() && self.trail.is_none() && self.after.is_empty()
    }

    /// Whether comments stand above it.
    pub fn is_led(&self) -> bool {
        !self.lead.is_empty()
    }
}

impl<'a> Printer<'a> {
    /// Starts a printer. Without a scan no place is looked up in a text; without comments attached it only names anchors.
    pub fn new(arena: &'a Arena<'a>, scan: Option<&'a Scan<'a>>, attached: &'a [Attached<'a>]) -> Self {
        Printer { arena, scan, attached, anchors: RefCell::new(Vec::new()) }
    }

    /// Returns the anchors named so far, in order.
    pub fn into_anchors(self) -> Vec<Anchor> {
        self.anchors.into_inner()
    }

    /// Returns the written text of a place, if the text is at hand.
    pub fn written(&self, span: Span) -> Option<&'a str> {
        self.scan?.slice(span)
    }

    /// Returns the braces around a place, or the place itself when no text is at hand.
    pub fn braces_around(&self, inside: Span) -> Span {
        self.scan.and_then(|scan| scan.braces_around(inside)).unwrap_or(inside)
    }

    // ---- Documents ----

    /// Nothing.
    pub fn nil(&self) -> Doc<'a> {
        self.arena.nil()
    }

    /// Words that stay together.
    pub fn text(&self, text: impl Into<String>) -> Doc<'a> {
        self.arena.text(text.into())
    }

    /// A blank, or a new line where the group is broken.
    pub fn line(&self) -> Doc<'a> {
        self.arena.line()
    }

    /// Nothing, or a new line where the group is broken.
    pub fn line_(&self) -> Doc<'a> {
        self.arena.line_()
    }

    /// A new line.
    pub fn hardline(&self) -> Doc<'a> {
        self.arena.hardline()
    }

    /// Documents one after the other.
    pub fn concat(&self, docs: impl IntoIterator<Item = Doc<'a>>) -> Doc<'a> {
        self.arena.concat(docs)
    }

    /// Breaks every group around it, and prints nothing.
    pub fn broken(&self) -> Doc<'a> {
        self.nil().flat_alt(self.hardline())
    }

    /// A comment: of no width, so that it never moves the code beside it.
    fn comment(&self, comment: Comment<'a>) -> Doc<'a> {
        let text = self.arena.alloc(RawDoc::BorrowedText(comment.text));
        DocBuilder(self.arena, RawDoc::RenderLen(0, text).into())
    }

    // ---- Anchors ----

    /// Names an anchor and returns its number.
    fn anchor(&self, span: Span, role: Role) -> usize {
        let span = self.scan.map_or(span, |scan| scan.trim(span));
        let mut anchors = self.anchors.borrow_mut();
        anchors.push(Anchor { start: span.start as usize, end: span.end as usize, role });
        anchors.len() - 1
    }

    /// Names the whole declaration.
    pub fn root(&self, span: Span) {
        self.anchor(span, Role::Root);
    }

    /// Names brackets around elements.
    pub fn container(&self, span: Span) {
        self.anchor(span, Role::Container);
    }

    /// Prints a part that may bear comments.
    pub fn element(&self, span: Span, role: Role, doc: impl FnOnce() -> Doc<'a>) -> Element<'a> {
        let index = self.anchor(span, role);
        let doc = doc();
        let Some(attached) = self.attached.get(index) else {
            return Element { blank: self.blank_before(span.start as usize), ..self.bare(doc) };
        };
        let first = attached.lead.first().map_or(span.start as usize, |comment| comment.start);
        Element {
            doc,
            lead: &attached.lead,
            trail: attached.trail,
            after: &attached.after,
            blank: self.blank_before(first),
        }
    }

    /// Prints a clause.
    pub fn clause(&self, span: Span, doc: impl FnOnce() -> Doc<'a>) -> Element<'a> {
        self.element(span, Role::Clause, doc)
    }

    /// Prints a part of a hanging list: the first stands behind the words before the list.
    pub fn hung(&self, index: usize, span: Span, doc: impl FnOnce() -> Doc<'a>) -> Element<'a> {
        self.element(span, if index == 0 { Role::First } else { Role::Clause }, doc)
    }

    /// Makes an element of a part that bears no comments.
    pub fn bare(&self, doc: Doc<'a>) -> Element<'a> {
        Element { doc, lead: &[], trail: None, after: &[], blank: false }
    }

    fn blank_before(&self, at: usize) -> bool {
        self.scan.is_some_and(|scan| scan.blank_before(at))
    }

    /// The comments above an element, each on its line.
    pub fn lead(&self, element: &Element<'a>) -> Doc<'a> {
        let above = self.concat(element.lead.iter().map(|&comment| self.comment(comment).append(self.hardline())));
        if element.is_led() { self.broken().append(above) } else { above }
    }

    /// The comment at the end of an element. A new line must follow.
    pub fn trail(&self, element: &Element<'a>) -> Doc<'a> {
        match element.trail {
            Some(comment) => self.text("  ").append(self.comment(comment)).append(self.broken()),
            None => self.nil(),
        }
    }

    /// The comments below an element, each on its line.
    fn after(&self, element: &Element<'a>) -> Doc<'a> {
        let below = self.concat(element.after.iter().map(|&comment| self.hardline().append(self.comment(comment))));
        if element.after.is_empty() { below } else { below.append(self.broken()) }
    }

    /// An element with the comments above it and at its end.
    pub fn with_comments(&self, element: Element<'a>) -> Doc<'a> {
        self.lead(&element).append(element.doc.clone()).append(self.trail(&element))
    }

    // ---- Lists ----

    /// `{ a, b }` on one line, else one element a line with a comma after each.
    pub fn braces(&self, elements: Vec<Element<'a>>) -> Doc<'a> {
        if elements.is_empty() {
            return self.text("{}");
        }
        let last = elements.len() - 1;
        let lines = elements.into_iter().enumerate().map(|(index, element)| {
            let comma = if index < last { self.text(",") } else { self.text(",").flat_alt(self.nil()) };
            self.break_before(index, &element).append(self.with_comma(element, comma))
        });
        let inside = self.concat(lines).nest(INDENT);
        self.text("{").append(inside).append(self.line()).append("}").group()
    }

    /// `{a, b}` on one line, else as many elements a line as fit.
    pub fn set(&self, elements: Vec<Element<'a>>) -> Doc<'a> {
        let last = elements.len().saturating_sub(1);
        let mut after_comment = false;
        let mut inside = self.nil();
        for (index, element) in elements.into_iter().enumerate() {
            let gap = match index {
                0 => self.line_(),
                _ if after_comment || element.is_led() => self.hardline(),
                _ => self.line().group(),
            };
            after_comment = element.trail.is_some();
            let comma = if index < last { self.text(",") } else { self.text(",").flat_alt(self.nil()) };
            inside = inside.append(gap).append(self.with_comma(element, comma));
        }
        self.text("{").append(inside.nest(INDENT)).append(self.line_()).append("}").group()
    }

    /// Elements after the words before them: on one line, else each later one on its own line.
    pub fn hanging(&self, elements: Vec<Element<'a>>) -> Doc<'a> {
        let last = elements.len().saturating_sub(1);
        let parts = elements.into_iter().enumerate().map(|(index, element)| {
            let gap = if index == 0 { self.nil() } else { self.line() };
            gap.append(self.with_comma(element, self.text(if index < last { "," } else { "" })))
        });
        self.concat(parts).nest(INDENT).group()
    }

    /// A line break before an element of a list, with the blank line its author left there.
    fn break_before(&self, index: usize, element: &Element<'a>) -> Doc<'a> {
        let blank = if index > 0 && element.blank { self.hardline().flat_alt(self.nil()) } else { self.nil() };
        blank.append(self.line())
    }

    /// An element with its comma and all its comments.
    pub fn with_comma(&self, element: Element<'a>, comma: Doc<'a>) -> Doc<'a> {
        let (lead, trail, after) = (self.lead(&element), self.trail(&element), self.after(&element));
        lead.append(element.doc).append(comma).append(trail).append(after)
    }

    // ---- Clauses ----

    /// Clauses below the first line, indented: on the same line where all fit.
    pub fn clauses(&self, clauses: Vec<Element<'a>>) -> Doc<'a> {
        let lines = clauses.into_iter().map(|clause| self.line().append(self.with_comments(clause)));
        self.concat(lines).nest(INDENT)
    }

    /// A first line and its clauses: all on one line if they fit, else each on its own.
    pub fn with_clauses(&self, first: Doc<'a>, clauses: Vec<Element<'a>>) -> Doc<'a> {
        first.append(self.clauses(clauses)).group()
    }

    /// Rows below the first line, each on its own; blank lines between them stay.
    pub fn rows(&self, rows: Vec<Element<'a>>) -> Doc<'a> {
        let lines = rows.into_iter().enumerate().map(|(index, row)| {
            let blank = if index > 0 && row.blank { self.hardline() } else { self.nil() };
            blank.append(self.hardline()).append(self.with_comments(row))
        });
        self.concat(lines).nest(INDENT)
    }
}

/// Lays a document out. Blanks at line ends, which indentation leaves on blank lines, are taken off: no text of the
/// language reaches over a line end.
pub(super) fn render(doc: &Doc<'_>) -> String {
    let mut wide = String::new();
    // Cannot fail: a `String` takes all text, and no document holds `Fail`. Were it to fail, `format_checked` would see it.
    let _ = doc.1.render_fmt(WIDTH, &mut wide);
    wide.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
