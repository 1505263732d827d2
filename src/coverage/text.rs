//! Coverage for people: a table of the kinds, then what is lacking.

use super::{Count, Coverage, Kind};
use crate::diagnostic::render::escape;
use crate::source::Sources;

/// Renders the table, then a line for each thing that was not reached on all sides: place, what it is, what is lacking.
pub fn render(coverage: &Coverage, sources: &Sources) -> String {
    let mut text = table(coverage);
    let uncovered: Vec<String> = coverage
        .items()
        .iter()
        .filter_map(|item| Some((item, item.lacking()?)))
        .map(|(item, lacking)| {
            let place = sources.place(item.place);
            format!("{}: {} {lacking}\n", escape(&place), escape(&item.name))
        })
        .collect();
    if !uncovered.is_empty() {
        text.push('\n');
        text.extend(uncovered);
    }
    text
}

/// Renders the table alone.
pub fn table(coverage: &Coverage) -> String {
    let mut text = format!("{:<12} {:>7} {:>7} {:>8}\n", "coverage", "covered", "total", "share");
    for kind in Kind::ALL {
        let count = coverage.count(kind);
        let Count { covered, total } = count;
        text += &format!("{:<12} {covered:>7} {total:>7} {:>8}\n", kind.plural(), share(count));
    }
    text
}

/// Returns a share as text: `99.9 %`; rounded down, so that only everything is `100.0 %`.
pub fn share(count: Count) -> String {
    let permille = count.permille();
    format!("{}.{} %", permille / 10, permille % 10)
}
