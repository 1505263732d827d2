//! Where text comes from: files, byte spans, lines and columns.
//!
//! A [`Span`] is a pair of byte offsets in one file. Lines and columns are computed only when a place is shown.

use serde::Serialize;

/// Names one file held by a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span from byte offsets.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Span { source, start: start as u32, end: end as u32 }
    }

    /// Returns the smallest span that holds both. The other must be in the same file.
    pub fn to(self, other: Span) -> Span {
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Returns the empty span at the end of this one: where something is missing.
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }

    /// Returns the bytes as a range, to index the text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value with the place where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }
}

/// One text file: its name as shown to people, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// Returns the path as shown to people, with forward slashes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns line and column of a byte offset, both from 1; columns count characters.
    pub fn location(&self, offset: u32) -> Location {
        let line = self.line_starts.partition_point(|&start| start <= offset).max(1);
        let start = self.line_starts[line - 1] as usize;
        let end = (offset as usize).min(self.text.len()).max(start);
        let column = self.text.get(start..end).map_or(end - start, |text| text.chars().count()) + 1;
        Location { line: line as u32, column: column as u32 }
    }

    /// Returns the text of a line (from 1) without its end, or nothing past the last.
    pub fn line(&self, line: u32) -> Option<&str> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.line_starts.get(index)? as usize;
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |&next| next as usize);
        Some(self.text[start..end].trim_end_matches(['\n', '\r']))
    }
}

/// A line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// The texts that spans point into.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Holds nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its id. Texts over 4 GiB do not occur: `load` refuses them long before.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let text = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(text.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(i, _)| i as u32 + 1));
        self.files.push(SourceFile { name: name.into(), text, line_starts });
        SourceId(self.files.len() as u32 - 1)
    }

    /// Shows a file under another name: a copy that stands in for it lies elsewhere.
    pub fn rename(&mut self, id: SourceId, name: impl Into<String>) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            file.name = name.into();
        }
    }

    /// Returns a file.
    pub fn get(&self, id: SourceId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Returns the text a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source).text().get(span.range()).unwrap_or("")
    }

    /// Returns `file:line:column` of a span's start, as every message and record writes a place.
    pub fn place(&self, span: Span) -> String {
        let file = self.get(span.source);
        let Location { line, column } = file.location(span.start);
        format!("{}:{line}:{column}", file.name())
    }

    /// Returns all files with their ids, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, file)| (SourceId(i as u32), file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let mut sources = Sources::new();
        let id = sources.add("a.enact", "é = 1\nfact");
        assert_eq!(sources.place(Span::new(id, 3, 4)), "a.enact:1:3");
        assert_eq!(sources.place(Span::new(id, 7, 8)), "a.enact:2:1");
        assert_eq!(sources.get(id).line(2), Some("fact"));
    }
}
