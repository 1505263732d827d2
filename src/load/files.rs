//! Bytes to trees, one file at a time, and what each kind of file may hold (T1).

use std::collections::BTreeSet;

use super::path::{folder_of, library_path, stem_of, without_ending};
use super::subject::subject;
use super::{Folder, Loaded};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::SourceId;
use crate::syntax::ast::{DeclKind, Declaration, File, Header, PolicyHeader, Verb};
use crate::syntax::{Parse, Parsed, decode, parse};

/// A file that begins with `policy`.
pub(super) struct PolicyFile {
    pub(super) path: String,
    pub(super) source: SourceId,
    pub(super) header: PolicyHeader,
    pub(super) declarations: Vec<Declaration>,
    /// Whether its text has an error, which may have cost it a declaration.
    pub(super) broken: bool,
}

/// A library or a file of tests.
pub(super) struct PlainFile {
    pub(super) path: String,
    pub(super) source: SourceId,
    pub(super) file: File,
    pub(super) broken: bool,
}

/// All files by kind, each kind by path.
#[derive(Default)]
pub(super) struct Files {
    pub(super) policies: Vec<PolicyFile>,
    pub(super) libraries: Vec<PlainFile>,
    pub(super) tests: Vec<PlainFile>,
    pub(super) lost: Lost,
}

impl Files {
    /// Returns every declaration.
    pub(super) fn declarations(&self) -> impl Iterator<Item = &Declaration> {
        let plain = self.libraries.iter().chain(&self.tests).flat_map(|file| &file.file.declarations);
        self.policies.iter().flat_map(|file| &file.declarations).chain(plain)
    }
}

/// Files that are no text, or whose header has an error: what they would have declared is unknown, not missing.
#[derive(Default)]
pub(super) struct Lost(BTreeSet<String>);

impl Lost {
    /// Whether a lost file may have declared a policy of that name.
    pub(super) fn may_be_policy(&self, name: &str) -> bool {
        self.0.iter().any(|path| folder_of(path).rsplit('/').next() == Some(name))
    }

    /// Whether a lost file may have been that library.
    pub(super) fn may_be_library(&self, used: &str) -> bool {
        self.0.iter().any(|path| library_path(path) == used)
    }

    /// Whether a lost file may have held that version.
    pub(super) fn may_be_version(&self, folder: &str, day: &str) -> bool {
        self.0.iter().any(|path| folder_of(path) == folder && stem_of(path) == day)
    }
}

/// Parses every `.enact` file and sorts it by kind.
pub(super) fn parse_files(folder: &Folder, loaded: &mut Loaded, mut parsed: Option<&mut Parsed>) -> Files {
    let mut files = Files::default();
    for (path, bytes) in folder.files.iter().filter(|(path, _)| path.ends_with(".enact")) {
        let name = shown(folder, path);
        let text = match decode(bytes, &name) {
            Ok(text) => text,
            Err(error) => {
                loaded.diagnostics.push(error.diagnostic);
                files.lost.0.insert(path.clone());
                continue;
            }
        };
        let source = loaded.sources.add(name, text);
        loaded.paths.insert(source, path.clone());
        let parse = match &mut parsed {
            Some(parsed) => Parse::clone(&parsed.parse(&loaded.sources, source)),
            None => parse(&loaded.sources, source),
        };
        let broken = lost_a_declaration(&parse);
        loaded.diagnostics.extend(parse.diagnostics);
        let path = path.clone();
        let mut file = parse.file;
        match &file.header {
            Header::Policy(header) => {
                let header = (**header).clone();
                files.policies.push(PolicyFile { path, source, header, declarations: file.declarations, broken });
            }
            Header::Library { .. } => {
                keep_library(&mut file, &mut loaded.diagnostics);
                files.libraries.push(PlainFile { path, source, file, broken });
            }
            Header::None if broken && has_header_word(loaded.sources.get(source).text()) => {
                files.lost.0.insert(path);
            }
            Header::None => {
                keep_tests(&mut file, &path, &mut loaded.diagnostics);
                files.tests.push(PlainFile { path, source, file, broken });
            }
        }
    }
    files
}

