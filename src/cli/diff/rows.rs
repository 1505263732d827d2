//! `--population`: rows of applicants, each decided under both texts.

use std::path::{Path, PathBuf};

use enact::diagnostic::Code;
use enact::diff::population::Census;
use enact::diff::{Comparison, Population};
use enact::facts::rows::{read_column, read_columns, read_row};
use enact::facts::{Facts, FactsError, read_facts, set_on};
use enact::load::read_csv;
use enact::program::Program;
use enact::source::Sources;
use enact::syntax::ast::On;

use super::unreadable;
use crate::cli::exit::Failure;
use crate::cli::facts::findings;
use crate::cli::files::read_input;
use crate::cli::parquet::{Table, Use};

/// The largest population, in bytes: a million rows of some hundred letters, held in memory at once.
const MAX_POPULATION_BYTES: usize = 512 * 1024 * 1024;

/// A population as it is given.
pub enum Rows {
    /// A table in lines, held in memory, and its name.
    Csv {
        /// The name of the file.
        name: String,
        /// What it holds.
        text: String,
    },
    /// An object a line, held in memory.
    Jsonl(String),
    /// A file of Parquet, read when its rows are counted.
    Table(PathBuf),
}

/// Reads a file of rows.
pub fn read(path: &Path) -> Result<Rows, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if ending == "parquet" {
        return Table::open(path).map(|_| Rows::Table(path.to_owned()));
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
    Ok(if csv { Rows::Csv { name: path.display().to_string(), text } } else { Rows::Jsonl(text) })
}

/// Counts the rows under both texts. Rows that cannot be read are counted too, by what is wrong.
pub fn count(comparison: &Comparison, rows: &Rows, on: Option<On>) -> Result<Population, Failure> {
    let group_of = |decision: usize, facts: &Facts| comparison.group_of(decision, facts);
    let mut census = Census::new(comparison, &group_of);
    let place = if matches!(rows, Rows::Table(_)) { "row" } else { "line" };
    let mut take = |number: usize, read: Result<Facts, Vec<FactsError>>| match read {
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
            census.refuse(&kind, || format!("{at}first in {place} {number}: {error}"), 1);
        }
    };
    let program = &comparison.program;
    match rows {
        Rows::Table(path) => count_table(program, path, &mut take)?,
        Rows::Csv { name, text } => {
            let (unfit, what) = count_csv(program, name, text, &mut take)?;
            if unfit > 0 {
                census.refuse("csv", || what, unfit);
            }
        }
        Rows::Jsonl(text) => {
            for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                take(index + 1, read_facts(program, line));
            }
        }
    }
    Ok(census.finish())
}

/// Takes a row by its number, or by its line.
type Take<'t> = dyn FnMut(usize, Result<Facts, Vec<FactsError>>) + 't;

/// Takes the rows of CSV; returns how many are none, and of the first of them why.
fn count_csv(program: &Program, name: &str, text: &str, take: &mut Take) -> Result<(usize, String), Failure> {
    let mut sources = Sources::new();
    let id = sources.add(name, text);
    let (table, errors) = read_csv(id, text);
    if table.columns.is_empty() {
        return Err(Failure::Errors(errors, Box::new(sources)));
    }
    let columns =
        read_columns(program, &table).map_err(|errors| Failure::Errors(findings(name, &errors), Box::default()))?;
    for row in &table.rows {
        let line = sources.get(id).location(row.span.start).line as usize;
        take(line, read_row(program, &columns, &row.cells));
    }
    let first = errors.iter().find_map(|error| Some((sources.place(error.span()?), &error.message)));
    Ok((table.unfit, first.map_or_else(String::new, |(place, message)| format!("{message}, first at {place}"))))
}

fn count_table(program: &Program, path: &Path, take: &mut Take) -> Result<(), Failure> {
    let name = path.display().to_string();
    let unfit = |errors: Vec<FactsError>| Failure::Errors(findings(&name, &errors), Box::default());
    let table = Table::open(path)?;
    let (mut columns, mut errors) = (Vec::new(), Vec::new());
    for name in table.names() {
        match read_column(program, &name) {
            Ok(column) => columns.push(column),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(unfit(errors));
    }
    let mut rows = table.read(|_| Use::Fact).map_err(unfit)?;
    while let Some(batch) = rows.next_batch().map_err(|error| Failure::file("read", path, &error))? {
        batch.each_row(|number, cells| {
            let facts = cells.map_err(|error| vec![error]).and_then(|cells| read_row(program, &columns, cells));
            take(usize::try_from(number).unwrap_or(usize::MAX), facts);
        });
    }
    Ok(())
}
