//! Comments: where they stand in the text, and what they are about.
//!
//! The grammar drops comments, so they are collected by a scan of the text and re-attached by position. The printer
//! names each part of a declaration that may bear comments (an [`Anchor`]); [`attach`] gives each comment to one anchor:
//! a comment behind code to the part that ends on its line, a comment on its own line to the part that follows. What can
//! stand nowhere else moves above the clause, at last above the declaration: no comment is ever lost.

use std::cmp::Reverse;

use crate::source::{SourceId, Span};

/// A comment, from `#` to the end of its line, without the blanks at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comment<'t> {
    /// The byte of `#`.
    pub start: usize,
    /// From `#` on.
    pub text: &'t str,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// A pair of braces in code.
#[derive(Debug, Clone, Copy)]
struct Braces {
    start: usize,
    end: usize,
    parent: Option<usize>,
}

/// One text with its comments and braces.
#[derive(Debug)]
pub(super) struct Scan<'t> {
    text: &'t str,
    source: SourceId,
    comments: Vec<Comment<'t>>,
    braces: Vec<Braces>,
}

impl<'t> Scan<'t> {
    /// Finds the comments and the braces of a text. Any text is fine: a string ends with its line at the latest, and a
    /// brace that is never closed reaches to the end.
    pub fn new(source: SourceId, text: &'t str) -> Self {
        let mut scan = Scan { text, source, comments: Vec::new(), braces: Vec::new() };
        let mut open = Vec::new();
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at = match byte {
                b'"' => string_end(bytes, at),
                b'#' => scan.comment(at),
                b'{' => {
                    scan.braces.push(Braces { start: at, end: text.len(), parent: open.last().copied() });
                    open.push(scan.braces.len() - 1);
                    at + 1
                }
                b'}' => {
                    if let Some(index) = open.pop() {
                        scan.braces[index].end = at + 1;
                    }
                    at + 1
                }
                _ => at + 1,
            };
        }
        scan
    }

    /// Adds the comment that starts at a byte and returns its end.
    fn comment(&mut self, start: usize) -> usize {
        let end = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
        let before = &self.text[..start];
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        let own_line = before[line..].trim_start_matches('\u{feff}').trim().is_empty();
        self.comments.push(Comment { start, text: self.text[start..end].trim_end(), own_line });
        end
    }

    /// Returns all comments in order.
    pub fn comments(&self) -> &[Comment<'t>] {
        &self.comments
    }

    /// Returns the comments that start inside a range.
    pub fn comments_in(&self, start: usize, end: usize) -> &[Comment<'t>] {
        let from = self.comments.partition_point(|comment| comment.start < start);
        let to = self.comments.partition_point(|comment| comment.start < end);
        self.comments.get(from..to).unwrap_or_default()
    }

    /// Returns the text a span covers, if it is in this text.
    pub fn slice(&self, span: Span) -> Option<&'t str> {
        if span.source == self.source { self.text.get(span.range()) } else { None }
    }

    /// Takes blanks and comments off the end of a span.
    pub fn trim(&self, span: Span) -> Span {
        let mut end = (span.end as usize).min(self.text.len());
        let start = span.start as usize;
        while let Some(text) = self.text.get(start..end) {
            end = start + text.trim_end().len();
            match self.comments_in(start, end).last() {
                Some(last) if last.start + last.text.len() >= end => end = last.start,
                _ => break,
            }
        }
        Span::new(span.source, start, end.max(start))
    }

    /// Returns the innermost pair of braces around a place, the braces included.
    pub fn braces_around(&self, inside: Span) -> Option<Span> {
        let at = inside.start as usize;
        let mut index = self.braces.partition_point(|braces| braces.start < at).checked_sub(1);
        while let Some(braces) = index.and_then(|index| self.braces.get(index)) {
            if braces.end > at {
                return Some(Span::new(self.source, braces.start, braces.end));
            }
            index = braces.parent;
        }
        None
    }

    /// Whether the author left a blank line before a place.
    pub fn blank_before(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or("");
        let blanks = &before[before.trim_end().len()..];
        blanks.bytes().filter(|&byte| byte == b'\n').count() > 1
    }

    /// Whether two places are on one line.
    pub fn same_line(&self, from: usize, to: usize) -> bool {
        self.text.get(from..to).is_some_and(|between| !between.contains('\n'))
    }
}

/// Returns the byte behind a string that starts at a byte: its closing quote, or the end of its line.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' => return at,
            // An escape never hides the end of the line.
            b'\\' if bytes.get(at + 1).is_some_and(|&next| next != b'\n') => at += 2,
            _ => at += 1,
        }
    }
    at
}

