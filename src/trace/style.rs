//! Styled text: what human renderings return, so that a terminal may colour it and everything else read it plainly.
//!
//! Colour never carries meaning alone: signs and words stand in the text itself.

use std::fmt;

/// What a piece of text is; a terminal may give each a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// Nothing special.
    Plain,
    /// The answer, labels that head a line.
    Strong,
    /// Something that holds.
    Yes,
    /// Something that does not.
    No,
    /// Something not known.
    Unknown,
    /// An error, a contradiction.
    Fault,
    /// Clause tags.
    Tag,
    /// Places and facts.
    Place,
    /// What stands back: lines of the tree, folded parts.
    Dim,
}

/// A piece of text in one style, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its style.
    pub style: Style,
    /// Its text.
    pub text: String,
}

/// Makes a piece; the text is made [`neutral`].
pub fn piece(style: Style, text: impl AsRef<str>) -> Piece {
    Piece { style, text: neutral(text.as_ref()) }
}

/// Lines of styled text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Styled {
    /// The lines, each of pieces from left to right.
    pub lines: Vec<Vec<Piece>>,
}

impl Styled {
    /// Returns the text with each piece passed through a function; every line ends with a line feed.
    pub fn paint(&self, paint: impl Fn(Style, &str) -> String) -> String {
        let mut text = String::new();
        for line in &self.lines {
            for piece in line {
                text += &paint(piece.style, &piece.text);
            }
            text.push('\n');
        }
        text
    }

    /// Appends other lines.
    pub fn extend(&mut self, other: Styled) {
        self.lines.extend(other.lines);
    }
}

impl fmt::Display for Styled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.paint(|_, text| text.to_owned()))
    }
}

/// Makes a text harmless for a terminal and for the eye: control characters become their pictures (`␛`), characters that reorder
/// or hide text become `<U+202E>`. Line feeds too: a text of an author or applicant is one line.
pub fn neutral(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' | '\r' => safe.push(' '),
            '\u{0}'..='\u{1f}' => safe.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{2426}')),
            '\u{7f}' => safe.push('\u{2421}'),
            '\u{80}'..='\u{9f}' => safe.push('\u{2426}'),
            // Marks of direction, zero-width blanks and joiners that hide, separators, byte-order marks, tags.
            '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' => safe += &format!("<U+{:04X}>", c as u32),
            c => safe.push(c),
        }
    }
    safe
}

/// Returns how wide a text is, in characters.
pub fn width(text: &str) -> usize {
    text.chars().count()
}

/// Returns how wide pieces are.
pub fn pieces_width(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| width(&piece.text)).sum()
}

/// Returns a text that [`wrap`] does not break, unless it is long.
pub fn together(text: &str) -> String {
    if width(text) <= 60 { text.replace(' ', "\u{a0}") } else { text.to_owned() }
}

/// Breaks pieces into lines at blanks, and nowhere else: a word may run over several pieces. A word longer than a line stays
/// whole. Blanks that do not break become plain ones.
pub fn wrap(pieces: &[Piece], limit: usize) -> Vec<Vec<Piece>> {
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    let mut line: Vec<Piece> = Vec::new();
    let mut used = 0;
    for word in words(pieces) {
        let text: String = word.iter().map(|piece| piece.text.as_str()).collect();
        if used > 0 && used + width(text.trim_end()) > limit {
            trim_end(&mut line);
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for piece in word {
            let part = if used == 0 && !lines.is_empty() { piece.text.trim_start() } else { &piece.text };
            if part.is_empty() {
                continue;
            }
            used += width(part);
            match line.last_mut() {
                Some(last) if last.style == piece.style => last.text += part,
                _ => line.push(Piece { style: piece.style, text: part.to_owned() }),
            }
        }
    }
    trim_end(&mut line);
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    for piece in lines.iter_mut().flatten() {
        piece.text = piece.text.replace('\u{a0}', " ");
    }
    lines
}

/// Splits pieces into words, each with the blank after it.
fn words(pieces: &[Piece]) -> Vec<Vec<Piece>> {
    let mut words = Vec::new();
    let mut word: Vec<Piece> = Vec::new();
    for piece in pieces {
        for part in piece.text.split_inclusive(' ') {
            word.push(Piece { style: piece.style, text: part.to_owned() });
            if part.ends_with(' ') {
                words.push(std::mem::take(&mut word));
            }
        }
    }
    words.push(word);
    words
}

fn trim_end(line: &mut Vec<Piece>) {
    while let Some(last) = line.last_mut() {
        let trimmed = last.text.trim_end().len();
        last.text.truncate(trimmed);
        if last.text.is_empty() {
            line.pop();
        } else {
            return;
        }
    }
}

/// One line of a layout: words at the left, and what belongs to them at the right.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Before the first line: branches of a tree, a heading.
    pub first: Vec<Piece>,
    /// Before the lines that follow, as wide.
    pub rest: Vec<Piece>,
    /// The words.
    pub left: Vec<Piece>,
    /// Facts, places, remarks.
    pub right: Vec<Piece>,
}

