//! The data files that declarations read.

use std::collections::BTreeMap;

use super::csv::{CsvTable, MAX_DATA_BYTES, read_csv};
use super::files::{Files, shown};
use super::path::{data_path, folder_of};
use super::{Folder, Loaded};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::syntax::ast::{DeclKind, EnumBody, Name, ReadFrom, SetBody, TableBody};
use crate::syntax::decode;

/// Reads every data file that a declaration names, once, and reports paths that lead nowhere, files that are no CSV and columns
/// that they lack.
pub(super) fn read_data(folder: &Folder, files: &Files, loaded: &mut Loaded) {
    // The first declaration that reads a file is named beside the errors in it; `None` for one that cannot be read at all.
    let mut tables = BTreeMap::<String, Option<CsvTable>>::new();
    for from in files.declarations().filter_map(|declaration| read_from(&declaration.kind)) {
        let declaring = loaded.path(from.path.span.source).to_owned();
        let written = &from.path.value;
        let Some(path) = data_path(&declaring, written) else {
            let error = Diagnostic::error(
                Code::OUTSIDE_ROOT,
                from.path.span,
                format!("`{written}` leads out of the policies folder"),
            );
            loaded
                .diagnostics
                .push(error.help("paths start at the file that names them and stay inside the policies folder"));
            continue;
        };
        if !tables.contains_key(&path) {
            let table = match folder.files.get(&path) {
                None => Err(missing_file(folder, &declaring, &path, from)),
                Some(bytes) => decode_data(bytes, &shown(folder, &path), from),
            };
            let table = table.map(|text| {
                let source = loaded.sources.add(shown(folder, &path), text.as_str());
                loaded.paths.insert(source, path.clone());
                let (table, errors) = read_csv(source, &text);
                loaded.diagnostics.extend(errors.into_iter().map(|error| error.label(from.path.span, "read here")));
                table
            });
            tables.insert(path.clone(), table.map_err(|error| loaded.diagnostics.push(error)).ok());
        }
        // Without a header every column is missing: that is said already.
        if let Some(Some(table)) =
            tables.get(&path).filter(|table| table.as_ref().is_some_and(|table| !table.columns.is_empty()))
        {
            loaded.diagnostics.extend(
                columns(from)
                    .filter(|name| table.column(&name.value).is_none())
                    .map(|name| missing_column(table, name)),
            );
        }
    }
    loaded.data = tables.into_iter().filter_map(|(path, table)| Some((path, table?))).collect();
}

/// Returns what a declaration reads, if it does.
pub fn read_from(kind: &DeclKind) -> Option<&ReadFrom> {
    match kind {
        DeclKind::Enum(decl) => match &decl.body {
            EnumBody::Read(from) => Some(from),
            EnumBody::Members(_) => None,
        },
        DeclKind::Set(decl) => match &decl.body {
            SetBody::Read(from) => Some(from),
            SetBody::Members(_) => None,
        },
        DeclKind::Calendar(decl) => match decl.holidays.as_ref()? {
            SetBody::Read(from) => Some(from),
            SetBody::Members(_) => None,
        },
        DeclKind::Table(decl) => match &decl.body {
            TableBody::Read(from) => Some(from),
            TableBody::Rows(_) => None,
        },
        _ => None,
    }
}

/// Returns the columns a declaration names.
fn columns(from: &ReadFrom) -> impl Iterator<Item = &Name> {
    let valid = from.valid.iter().flat_map(|(start, end)| std::iter::once(start).chain(end));
    let filter = from.filter.iter().map(|(column, _)| column);
    from.column.iter().chain(from.columns.iter().map(|column| &column.column)).chain(filter).chain(valid)
}

fn missing_column(table: &CsvTable, name: &Name) -> Diagnostic {
    let message = format!("the data has no column `{}`", name.value);
    let error = Diagnostic::error(Code::CSV, table.header, message).found("its columns").label(name.span, "named here");
    match table.columns.as_slice() {
        [only] if only.contains(';') => error.help("separate cells with commas, not `;`"),
        [only] if only.contains('\t') => error.help("separate cells with commas, not tabs"),
        columns => {
            match did_you_mean(&name.value, columns.iter().map(String::as_str).filter(|column| !column.is_empty())) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            }
        }
    }
}

fn missing_file(folder: &Folder, declaring: &str, path: &str, from: &ReadFrom) -> Diagnostic {
    let error =
        Diagnostic::error(Code::UNREADABLE, from.path.span, format!("there is no data file `{}`", shown(folder, path)));
    if from.path.value.contains('\\') {
        return error.help("separate folders with `/`");
    }
    if !path.ends_with(".csv") {
        return error.help("the name of a data file ends in `.csv`");
    }
    let file_name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let data = || folder.files.keys().map(String::as_str).filter(|path| path.ends_with(".csv"));
    match data().find(|candidate| file_name(candidate) == file_name(path)).or_else(|| did_you_mean(path, data())) {
        Some(near) => error.help(format!("did you mean `{}`?", relative(folder_of(declaring), near))),
        None => error.help("the path starts at the file that names it"),
    }
}

/// Returns a path from the root as one from a folder.
fn relative(folder: &str, path: &str) -> String {
    let folder: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = path.split('/').collect();
    let common = folder.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folder.len() - common);
    up.chain(parts.into_iter().skip(common)).collect::<Vec<_>>().join("/")
}

fn decode_data(bytes: &[u8], name: &str, from: &ReadFrom) -> Result<String, Diagnostic> {
    if bytes.len() > MAX_DATA_BYTES {
        let message = format!("`{name}` has {} bytes; data files have at most {MAX_DATA_BYTES}", bytes.len());
        return Err(Diagnostic::error(Code::TOO_LARGE, from.path.span, message));
    }
    // Without a place of its own: the declaration that reads it is the place.
    let text = decode(bytes, name).map_err(|error| error.diagnostic.label(from.path.span, "read here"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    match text.char_indices().find(|&(_, c)| is_bidirectional_control(c)) {
        None => Ok(text),
        Some((at, control)) => {
            let line = text[..at].matches('\n').count() + 1;
            let message = format!("`{name}` hides the order of its text: U+{:04X} on line {line}", u32::from(control));
            let error = Diagnostic::error(Code::HIDDEN_CHARACTER, from.path.span, message).found("read here");
            Err(error.help("take the control character out"))
        }
    }
}

/// Whether a character changes the order in which the text around it is shown.
fn is_bidirectional_control(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