/// Where comments may stand around a part of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The whole declaration: comments above it.
    Root,
    /// The first line: a comment at its end.
    Head,
    /// A clause, a row, a later operand of a chain: comments above it, one at its end.
    Clause,
    /// An element of a list in brackets: above it, at its end, and below the last one.
    Element,
    /// What stands behind words on its line, as the first operand of a chain: a comment at its end.
    First,
    /// What words may follow on its line, as the last operand of a chain: comments above it.
    Last,
    /// The brackets around elements: none of its own.
    Container,
}

impl Role {
    /// Whether comments may stand above it.
    fn leads(self) -> bool {
        matches!(self, Role::Root | Role::Clause | Role::Element | Role::Last)
    }

    /// Whether a comment may stand at its end.
    fn trails(self) -> bool {
        matches!(self, Role::Head | Role::Clause | Role::Element | Role::First)
    }

    /// Whether comments may stand below it.
    fn follows(self) -> bool {
        self == Role::Element
    }
}

/// A part of a declaration that may bear comments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Where comments may stand.
    pub role: Role,
}

/// The comments of one anchor.
#[derive(Debug, Clone, Default)]
pub(super) struct Attached<'t> {
    /// Above it.
    pub lead: Vec<Comment<'t>>,
    /// At its end.
    pub trail: Option<Comment<'t>>,
    /// Below it.
    pub after: Vec<Comment<'t>>,
}

/// Gives each comment to one anchor; the first anchor is the whole declaration and takes what fits nowhere else.
pub(super) fn attach<'t>(scan: &Scan<'t>, anchors: &[Anchor], comments: &[Comment<'t>]) -> Vec<Attached<'t>> {
    let tree = Tree::new(anchors);
    let mut attached = vec![Attached::default(); anchors.len().max(1)];
    for &comment in comments {
        match tree.place(scan, comment, &attached) {
            Place::Lead(index) => attached[index].lead.push(comment),
            Place::Trail(index) => attached[index].trail = Some(comment),
            Place::After(index) => attached[index].after.push(comment),
        }
    }
    attached
}

/// Where a comment goes: the index of an anchor.
enum Place {
    Lead(usize),
    Trail(usize),
    After(usize),
}

/// Anchors by containment.
struct Tree<'n> {
    anchors: &'n [Anchor],
    children: Vec<Vec<usize>>,
    parent: Vec<usize>,
}

impl<'n> Tree<'n> {
    /// Orders anchors into a tree below the first. Of anchors with the same place the one named first is outside.
    fn new(anchors: &'n [Anchor]) -> Self {
        let mut order: Vec<usize> = (1..anchors.len()).collect();
        order.sort_by_key(|&index| (anchors[index].start, Reverse(anchors[index].end), index));
        let mut tree =
            Tree { anchors, children: vec![Vec::new(); anchors.len().max(1)], parent: vec![0; anchors.len().max(1)] };
        let mut open: Vec<usize> = Vec::new();
        for index in order {
            while open.last().is_some_and(|&outer| anchors[outer].end < anchors[index].end) {
                open.pop();
            }
            let parent = open.last().copied().unwrap_or(0);
            tree.children[parent].push(index);
            tree.parent[index] = parent;
            open.push(index);
        }
        tree
    }

    /// Finds the anchor a comment belongs to.
    fn place(&self, scan: &Scan, comment: Comment, attached: &[Attached]) -> Place {
        let (inside, before, after) = self.around(comment.start);
        if let Some(before) = before {
            let Anchor { end, role, .. } = self.anchors[before];
            let free = role.trails() && attached[before].trail.is_none();
            if !comment.own_line && free && scan.same_line(end, comment.start) {
                return Place::Trail(before);
            }
        }
        match (before, after) {
            (_, Some(after)) if self.anchors[after].role.leads() => Place::Lead(after),
            (Some(before), None) if self.anchors[before].role.follows() => Place::After(before),
            _ => Place::Lead(self.leading_ancestor(inside)),
        }
    }

    /// Returns the innermost anchor around a byte, and its last child before and first child after the byte.
    fn around(&self, at: usize) -> (usize, Option<usize>, Option<usize>) {
        let mut inside = 0;
        loop {
            let children = &self.children[inside];
            let split = children.partition_point(|&child| self.anchors[child].start <= at);
            let before = split.checked_sub(1).and_then(|last| children.get(last)).copied();
            match before {
                Some(child) if self.anchors[child].end > at => inside = child,
                _ => return (inside, before, children.get(split).copied()),
            }
        }
    }

    /// Returns the nearest anchor outwards that can bear a comment above it.
    fn leading_ancestor(&self, mut index: usize) -> usize {
        while index != 0 && !self.anchors[index].role.leads() {
            index = self.parent[index];
        }
        index
    }
}