/// The narrowest right-hand column.
const LEAST_RIGHT: usize = 28;

/// Lays rows out in two columns within a width. What does not fit beside its words stands below them.
pub fn lay_out(rows: Vec<Row>, limit: usize) -> Styled {
    // Between what still reads and what cannot overflow.
    let limit = limit.clamp(40, 1 << 16);
    let end = |row: &Row| pieces_width(&row.first) + pieces_width(&row.left);
    let farthest = limit * 5 / 8;
    let column =
        rows.iter().filter(|row| !row.right.is_empty()).map(|row| end(row) + 2).filter(|&end| end <= farthest).max();
    let column = column.unwrap_or(farthest).min(limit.saturating_sub(LEAST_RIGHT));
    let mut styled = Styled::default();
    for row in rows {
        let before = pieces_width(&row.first);
        let left = wrap(&row.left, limit.saturating_sub(before).max(20));
        let ends = before + left.last().map_or(0, |line| pieces_width(line));
        let mut lines: Vec<Vec<Piece>> = Vec::new();
        for (index, line) in left.into_iter().enumerate() {
            let mut whole = if index == 0 { row.first.clone() } else { row.rest.clone() };
            whole.extend(line);
            lines.push(whole);
        }
        if !row.right.is_empty() {
            let long = pieces_width(&row.right);
            let start = (ends + 2).max(column);
            let room = limit.saturating_sub(start);
            let words = row.right.iter().flat_map(|piece| piece.text.split(' ')).map(width).max().unwrap_or(0);
            if long <= room || room >= LEAST_RIGHT && words <= room {
                let mut right = wrap(&row.right, room).into_iter();
                if let (Some(last), Some(beside)) = (lines.last_mut(), right.next()) {
                    last.push(piece(Style::Plain, " ".repeat(start - ends)));
                    last.extend(beside);
                }
                for line in right {
                    let mut whole = row.rest.clone();
                    whole.push(piece(Style::Plain, " ".repeat(start - before)));
                    whole.extend(line);
                    lines.push(whole);
                }
            } else {
                for line in wrap(&row.right, limit.saturating_sub(before + 4).max(20)) {
                    let mut whole = row.rest.clone();
                    whole.push(piece(Style::Plain, "    "));
                    whole.extend(line);
                    lines.push(whole);
                }
            }
        }
        lines.iter_mut().for_each(trim_end);
        styled.lines.extend(lines);
    }
    styled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_that_moves_or_hides() {
        assert_eq!(neutral("a\u{1b}[31mred\u{202e}evil\u{7}\nb"), "a␛[31mred<U+202E>evil␇ b");
        assert_eq!(neutral("é ✓ العربية"), "é ✓ العربية");
    }

    #[test]
    fn a_line_breaks_at_blanks_only() {
        let pieces = [piece(Style::Strong, "appointment"), piece(Style::Plain, ", port"), piece(Style::Tag, "[A-1]")];
        let lines: Vec<String> =
            wrap(&pieces, 11).iter().map(|line| line.iter().map(|piece| piece.text.as_str()).collect()).collect();
        assert_eq!(lines, ["appointment,", "port[A-1]"]);
    }

    #[test]
    fn a_row_that_is_too_long_continues_below() {
        let row = |left: &str, right: &str| Row {
            first: vec![piece(Style::Dim, "├─ ")],
            rest: vec![piece(Style::Dim, "│  ")],
            left: vec![piece(Style::Plain, left)],
            right: vec![piece(Style::Place, right)],
        };
        let rows =
            vec![row("short", "/a = 1"), row("a label that is rather long for so narrow a page indeed", "/b = 2")];
        insta::assert_snapshot!(lay_out(rows, 44), @r"
        ├─ short  /a = 1
        ├─ a label that is rather long for so narrow
        │  a page indeed  /b = 2
        ");
    }
}
