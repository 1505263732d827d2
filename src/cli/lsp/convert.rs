//! Offsets to positions in lines and UTF-16 units, paths to addresses, and back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use enact::source::{SourceId, Sources, Span};
use line_index::{LineCol, LineIndex, TextSize, WideEncoding, WideLineCol};
use lsp_types::{Position, Range, Uri};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What may not stand in the path of an address as it is.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'\\');

/// The lines of a text.
pub struct Lines<'t> {
    text: &'t str,
    index: LineIndex,
}

impl<'t> Lines<'t> {
    /// Finds the lines.
    pub fn new(text: &'t str) -> Self {
        Lines { text, index: LineIndex::new(text) }
    }

    /// Returns the position of a byte; of one past the end, the end.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let place = self.index.line_col(TextSize::new(offset as u32));
        let wide = self.index.to_wide(WideEncoding::Utf16, place);
        wide.map_or(Position::new(place.line, place.col), |wide| Position::new(wide.line, wide.col))
    }

    /// Returns the byte at a position; past the end of a line its end, past the last line the end of the text.
    pub fn offset(&self, position: Position) -> usize {
        let Some(line) = self.index.line(position.line) else { return self.text.len() };
        let (start, end) = (usize::from(line.start()), usize::from(line.end()));
        let text = self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        let wide = WideLineCol { line: position.line, col: position.character };
        let units = text.encode_utf16().count() as u32;
        if position.character >= units {
            return start + text.len();
        }
        let place = self.index.to_utf8(WideEncoding::Utf16, wide);
        let LineCol { col, .. } = place.unwrap_or(LineCol { line: position.line, col: position.character });
        let mut offset = (start + col as usize).min(start + text.len());
        // A position between the two halves of a character is before it.
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// Returns the range of bytes.
    pub fn range(&self, bytes: std::ops::Range<usize>) -> Range {
        Range::new(self.position(bytes.start), self.position(bytes.end))
    }
}

/// The lines of all texts that an answer is about, found once.
pub struct Texts<'s> {
    sources: &'s Sources,
    known: RefCell<BTreeMap<SourceId, Lines<'s>>>,
}

impl<'s> Texts<'s> {
    /// Knows no lines yet.
    pub fn new(sources: &'s Sources) -> Self {
        Texts { sources, known: RefCell::default() }
    }

    /// Returns the range of a span.
    pub fn range(&self, span: Span) -> Range {
        let mut known = self.known.borrow_mut();
        let lines = known.entry(span.source).or_insert_with(|| Lines::new(self.sources.get(span.source).text()));
        lines.range(span.range())
    }
}

/// Returns the file that an address names; nothing for addresses that are no files.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let path = &rest[rest.find('/')?..];
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // `/C:/policies` on Windows.
    let bytes = path.as_bytes();
    let drive = bytes.len() > 2 && bytes[1].is_ascii_alphabetic() && bytes[2] == b':';
    Some(PathBuf::from(if drive && cfg!(windows) { &path[1..] } else { &*path }))
}

/// Returns the address of a file.
pub fn uri_of(path: &Path) -> Option<Uri> {
    let text = path.to_string_lossy().replace('\\', "/");
    // How Windows writes a path without links.
    let text = text.trim_start_matches("//?/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    Uri::from_str(&format!("file://{slash}{}", utf8_percent_encode(text, ESCAPED))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units() {
        let text = "é😀 x\r\nab\n";
        let lines = Lines::new(text);
        let x = text.find('x').expect("there");
        assert_eq!(lines.position(x), Position::new(0, 4));
        assert_eq!(lines.offset(Position::new(0, 4)), x);
        assert_eq!(lines.offset(Position::new(0, 2)), 2, "between two halves: before the character");
        assert_eq!(lines.offset(Position::new(0, 99)), x + 1, "before the end of the line");
        assert_eq!(lines.offset(Position::new(1, 1)), text.find('b').expect("there"));
        assert_eq!(lines.offset(Position::new(9, 9)), text.len());
        assert_eq!(lines.position(99), Position::new(2, 0));
        for offset in 0..=text.len() {
            let back = lines.offset(lines.position(offset));
            assert!(
                back <= offset && (back == offset || !text.is_char_boundary(offset) || text.as_bytes()[back] == b'\r')
            );
        }
    }

    #[test]
    fn paths_are_addresses_and_back() {
        for path in ["/a/b.enact", "/a b/é#%.enact", "/[x]/?.enact"] {
            let uri = uri_of(Path::new(path)).expect("an address");
            assert_eq!(path_of(&uri), Some(PathBuf::from(path)), "{}", uri.as_str());
        }
        let untitled = Uri::from_str("untitled:Untitled-1").expect("an address");
        assert_eq!(path_of(&untitled), None);
    }
}
