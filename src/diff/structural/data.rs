//! Rows of data files that a declaration reads: which are new, gone or changed.

use crate::load::{CsvRow, CsvTable, Loaded};
use crate::syntax::ast::{DeclKind, EnumBody, Hit, ReadFrom, SetBody, TableBody};

/// Returns what a declaration reads from a file, if it does.
pub(crate) fn read_from(kind: &DeclKind) -> Option<&ReadFrom> {
    match kind {
        DeclKind::Enum(decl) => match &decl.body {
            EnumBody::Read(from) => Some(from),
            EnumBody::Members(_) => None,
        },
        DeclKind::Set(decl) => set(&decl.body),
        DeclKind::Calendar(decl) => set(decl.holidays.as_ref()?),
        DeclKind::Table(decl) => match &decl.body {
            TableBody::Read(from) => Some(from),
            TableBody::Rows(_) => None,
        },
        _ => None,
    }
}

fn set(body: &SetBody) -> Option<&ReadFrom> {
    match body {
        SetBody::Read(from) => Some(from),
        SetBody::Members(_) => None,
    }
}

/// Returns the rows that differ between what two declarations of one kind read: `+ row MX, 2016-12-01`, `- row …`, and
/// `row MX, 2016-12-01 -> MX, 2016-12-01, 2024-02-29` where the first cell is the same.
///
/// Only columns that are read and rows that `where` keeps count; nothing where the two read other columns, which is a change
/// of text.
pub(super) fn row_changes(old: (&Loaded, &DeclKind), new: (&Loaded, &DeclKind)) -> Vec<String> {
    let (Some(old_from), Some(new_from)) = (read_from(old.1), read_from(new.1)) else { return Vec::new() };
    if columns(old_from) != columns(new_from) {
        return Vec::new();
    }
    let (Some(before), Some(after)) = (rows(old.0, old_from), rows(new.0, new_from)) else { return Vec::new() };
    if before == after {
        return Vec::new();
    }
    let mut added: Vec<&Vec<&str>> = after.iter().collect();
    added.sort();
    let mut gone: Vec<&Vec<&str>> = Vec::new();
    for row in &before {
        match added.binary_search(&row) {
            Ok(same) => _ = added.remove(same),
            Err(_) => gone.push(row),
        }
    }
    if gone.is_empty() && added.is_empty() {
        let first = matches!(new.1, DeclKind::Table(decl) if decl.hit.value == Hit::First);
        return if first { vec!["rows in another order".to_owned()] } else { Vec::new() };
    }
    let mut found = Vec::new();
    for row in gone {
        let key = row.first();
        let namesakes: Vec<usize> = (0..added.len()).filter(|&index| added[index].first() == key).collect();
        match namesakes.as_slice() {
            [only] => found.push(format!("row {} -> {}", row.join(", "), added.remove(*only).join(", "))),
            _ => found.push(format!("- row {}", row.join(", "))),
        }
    }
    found.extend(added.iter().map(|row| format!("+ row {}", row.join(", "))));
    found
}

/// The columns whose cells are read, in the order they are named.
fn columns(from: &ReadFrom) -> Vec<&str> {
    let read = from.column.iter().chain(from.columns.iter().map(|column| &column.column));
    let valid = from.valid.iter().flat_map(|(start, end)| std::iter::once(start).chain(end));
    read.chain(valid).map(|name| name.value.as_str()).collect()
}

fn rows<'a>(loaded: &'a Loaded, from: &ReadFrom) -> Option<Vec<Vec<&'a str>>> {
    let table: &CsvTable = loaded.table(from)?;
    let indexes: Vec<usize> = columns(from).into_iter().map(|name| table.column(name)).collect::<Option<_>>()?;
    let filter = match &from.filter {
        Some((column, wanted)) => Some((table.column(&column.value)?, wanted.value.as_str())),
        None => None,
    };
    let kept = |row: &&CsvRow| filter.is_none_or(|(column, wanted)| row.cells[column] == wanted);
    let cells = |row: &'a CsvRow| indexes.iter().map(|&index| row.cells[index].as_str()).collect();
    Some(table.rows.iter().filter(kept).map(cells).collect())
}
