//! Data files (RFC 4180; lines that begin with `#` are comments).
//!
//! Split here rather than by a library, for two reasons: every row and cell keeps its exact place, comments before it left
//! out, and what RFC 4180 forbids (a quote without its end, text after a closing quote) is an error, not a guess.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span};

/// The largest data file, in bytes: the largest public lists policies name (postal codes, occupations) stay far below.
pub const MAX_DATA_BYTES: usize = 64 * 1024 * 1024;

/// How many rows of one file are reported; the rest are counted.
const MAX_ROW_ERRORS: usize = 20;

/// A data file.
#[derive(Debug, Clone)]
pub struct CsvTable {
    /// Its text.
    pub source: SourceId,
    /// The names in its first row.
    pub columns: Vec<String>,
    /// The place of that row.
    pub header: Span,
    /// Its other rows.
    pub rows: Vec<CsvRow>,
    /// How many rows are left out because they do not fit.
    pub unfit: usize,
}

impl CsvTable {
    /// Returns the index of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }
}

/// A row of a data file, with as many cells as there are columns.
#[derive(Debug, Clone)]
pub struct CsvRow {
    /// Its cells, blanks around them removed.
    pub cells: Vec<String>,
    /// The place of each cell, quotes included.
    pub spans: Vec<Span>,
    /// Its place.
    pub span: Span,
}

/// Reads a data file: its header and all rows that fit it.
///
/// Errors: E049, each with the place in the file: no header, a column named twice, a row with more or fewer cells than there
/// are columns, a quote out of place. A bad row is left out and does not stop the others.
pub fn read_csv(source: SourceId, text: &str) -> (CsvTable, Vec<Diagnostic>) {
    let mut scanner = Scanner { source, text, at: 0 };
    let mut errors = Errors::default();
    let mut table =
        CsvTable { source, columns: Vec::new(), header: Span::new(source, 0, 0), rows: Vec::new(), unfit: 0 };
    match scanner.row() {
        None => errors.push(Diagnostic::error(Code::CSV, table.header, "the file has no row of column names")),
        Some(Err(error)) => {
            errors.push(*error);
            return (table, errors.finish());
        }
        Some(Ok(row)) => {
            table.header = row.span;
            let mut seen = BTreeMap::new();
            for (name, span) in row.cells.iter().zip(&row.spans) {
                if let Some(first) = seen.insert(name.as_str(), *span).filter(|_| !name.is_empty()) {
                    let message = format!("two columns have the name `{name}`");
                    errors.push(Diagnostic::error(Code::CSV, *span, message).label(first, "the first"));
                }
            }
            table.columns = row.cells;
        }
    }
    while let Some(row) = scanner.row() {
        match row {
            Err(error) => {
                table.unfit += 1;
                errors.push(*error);
            }
            // A line of blanks in a file of one column is an empty line.
            Ok(row)
                if row.cells.len() == 1 && row.cells[0].is_empty() && !scanner.text[row.span.range()].contains('"') => {
            }
            Ok(row) if row.cells.len() == table.columns.len() => table.rows.push(row),
            Ok(row) => {
                table.unfit += 1;
                let (cells, columns) = (row.cells.len(), table.columns.len());
                let message =
                    format!("the row has {cells} cell{}, the header {columns}", if cells == 1 { "" } else { "s" });
                let error = Diagnostic::error(Code::CSV, row.span, message).label(table.header, "the header");
                errors.push(if cells > columns {
                    error.help("a cell that holds a comma is quoted: `\"a, b\"`")
                } else {
                    error
                });
            }
        }
    }
    (table, errors.finish())
}

/// Row errors up to [`MAX_ROW_ERRORS`].
#[derive(Default)]
struct Errors {
    kept: Vec<Diagnostic>,
    more: usize,
}

impl Errors {
    fn push(&mut self, error: Diagnostic) {
        if self.kept.len() < MAX_ROW_ERRORS { self.kept.push(error) } else { self.more += 1 }
    }

