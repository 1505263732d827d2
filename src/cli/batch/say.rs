//! What is said of a run: how far it is, what all rows came to, how fast it was.

use std::cell::Cell;
use std::time::Duration;

use enact::batch::{Count, DecisionSummary, SummaryRecord};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::terminal::Terminal;

/// How many rules of a decision are named, and how many ways to move; `--summary` has all.
const MAX_LINES: usize = 12;

/// How often the bar is drawn in a second.
const DRAWS: u8 = 5;

/// How far a run is, on standard error if that is a terminal.
pub struct Progress {
    bar: ProgressBar,
    rows: Cell<u64>,
}

impl Progress {
    /// Begins with nothing read of so many bytes, or rows of Parquet, if that is known.
    pub fn new(size: Option<u64>, terminal: &Terminal) -> Progress {
        let target =
            if terminal.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(DRAWS) };
        let bar = ProgressBar::with_draw_target(size, target);
        let template = if size.is_some() {
            "{bar:30} {percent}%  {msg} rows  {eta} left"
        } else {
            "{spinner} {bytes}  {msg} rows  {elapsed}"
        };
        let bar = match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        Progress { bar, rows: Cell::new(0) }
    }

    /// So many rows more are decided, which took so much of the input.
    pub fn advance(&self, rows: u64, taken: u64) {
        self.bar.inc(taken);
        self.rows.set(self.rows.get() + rows);
        if !self.bar.is_hidden() {
            self.bar.set_message(number(self.rows.get()));
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Says what all rows came to.
pub fn summary(summary: &SummaryRecord) -> Vec<String> {
    let refused = match summary.refused {
        0 => String::new(),
        refused => format!(", {} refused", number(refused)),
    };
    let word = if summary.rows == 1 { "row" } else { "rows" };
    let mut lines = vec![format!("{} {word}{refused}", number(summary.rows))];
    for decision in &summary.decisions {
        lines.extend(decision_lines(decision));
    }
    lines
}

fn decision_lines(decision: &DecisionSummary) -> Vec<String> {
    let outcomes: Vec<String> = decision.outcomes.iter().map(|it| format!("{} {}", it.name, number(it.rows))).collect();
    let mut lines = vec![format!("{}: {}", decision.name, outcomes.join(", "))];
    if let Some(impact) = &decision.impact {
        let (moved, same): (Vec<_>, Vec<_>) = impact.iter().partition(|it| !it.first.is_empty());
        lines.extend(
            moved.iter().take(MAX_LINES).map(|it| {
                format!("  {} -> {}  {}  (id {})", it.before, it.after, number(it.rows), it.first.join(", "))
            }),
        );
        lines.extend(more(moved.len(), "ways to move"));
        lines.push(format!("  unchanged  {}", number(same.iter().map(|it| it.rows).sum())));
    }
    let width = decision.rules.iter().take(MAX_LINES).map(|it| number(it.rows).len()).max().unwrap_or(0);
    let rule = |it: &Count| format!("  {:>width$}  {}", number(it.rows), it.name);
    lines.extend(decision.rules.iter().take(MAX_LINES).map(rule));
    lines.extend(more(decision.rules.len(), "rules"));
    lines
}

fn more(all: usize, what: &str) -> Option<String> {
    let more = all.checked_sub(MAX_LINES).filter(|&more| more > 0)?;
    Some(format!("  and {more} more {what}; `--summary` has all"))
}

/// Says how fast it was.
pub fn speed(rows: u64, took: Duration, workers: usize) -> String {
    let seconds = took.as_secs_f64().max(1e-9);
    let each = number((rows as f64 / seconds) as u64);
    format!("{seconds:.2} seconds, {each} rows a second, {workers} at a time")
}

/// `1,234,567`.
fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let shown: Vec<String> = [0, 999, 1_000, 1_234_567].into_iter().map(number).collect();
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }
}
