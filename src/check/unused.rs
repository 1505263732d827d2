//! Declarations that nothing reads.

use rustc_hash::FxHashSet as HashSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::load::Loaded;
use crate::source::Span;
use crate::syntax::ast::DeclKind;

/// Warns of declarations that nothing reads.
///
/// Facts and enums of libraries are spared: facts files may state what no policy reads yet. So are definitions without
/// parameters: they can be asked.
pub(super) fn unused(loaded: &Loaded, used: &HashSet<Span>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut seen = HashSet::default();
    let libraries =
        loaded.libraries.iter().flat_map(|library| &library.file.declarations).map(|declaration| (declaration, true));
    let versions = loaded.policies.iter().flat_map(|policy| &policy.versions).flat_map(|version| &version.declarations);
    for (declaration, in_library) in libraries.chain(versions.map(|consolidated| (&*consolidated.declaration, false))) {
        let what = match &declaration.kind {
            DeclKind::Fact(_) if !in_library => "fact",
            DeclKind::Enum(_) if !in_library => "enum",
            DeclKind::Record(_) if !in_library => "record",
            DeclKind::Set(_) => "set",
            DeclKind::Parameter(_) => "parameter",
            DeclKind::Scale(_) => "scale",
            DeclKind::Table(_) => "table",
            DeclKind::Calendar(_) => "calendar",
            DeclKind::Source(_) => "source",
            DeclKind::Question(_) => "question",
            DeclKind::Define(decl) if !decl.head.parameters.is_empty() => "definition",
            _ => continue,
        };
        let Some(head) = declaration.kind.head() else { continue };
        let place = head.name.span;
        let type_used =
            matches!(declaration.kind, DeclKind::Enum(_) | DeclKind::Record(_)) && used.contains(&declaration.span);
        if used.contains(&place) || type_used || !seen.insert(place) {
            continue;
        }
        let help = match what {
            "source" => "cite it, or take it out",
            "question" => "let a declaration say `relies on` it, or take it out",
            _ => "use it, or take it out",
        };
        found.push(
            Diagnostic::warning(Code::UNUSED, place, format!("nothing uses the {what} `{}`", head.name.value))
                .help(help),
        );
    }
    found
}