/// Whether a file may hold more declarations than its tree.
fn lost_a_declaration(parse: &Parse) -> bool {
    // Other findings are of declarations that were understood nevertheless.
    let losing =
        [Code::SYNTAX, Code::HIDDEN_CHARACTER, Code::TOO_DEEP, Code::TOO_LARGE, Code::RESERVED_WORD, Code::HEADER];
    !parse.unparsed.is_empty() || parse.diagnostics.iter().any(|found| found.is_error() && losing.contains(&found.code))
}

/// Returns a path as shown to people.
pub(super) fn shown(folder: &Folder, path: &str) -> String {
    if folder.name.is_empty() { path.to_owned() } else { format!("{}/{path}", folder.name.trim_end_matches('/')) }
}

/// Whether a text means to begin with `policy` or `library`.
fn has_header_word(text: &str) -> bool {
    let line = text.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or("");
    let word = line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    matches!(word.to_lowercase().as_str(), "policy" | "library")
}

/// Takes out of a library what it may not hold: verbs, and what belongs to one policy or one day.
fn keep_library(file: &mut File, diagnostics: &mut Vec<Diagnostic>) {
    strip_verbs(&mut file.declarations, "a library amends nothing", diagnostics);
    file.declarations.retain(|declaration| {
        let Some(subject) = subject(&declaration.kind) else { return false };
        let help = match subject.kind {
            "parameter" | "scale" => "dated values belong into the versions of a policy",
            "decision" | "rule" | "note" | "assert" => {
                "it belongs into the versions of a policy, which `use` this library"
            }
            "test" | "profile" => "it belongs into a file of tests, which has no header",
            _ => return true,
        };
        let message = format!("a library holds no `{}`", subject.kind);
        diagnostics.push(Diagnostic::error(Code::MISPLACED, subject.span, message).help(help));
        false
    });
}

/// Takes out of a file of tests what it may not hold; said once, as its header was probably forgotten.
fn keep_tests(file: &mut File, path: &str, diagnostics: &mut Vec<Diagnostic>) {
    strip_verbs(&mut file.declarations, "a file of tests amends nothing", diagnostics);
    let mut misplaced = Vec::new();
    file.declarations.retain(|declaration| {
        let Some(subject) = subject(&declaration.kind) else { return false };
        let stays = subject.stays() || subject.kind == "use";
        if !stays {
            misplaced.push((subject.span, subject.text()));
        }
        stays
    });
    if let Some((span, text)) = misplaced.first() {
        let more =
            if misplaced.len() > 1 { format!(" and {} more declarations", misplaced.len() - 1) } else { String::new() };
        let message = format!("a file without a header holds `use`, `profile` and `test`, not `{text}`{more}");
        let day = if crate::load::time::read_date(stem_of(path)).is_ok() { stem_of(path) } else { "2024-12-24" };
        let name = folder_of(path).rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("NAME");
        let library = without_ending(path).rsplit('/').next().unwrap_or("NAME");
        let help = format!("begin the file with `policy {name} effective from {day}` or `library {library}`");
        diagnostics.push(Diagnostic::error(Code::MISPLACED, *span, message).help(help));
    }
}

/// Takes away verbs where nothing is amended, with an error each; a `repeal` goes with its verb.
pub(super) fn strip_verbs(declarations: &mut Vec<Declaration>, why: &str, diagnostics: &mut Vec<Diagnostic>) {
    declarations.retain_mut(|declaration| {
        if let DeclKind::Repeal(repeal) = &declaration.kind {
            let message =
                format!("`repeal {} {}` in a file that amends nothing", repeal.kind.value, repeal.path.text());
            let error = Diagnostic::error(Code::VERB, declaration.span, message).found(why);
            diagnostics.push(error.help("drop it, or say which version the file `amends` in its header"));
            return false;
        }
        if let Some(verb) = declaration.verb.take() {
            let word = verb_text(verb.value);
            let error =
                Diagnostic::error(Code::VERB, verb.span, format!("`{word}` in a file that amends nothing")).found(why);
            diagnostics
                .push(error.help(format!("drop `{word}`, or say which version the file `amends` in its header")));
        }
        true
    });
}

/// Returns a verb as written.
pub(super) fn verb_text(verb: Verb) -> &'static str {
    match verb {
        Verb::Insert => "insert",
        Verb::Replace => "replace",
    }
}
