//! Documents as they stand on the screen.

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::convert::Lines;
use super::roots::Place;

/// An open document.
pub struct Document {
    /// Its address, as the editor writes it.
    pub uri: Uri,
    /// Its version, counted by the editor.
    pub version: i32,
    /// Its text.
    pub text: String,
    /// Where it lies.
    pub place: Place,
}

impl Document {
    /// Applies a change: of a part, or of the whole text.
    pub fn change(&mut self, change: TextDocumentContentChangeEvent) {
        let Some(range) = change.range else {
            self.text = change.text;
            return;
        };
        let lines = Lines::new(&self.text);
        let (start, end) = (lines.offset(range.start), lines.offset(range.end));
        self.text.replace_range(start..end.max(start), &change.text);
    }
}
