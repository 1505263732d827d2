//! Applicants one a row: CSV with a column for each fact.
//!
//! The header names facts by their keys, as [`super::schema::csv_header`] writes it. A cell that is blank states nothing; `none`
//! and `unknown` are the words for an absent and an unknown value; members of a set stand between semicolons, `US;PM`, and `{}`
//! is the empty set; lists and records are JSON. All else is plain text as [`super::read_text`] reads it.

use crate::load::CsvTable;
use crate::program::{FactId, Program};
use crate::value::Type;

use super::error::FactsError;
use super::read::{read_slot, unknown_fact};
use super::value::read_members;
use super::{Facts, Slot};

/// What separates the members of a set in a cell.
const SEPARATOR: char = ';';

/// Reads the header of a table: the fact of each column.
///
/// Errors: every column that is no fact. Good: `age_years,citizenships`. Bad: `age`, where the fact is `age_years`.
pub fn read_columns(program: &Program, table: &CsvTable) -> Result<Vec<FactId>, Vec<FactsError>> {
    let mut columns = Vec::new();
    let mut errors = Vec::new();
    for name in &table.columns {
        match read_column(program, name) {
            Ok(fact) => columns.push(fact),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(columns) } else { Err(errors) }
}

/// Reads the name of one column: the key of a fact.
pub fn read_column(program: &Program, name: &str) -> Result<FactId, FactsError> {
    let fact = program.facts.iter().position(|fact| fact.key == *name);
    fact.map(|index| FactId(index as u32)).ok_or_else(|| unknown_fact(program, name))
}

/// Reads one row by the facts of its columns. All errors are returned, from left to right.
pub fn read_row<C: AsRef<str>>(
    program: &Program,
    columns: &[FactId],
    cells: impl IntoIterator<Item = C>,
) -> Result<Facts, Vec<FactsError>> {
    let mut facts = Facts::new(program);
    let mut errors = Vec::new();
    for (&id, cell) in columns.iter().zip(cells) {
        match read_cell(program, id, cell.as_ref().trim()) {
            Ok(Some(slot)) => facts.set(id, slot),
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(facts) } else { Err(errors) }
}

fn read_cell(program: &Program, id: FactId, cell: &str) -> Result<Option<Slot>, FactsError> {
    if cell.is_empty() {
        return Ok(None);
    }
    match program.fact(id).ty.required() {
        Type::Set(inner) if !cell.starts_with(['{', '[']) && !matches!(cell, "none" | "unknown") => {
            let members = read_members(program, inner, cell.split(SEPARATOR));
            let wrong = |error| FactsError::Value { pointer: format!("/{}", program.fact(id).key), error };
            Ok(Some(Slot::Given(members.map_err(wrong)?)))
        }
        _ => read_slot(program, id, &program.fact(id).key, cell).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::write_facts;
    use crate::load::{Folder, load, read_csv};
    use crate::lower::lower;
    use crate::source::Sources;

    fn rows(text: &str) -> Vec<String> {
        let policy = "policy p effective from 2020-01-01\nenum colour { red, green }\n\
                      fact age: integer or none\nfact visited: set of country\nfact shade: colour\nfact fit: yes/no\n";
        let files = [("p/2020-01-01.enact".to_owned(), policy.as_bytes().to_vec())];
        let program = lower(&load(&Folder { name: String::new(), files: files.into() })).program;
        let mut sources = Sources::new();
        let source = sources.add("rows.csv", text);
        let (table, _) = read_csv(source, text);
        let shown = |errors: Vec<FactsError>| {
            let shown = |error: &FactsError| format!("{} {error}", error.pointer().unwrap_or(""));
            errors.iter().map(shown).collect::<Vec<_>>().join("; ")
        };
        match read_columns(&program, &table) {
            Err(errors) => vec![shown(errors)],
            Ok(columns) => {
                let row = |cells: &Vec<String>| read_row(&program, &columns, cells);
                let text = |facts: Facts| write_facts(&program, &facts).to_string();
                table.rows.iter().map(|it| row(&it.cells).map_or_else(shown, text)).collect()
            }
        }
    }

    #[test]
    fn blank_cells_state_nothing_and_sets_stand_between_semicolons() {
        let found = rows("age,visited,shade,fit\n30,US;PM,red,yes\n,{},,\nnone,FR,unknown,no\n,,,\n");
        assert_eq!(
            found,
            [
                r#"{"age":30,"visited":["PM","US"],"shade":"red","fit":true}"#,
                r#"{"visited":[]}"#,
                r#"{"age":null,"visited":["FR"],"shade":{"unknown":true},"fit":false}"#,
                "{}",
            ]
        );
    }

    #[test]
    fn every_error_of_a_row_is_said() {
        assert_eq!(rows("age,agee\n1,2\n"), ["/agee no policy declares a fact `agee`"]);
        let found = rows("age,visited,shade\nold,US;US,blue\n");
        assert!(found[0].contains("/age ") && found[0].contains("twice") && found[0].contains("`blue`"), "{found:?}");
    }
}
