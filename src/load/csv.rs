//! Data files (RFC 4180; lines that begin with `#` are comments).

use crate::source::{SourceId, Span};

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
}

/// A row of a data file, with as many cells as there are columns.
#[derive(Debug, Clone)]
pub struct CsvRow {
    /// Its cells, blanks around them removed.
    pub cells: Vec<String>,
    /// Its place.
    pub span: Span,
}
