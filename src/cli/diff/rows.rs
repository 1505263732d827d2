//! `--population`: rows of applicants, each decided under both texts.

use std::path::Path;

use enact::diagnostic::Code;
use enact::diff::population::Census;
use enact::diff::{Comparison, Population};
use enact::facts::rows::{read_columns, read_row};
use enact::facts::{Facts, FactsError, read_facts};
use enact::load::read_csv;
use enact::source::Sources;
use enact::syntax::ast::On;

use super::unreadable;
use crate::cli::exit::Failure;
use crate::cli::facts::{findings, set_on};
use crate::cli::files::read_input;

/// The largest population, in bytes: a million rows of some hundred letters, held in memory at once.
const MAX_POPULATION_BYTES: usize = 512 * 1024 * 1024;

/// A population as it is given.
pub struct Rows {
    name: String,
    text: String,
    csv: bool,
}

/// Reads a file of rows.
pub fn read(path: &Path) -> Result<Rows, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if ending == "parquet" {
        let help = "save the rows as CSV or JSONL";
        return Err(unreadable(path, "is Parquet, which is not read", help));
    }
    let bytes = read_input(path, MAX_POPULATION_BYTES)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::one(Code::NOT_UTF8, format!("`{}` is no UTF-8 text", path.display()), None))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let csv = match ending.as_str() {
        "csv" => true,
        "jsonl" | "ndjson" => false,
        _ if path == Path::new("-") => !text.trim_start().starts_with('{'),
        _ => {
            let help = "name it `.csv` or `.jsonl`, after what it holds";
            return Err(unreadable(path, "is neither CSV nor JSONL by its name", help));
        }
    };
    Ok(Rows { name: path.display().to_string(), text, csv })
}

/// Counts the rows under both texts. Rows that cannot be read are counted too, by what is wrong.
pub fn count(comparison: &Comparison, rows: &Rows, on: Option<On>) -> Result<Population, Failure> {
    let group_of = |decision: usize, facts: &Facts| comparison.group_of(decision, facts);
    let mut census = Census::new(comparison, &group_of);
    let mut take = |line: usize, read: Result<Facts, Vec<FactsError>>| match read {
        Ok(mut facts) => {
            if let Some(on) = on {
                set_on(&mut facts, on);
            }
            census.add(&facts);
        }
        Err(errors) => {
            let Some(error) = errors.first() else { return };
            let pointer = error.pointer().filter(|pointer| !pointer.is_empty());
            let kind = format!("{} {}", error.code().number, pointer.unwrap_or(""));
            let at = pointer.map_or_else(String::new, |pointer| format!("`{pointer}`, "));
            census.refuse(&kind, || format!("{at}first in line {line}: {error}"), 1);
        }
    };
    let program = &comparison.program;
    if rows.csv {
        let mut sources = Sources::new();
        let id = sources.add(rows.name.as_str(), rows.text.as_str());
        let (table, errors) = read_csv(id, &rows.text);
        if table.columns.is_empty() {
            return Err(Failure::Errors(errors, Box::new(sources)));
        }
        let columns = read_columns(program, &table)
            .map_err(|errors| Failure::Errors(findings(&rows.name, &errors), Box::default()))?;
        for row in &table.rows {
            let line = sources.get(id).location(row.span.start).line as usize;
            take(line, read_row(program, &columns, &row.cells));
        }
        if table.unfit > 0 {
            let first = errors.iter().find_map(|error| Some((sources.place(error.span()?), &error.message)));
            let what = || first.map_or_else(String::new, |(place, message)| format!("{message}, first at {place}"));
            census.refuse("csv", what, table.unfit);
        }
    } else {
        for (index, line) in rows.text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            take(index + 1, read_facts(program, line));
        }
    }
    Ok(census.finish())
}
