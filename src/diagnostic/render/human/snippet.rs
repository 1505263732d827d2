//! The lines that labels stand in, taken from one or more files and made fit to show.
//!
//! A line here is *shown*: hidden characters escaped, cut when very long. Lines of several files follow each other in one text,
//! in blocks of neighbours; each block knows its file, so that a report can point into several files.

use std::collections::BTreeMap;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::super::super::Label;
use super::escape;
use crate::source::{SourceId, Sources, Span};

/// How much of a long line is shown, in characters: some before the first label, the rest after it.
const MAX_LINE: usize = 160;
const BEFORE: usize = 50;

/// The shown lines and labels.
#[derive(Debug)]
pub struct Snippet {
    text: String,
    lines: Vec<ShownLine>,
    marks: Vec<Mark>,
}

/// A line of [`Snippet::text`].
#[derive(Debug)]
struct ShownLine {
    /// Lines of one block have the same number.
    block: usize,
    file: String,
    /// From 0.
    number: usize,
    /// Its bytes in the text, without the line break.
    start: usize,
    end: usize,
}

/// A label in [`Snippet::text`].
#[derive(Debug)]
struct Mark {
    text: Option<String>,
    start: usize,
    length: usize,
    /// From 0, in the file.
    column: usize,
    primary: bool,
}

impl Snippet {
    /// Takes the lines of the labels, the main label's file first, with one line before and after each.
    pub fn new(labels: &[Label], sources: &Sources) -> Self {
        let mut files: Vec<SourceId> = Vec::new();
        for label in labels {
            if !files.contains(&label.span.source) {
                files.push(label.span.source);
            }
        }
        let mut snippet = Snippet { text: String::new(), lines: Vec::new(), marks: Vec::new() };
        for file in files {
            let of_file = labels.iter().enumerate().filter(|(_, label)| label.span.source == file);
            snippet.add_file(file, &of_file.collect::<Vec<_>>(), sources);
        }
        snippet
    }

    fn add_file(&mut self, id: SourceId, labels: &[(usize, &Label)], sources: &Sources) {
        let file = sources.get(id);
        // Which lines are shown, and the labels that start in each.
        let mut wanted: BTreeMap<u32, Vec<(usize, &Label)>> = BTreeMap::new();
        for &(index, label) in labels {
            let line = file.location(label.span.start.min(file.text().len() as u32)).line;
            wanted.entry(line).or_default().push((index, label));
            for near in [line.saturating_sub(1), line + 1] {
                if file.line(near).is_some_and(|text| !text.trim().is_empty()) {
                    wanted.entry(near).or_default();
                }
            }
        }
        let mut last = None;
        for (line, labels) in wanted {
            let block = match self.lines.last() {
                Some(shown) if last == Some(line - 1) => shown.block,
                shown => shown.map_or(0, |shown| shown.block + 1),
            };
            last = Some(line);
            self.add_line(id, line, block, &labels, sources);
        }
    }

    fn add_line(&mut self, id: SourceId, line: u32, block: usize, labels: &[(usize, &Label)], sources: &Sources) {
        let file = sources.get(id);
        let raw = file.line(line).unwrap_or(&file.text()[file.text().len()..]);
        // A line is a slice of the text.
        let line_start = raw.as_ptr() as usize - file.text().as_ptr() as usize;
        let spans: Vec<(usize, usize)> = labels.iter().map(|(_, label)| within(label.span, line_start, raw)).collect();

        let first = spans.iter().map(|&(start, _)| start).min().unwrap_or(0);
        let (from, to) = window(raw, first);
        let start = self.text.len();
        if from > 0 {
            self.text.push('…');
        }
        let body = self.text.len();
        self.text += &escape(&raw[from..to]);
        if to < raw.len() {
            self.text.push('…');
        }
        let end = self.text.len();
        self.text.push('\n');
        self.lines.push(ShownLine {
            block,
            file: escape(file.name()).into_owned(),
            number: line as usize - 1,
            start,
            end,
        });

        let shown = |offset: usize| body + escape(&raw[from..offset.clamp(from, to)]).len();
        for (&(index, label), (left, right)) in labels.iter().zip(spans) {
            let text = Some(escape(&label.text).into_owned()).filter(|text| !text.is_empty());
            let (start, end) = (shown(left), shown(right));
            let column = raw[..left].chars().count();
            self.marks.push(Mark { text, start, length: end - start, column, primary: index == 0 });
        }
    }

    /// Returns the labels, in coordinates of the shown text.
    pub fn labels(&self) -> Vec<LabeledSpan> {
        self.marks
            .iter()
            .map(|mark| {
                let span: SourceSpan = (mark.start, mark.length).into();
                if mark.primary {
                    LabeledSpan::new_primary_with_span(mark.text.clone(), span)
                } else {
                    LabeledSpan::new_with_span(mark.text.clone(), span)
                }
            })
            .collect()
    }
}

/// Returns the part of a span that lies in one line, as bytes of that line at character boundaries.
fn within(span: Span, line_start: usize, raw: &str) -> (usize, usize) {
    let boundary = |offset: u32| {
        let mut offset = (offset as usize).saturating_sub(line_start).min(raw.len());
        while !raw.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = boundary(span.start);
    (start, boundary(span.end).max(start))
}

/// Returns which bytes of a line are shown: all, or those around the first label.
fn window(raw: &str, first: usize) -> (usize, usize) {
    if raw.len() <= MAX_LINE || raw.chars().count() <= MAX_LINE {
        return (0, raw.len());
    }
    let from = raw[..first].char_indices().rev().nth(BEFORE).map_or(0, |(index, _)| index);
    let to = raw[from..].char_indices().nth(MAX_LINE).map_or(raw.len(), |(index, _)| from + index);
    (from, to)
}

impl SourceCode for Snippet {
    /// Reads the lines of a span and those around it, never beyond its block.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let line_of = |offset: usize| self.lines.iter().position(|line| (line.start..=line.end).contains(&offset));
        let first = line_of(span.offset()).ok_or(MietteError::OutOfBounds)?;
        let last = line_of(span.offset() + span.len()).ok_or(MietteError::OutOfBounds)?;
        let (first_line, last_line) = (&self.lines[first], &self.lines[last]);
        if first_line.block != last_line.block {
            return Err(MietteError::OutOfBounds);
        }
        let in_block = |line: &ShownLine| line.block == first_line.block;
        let first = (first.saturating_sub(before)..=first).find(|&line| in_block(&self.lines[line])).unwrap_or(first);
        let last = (last..self.lines.len().min(last + after + 1))
            .rev()
            .find(|&line| in_block(&self.lines[line]))
            .unwrap_or(last);
        let (first_line, last_line) = (&self.lines[first], &self.lines[last]);
        let column = self.marks.iter().find(|mark| mark.start == span.offset()).map_or(0, |mark| mark.column);
        let data = &self.text.as_bytes()[first_line.start..=last_line.end];
        Ok(Box::new(MietteSpanContents::new_named(
            first_line.file.clone(),
            data,
            (first_line.start, data.len()).into(),
            first_line.number,
            column,
            last - first + 1,
        )))
    }
}