    fn finish(mut self) -> Vec<Diagnostic> {
        if let (Some(last), 1..) = (self.kept.last_mut(), self.more) {
            let more = format!("{} more rows of this file do not fit", self.more);
            last.help = Some(last.help.take().map_or_else(|| more.clone(), |help| format!("{help}; {more}")));
        }
        self.kept
    }
}

struct Scanner<'a> {
    source: SourceId,
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn at_line_end(&self) -> bool {
        matches!(self.peek(), None | Some(b'\n' | b'\r'))
    }

    fn skip_line(&mut self) {
        while !self.at_line_end() {
            self.at += 1;
        }
    }

    fn skip_line_end(&mut self) {
        if self.peek() == Some(b'\r') {
            self.at += 1;
        }
        if self.peek() == Some(b'\n') {
            self.at += 1;
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.source, start, self.at)
    }

    /// Returns the next row that is no comment and no empty line; after an error in one, scanning goes on with the next line.
    fn row(&mut self) -> Option<Result<CsvRow, Box<Diagnostic>>> {
        loop {
            match self.peek()? {
                b'#' => self.skip_line(),
                b'\n' | b'\r' => self.skip_line_end(),
                _ => break,
            }
        }
        let start = self.at;
        let mut row = CsvRow { cells: Vec::new(), spans: Vec::new(), span: self.span(start) };
        loop {
            match self.cell() {
                Ok((cell, span)) => {
                    row.cells.push(cell);
                    row.spans.push(span);
                }
                Err(error) => {
                    self.skip_line();
                    self.skip_line_end();
                    return Some(Err(error));
                }
            }
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        row.span = self.span(start);
        self.skip_line_end();
        Some(Ok(row))
    }

    fn cell(&mut self) -> Result<(String, Span), Box<Diagnostic>> {
        self.skip_blanks();
        let start = self.at;
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        while !self.at_line_end() && self.peek() != Some(b',') {
            if self.peek() == Some(b'"') {
                let message = "a quote inside a cell that is not quoted";
                let quote = Span::new(self.source, self.at, self.at + 1);
                return Err(Box::new(
                    Diagnostic::error(Code::CSV, quote, message)
                        .help("quote the cell and double the quotes in it: `\"a \"\"b\"\"\"`"),
                ));
            }
            self.at += 1;
        }
        let cell = self.text[start..self.at].trim();
        Ok((cell.to_owned(), Span::new(self.source, start, start + cell.len())))
    }

    fn quoted(&mut self) -> Result<(String, Span), Box<Diagnostic>> {
        let start = self.at;
        let mut cell = String::new();
        loop {
            self.at += 1;
            let part = self.at;
            let Some(end) = self.text[part..].find('"') else {
                self.at = start + 1;
                let opened = self.span(start);
                // What follows may be anything: the rest of the file is not read on a guess.
                self.at = self.text.len();
                return Err(Box::new(
                    Diagnostic::error(Code::CSV, opened, "a quoted cell without its end").found("opened here"),
                ));
            };
            self.at = part + end + 1;
            cell.push_str(&self.text[part..part + end]);
            if self.peek() != Some(b'"') {
                break;
            }
            cell.push('"');
        }
        let span = self.span(start);
        self.skip_blanks();
        if !self.at_line_end() && self.peek() != Some(b',') {
            let after = self.at;
            while !self.at_line_end() && self.peek() != Some(b',') {
                self.at += 1;
            }
            let error = Diagnostic::error(Code::CSV, self.span(after), "text after the closing quote of a cell");
            return Err(Box::new(error.help("a quote inside a quoted cell is doubled: `\"a \"\"b\"\"\"`")));
        }
        Ok((cell.trim().to_owned(), span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn read(text: &str) -> (Vec<String>, Vec<Vec<String>>, Vec<String>) {
        let mut sources = Sources::new();
        let id = sources.add("x.csv", text);
        let (table, errors) = read_csv(id, text);
        let shown = |error: &Diagnostic| {
            format!("{} {}", error.span().map_or(String::new(), |span| sources.place(span)), error.message)
        };
        (table.columns, table.rows.into_iter().map(|row| row.cells).collect(), errors.iter().map(shown).collect())
    }

    #[test]
    fn comments_quotes_line_ends_and_blanks() {
        let (columns, rows, errors) = read(
            "# says \"general, holiday\"\r\nday, name\r\n\r\n2020-01-01 ,\"New \"\"Year\"\",\r\nDay\"\r\n# x\n2,\rlast,\"\"",
        );
        assert_eq!(columns, ["day", "name"]);
        assert_eq!(rows, [["2020-01-01", "New \"Year\",\r\nDay"], ["2", ""], ["last", ""]]);
        assert_eq!(errors, [""; 0]);
    }

    #[test]
    fn a_bad_row_does_not_stop_the_others() {
        let (_, rows, errors) = read("a,b\n1\n2,3\n4,5,6\n7,\"x\" y\n8,5\" wide\n9,10\n11,\"open\n12,13");
        assert_eq!(rows, [["2", "3"], ["9", "10"]]);
        assert_eq!(
            errors,
            [
                "x.csv:2:1 the row has 1 cell, the header 2",
                "x.csv:4:1 the row has 3 cells, the header 2",
                "x.csv:5:7 text after the closing quote of a cell",
                "x.csv:6:4 a quote inside a cell that is not quoted",
                "x.csv:8:4 a quoted cell without its end",
            ]
        );
    }

    #[test]
    fn a_header_is_needed_and_names_each_column_once() {
        assert_eq!(read("# nothing\n").2, ["x.csv:1:1 the file has no row of column names"]);
        assert_eq!(read("a,b,a,,\n").2, ["x.csv:1:5 two columns have the name `a`"]);
    }

    #[test]
    fn many_bad_rows_are_counted() {
        let text = format!("a,b\n{}", "1\n".repeat(100));
        let mut sources = Sources::new();
        let id = sources.add("x.csv", text.as_str());
        let (_, errors) = read_csv(id, &text);
        assert_eq!(errors.len(), 20);
        assert_eq!(errors[19].help.as_deref(), Some("80 more rows of this file do not fit"));
    }

    #[test]
    fn places_of_cells() {
        let text = "a,b\n x ,\"é\"\n";
        let mut sources = Sources::new();
        let id = sources.add("x.csv", text);
        let (table, _) = read_csv(id, text);
        let cells: Vec<&str> = table.rows[0].spans.iter().map(|&span| sources.slice(span)).collect();
        assert_eq!(cells, ["x", "\"é\""]);
    }

    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_or_reported(text in "[a\"\\n\\r,# é]{0,40}") {
            let mut sources = Sources::new();
            let id = sources.add("x.csv", text.as_str());
            let (table, errors) = read_csv(id, &text);
            for row in &table.rows {
                prop_assert_eq!(row.cells.len(), table.columns.len());
                prop_assert!(row.spans.iter().all(|&span| text.get(span.range()).is_some()));
            }
            prop_assert!(errors.iter().flat_map(|error| &error.labels).all(|label| text.get(label.span.range()).is_some()));
        }

        #[test]
        fn what_a_csv_writer_writes_is_read(rows in prop::collection::vec(prop::array::uniform3("[a\",\n é]{0,6}"), 1..6)) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).expect("memory holds it");
            for row in &rows {
                writer.write_record(row).expect("memory holds it");
            }
            let text = String::from_utf8(writer.into_inner().expect("memory holds it")).expect("UTF-8");
            let (_, read, errors) = read(&text);
            prop_assert!(errors.is_empty(), "{:?}", errors);
            let expected: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
