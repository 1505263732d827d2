//! What is known of the thing under the pointer, as Markdown.

use super::index::SymbolId;
use super::symbol::Space;
use super::{Project, Text, words};
use crate::load::read_csv;
use crate::load::subject::subject;
use crate::source::Span;
use crate::syntax::ast::{Cite, Common, DeclKind, Declaration, EnumBody, Head, Header, SourceDecl, Verb};
use crate::syntax::format::{decl_text, start_text, type_text};
use crate::value::EnumId;

/// How many lines of a declaration are shown; a long table is read where it stands.
const MAX_LINES: usize = 24;
/// How many declarations that carry a clause are named.
const MAX_CARRIERS: usize = 20;
/// The list of all clauses of a root, if it has one.
pub(super) const CLAUSES: &str = "clauses.csv";

/// What is known of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The name it is about.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

impl Project {
    /// Says what is known of what stands at an offset: a name, a clause tag, or a word of the language.
    pub fn hover(&self, path: &str, offset: usize) -> Option<Hover> {
        let text = self.text(path)?;
        if let Some((span, id)) = self.symbol_at(path, offset) {
            return Some(Hover { span, text: self.describe(id, Some(text)) });
        }
        if let Some(span) = self.tag_at(text, offset) {
            return Some(Hover { span, text: self.clause(self.loaded.sources.slice(span)) });
        }
        let (word, span) = self.word_at(text, offset)?;
        let text = match words::find(word) {
            Some(word) => format!("**{}**: {}", word.text, word.help),
            None => built_in(word).or_else(|| self.country(word))?,
        };
        Some(Hover { span, text })
    }

    /// Describes what was offered in a file, by number and name; nothing where the text has changed since.
    pub fn about(&self, path: &str, number: usize, name: &str) -> Option<String> {
        let (id, _) = self.index().symbols().nth(number).filter(|(_, symbol)| symbol.name == name)?;
        Some(self.describe(id, self.text(path)))
    }

    /// Describes a thing as a file sees it.
    pub(super) fn describe(&self, id: SymbolId, from: Option<&Text>) -> String {
        let index = self.index();
        let symbol = index.symbol(id);
        let name = &symbol.name;
        let declaration = index.site(id, from).and_then(|site| site.declaration(self));
        match (symbol.space, declaration) {
            (Space::Policy, _) => self.describe_policy(name),
            (Space::Library, _) => format!("library `{name}`"),
            (Space::Local, _) | (_, None) => match index.ty(id) {
                Some(ty) => code(&format!("{name}: {}", type_text(ty))),
                None => code(name),
            },
            (Space::Member, Some(declaration)) => describe_member(name, declaration),
            (Space::Field, Some(declaration)) => describe_field(name, declaration),
            (_, Some(declaration)) => self.describe_declaration(id, declaration, from),
        }
    }

    fn describe_declaration(&self, id: SymbolId, declaration: &Declaration, from: Option<&Text>) -> String {
        let plain = Declaration { verb: None, ..declaration.clone() };
        let text = decl_text(&plain);
        let mut lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
        if text.lines().count() > MAX_LINES {
            lines.push("# …");
        }
        let mut parts = vec![code(&lines.join("\n"))];
        if let Some(label) = declaration.kind.head().and_then(|head| head.label.as_ref()) {
            parts.insert(0, format!("**{}**", label.value));
        }
        if let DeclKind::Fact(fact) = &declaration.kind {
            parts.extend(fact.ask.as_ref().map(|ask| format!("Asked: {}", ask.value)));
        }
        if let DeclKind::Source(source) = &declaration.kind {
            parts.push(source_words(source));
        }
        let cites = common(&declaration.kind).map_or(&[][..], |common| &common.cites);
        parts.extend(cites.iter().filter_map(|cite| self.cite(cite, from)));
        parts.extend(self.versions(id));
        parts.join("\n\n")
    }

    fn cite(&self, cite: &Cite, from: Option<&Text>) -> Option<String> {
        let index = self.index();
        let id = index.at(cite.source.span.source, cite.source.span.start as usize)?.symbol;
        let DeclKind::Source(source) = &index.site(id, from)?.declaration(self)?.kind else { return None };
        let at = cite.at.as_ref().map_or(String::new(), |at| format!(", {}", at.value));
        let quote = cite.quote.as_ref().map_or(String::new(), |quote| format!(": “{}”", quote.value));
        Some(format!("Source: {}{at}{quote}", source_words(source)))
    }

    /// Says which versions made, replaced and repealed a thing, and until when its last text is in force.
    fn versions(&self, id: SymbolId) -> Option<String> {
        let index = self.index();
        let mut history: Vec<(usize, String)> = Vec::new();
        let mut policy = None;
        for (text, site) in index.sites(id).iter().filter_map(|site| Some((self.texts().get(site.text)?, site))) {
            let super::Place::Version(of, version) = text.place else { return None };
            policy = Some(of);
            let verb = site.declaration(self)?.verb.as_ref().map(|verb| verb.value);
            let words = match verb {
                Some(Verb::Replace) => "replaced",
                Some(Verb::Insert) => "inserted",
                None => "stated",
            };
            let day = &self.version(text.place)?.name;
            history.push((version, format!("{words} {day}")));
        }
        let versions = &self.loaded.policies.get(policy?)?.versions;
        let (kind, name) = {
            let declared = index.sites(id).first()?.declaration(self)?;
            let subject = subject(&declared.kind)?;
            (subject.kind, subject.name.into_owned())
        };
        for (at, version) in versions.iter().enumerate() {
            let repeals = version.repealed.iter().any(|it| it.kind == kind && it.name == name);
            if repeals {
                history.push((at, format!("repealed {}", version.name)));
            }
        }
        history.sort();
        let end = versions.last().and_then(|version| version.end).map(|end| format!("; the policy ends {}", end.date));
        let words: Vec<String> = history.into_iter().map(|(_, words)| words).collect();
        Some(format!("Versions: {}{}", words.join(", "), end.unwrap_or_default()))
    }

    fn describe_policy(&self, name: &str) -> String {
        let Some(policy) = self.loaded.find_policy(name).and_then(|at| self.loaded.policies.get(at)) else {
            return code(&format!("policy {name}"));
        };
        let title = policy.versions.iter().rev().find_map(|version| version.title.as_ref());
        let mut text = title.map_or(String::new(), |title| format!("**{}**\n\n", title.value));
        text += &code(&format!("policy {name}"));
        for version in &policy.versions {
            let end = version.end.map_or("still in force".to_owned(), |end| format!("until {} (excluded)", end.date));
            let announced = version.header.announced.as_ref();
            let announced = announced.map_or(String::new(), |day| format!(", announced {}", day.value));
            let from = version.header.effective_from.as_ref().map_or(version.name.clone(), start_text);
            text += &format!("\n- from {from}, {end}{announced}");
        }
        text
    }

    /// Finds the clause tag at an offset: between brackets, `[A-1, A-2]`.
    pub(super) fn tag_at(&self, text: &Text, offset: usize) -> Option<Span> {
        let all = self.loaded.sources.get(text.source).text();
        let before = all.get(..offset)?;
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let open = line + before.get(line..)?.rfind('[').filter(|&at| !before[line + at..].contains([']', '"']))? + 1;
        let close = offset + all.get(offset..)?.find([']', '\n'])?;
        let inside = all.get(open..close)?;
        let mut start = open;
        for part in inside.split(',') {
            let end = start + part.len();
            if offset <= end {
                let from = start + (part.len() - part.trim_start().len());
                let span = Span::new(text.source, from, from + part.trim().len());
                return (!part.trim().is_empty()).then_some(span);
            }
            start = end + 1;
        }
        None
    }

    /// Says what a clause tag stands for, as the list of clauses has it, and what carries it.
    fn clause(&self, tag: &str) -> String {
        let mut text = format!("**[{tag}]**");
        if let Some(words) = self.clauses().into_iter().find(|(listed, _)| listed == tag).map(|(_, words)| words) {
            text += &format!(" {words}");
        }
        let mut carriers: Vec<String> = Vec::new();
        for other in self.texts() {
            for declaration in &other.parse.file.declarations {
                let Some(subject) = subject(&declaration.kind) else { continue };
                let carries = self.loaded.sources.slice(declaration.span);
                let carries = subject.kind != "test" && carries.contains(tag) && bears(carries, tag);
                if carries && carriers.len() < MAX_CARRIERS && !carriers.contains(&subject.text()) {
                    carriers.push(subject.text());
                }
            }
        }
        if !carriers.is_empty() {
            text += &format!("\n\nCarried by {}", carriers.join(", "));
        }
        text
    }

    /// Returns the clauses of the root's list, each with what the list says of it.
    pub(super) fn clauses(&self) -> Vec<(String, String)> {
        let Some(text) = self.folder.files.get(CLAUSES).and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
            return Vec::new();
        };
        let Some(&source) = self.loaded.paths.keys().next() else { return Vec::new() };
        let (table, _) = read_csv(source, text.trim_start_matches('\u{feff}'));
        let Some(clause) = table.column("clause") else { return Vec::new() };
        let words = table.column("rule");
        let row = |cells: &[String]| {
            let words = words.and_then(|at| cells.get(at)).cloned().unwrap_or_default();
            Some((cells.get(clause)?.clone(), words))
        };
        table.rows.iter().filter_map(|it| row(&it.cells)).collect()
    }

    fn country(&self, word: &str) -> Option<String> {
        let program = self.program.as_ref()?;
        let label = program.enum_type(EnumId::COUNTRY).members.get(word)?.label.as_ref()?;
        Some(format!("**{word}**: {label}"))
    }
}

/// Whether a text holds a tag between brackets.
fn bears(text: &str, tag: &str) -> bool {
    text.split('[')
        .skip(1)
        .filter_map(|rest| rest.split(']').next())
        .any(|list| list.split(',').any(|it| it.trim() == tag))
}

fn code(text: &str) -> String {
    format!("```enact\n{text}\n```")
}

/// What needs no declaration.
fn built_in(word: &str) -> Option<String> {
    let more = [
        ("evaluation_date", "The day of the decision, `--on`; never read from the clock."),
        ("evaluation_time", "The moment of the decision."),
        ("effective_from", "In `because`: the day from which the version is in force."),
    ];
    let mut all = words::BUILT_IN_TYPES.iter().chain(words::FUNCTIONS).chain(&more);
    all.find(|(name, _)| *name == word).map(|(name, help)| format!("**{name}**: {help}"))
}

fn source_words(source: &SourceDecl) -> String {
    let title = source.head.label.as_ref().map_or(source.head.name.value.as_str(), |label| &label.value);
    let by = source.by.as_ref().map_or(String::new(), |by| format!("{}, ", by.value));
    let published = source.published.as_ref().map_or(String::new(), |day| format!(", {}", day.value));
    let url = source.url.as_ref().map_or(String::new(), |url| format!(", <{}>", url.value));
    format!("{by}*{title}*{published}{url}")
}

fn with_label(first: String, label: Option<&str>, written: Option<&str>) -> String {
    let written = written.map_or(String::new(), |written| format!("\n\nData spells it `{written}`."));
    label.map_or(String::new(), |label| format!("**{label}**\n\n")) + &first + &written
}

fn describe_member(name: &str, declaration: &Declaration) -> String {
    let owner = declaration.kind.name().unwrap_or_default();
    let first = format!("`{name}`, a member of `{owner}`");
    let DeclKind::Enum(decl) = &declaration.kind else { return first };
    let EnumBody::Members(members) = &decl.body else { return first };
    let Some(member) = members.iter().find(|member| member.name.value == name) else { return first };
    let text = |text: &Option<crate::syntax::ast::Text>| text.as_ref().map(|it| it.value.clone());
    with_label(first, text(&member.label).as_deref(), text(&member.written).as_deref())
}

fn describe_field(name: &str, declaration: &Declaration) -> String {
    let owner = declaration.kind.name().unwrap_or_default();
    let (ty, label) = match &declaration.kind {
        DeclKind::Record(decl) => match decl.fields.iter().find(|field| field.head.name.value == name) {
            Some(field) => (Some(&field.ty), field.head.label.as_ref()),
            None => (None, None),
        },
        DeclKind::Table(decl) => (decl.outputs.iter().find(|it| it.name.value == name).map(|it| &it.ty), None),
        _ => (None, None),
    };
    let ty = ty.map_or(String::new(), |ty| format!(": {}", type_text(ty)));
    with_label(code(&format!("{owner}.{name}{ty}")), label.map(|label| label.value.as_str()), None)
}

/// Returns the shared clauses of a declaration.
fn common(kind: &DeclKind) -> Option<&Common> {
    Some(match kind {
        DeclKind::Use(it) => &it.common,
        DeclKind::Source(it) => &it.common,
        DeclKind::Fact(it) => &it.common,
        DeclKind::Assume(it) => &it.common,
        DeclKind::Invariant(it) => &it.common,
        DeclKind::Enum(it) => &it.common,
        DeclKind::Set(it) => &it.common,
        DeclKind::Record(it) => &it.common,
        DeclKind::Calendar(it) => &it.common,
        DeclKind::Define(it) => &it.common,
        DeclKind::Parameter(it) => &it.values.last()?.common,
        DeclKind::Scale(it) => &it.values.last()?.common,
        DeclKind::Table(it) => &it.common,
        DeclKind::Decision(it) => &it.common,
        DeclKind::Rule(it) => &it.common,
        DeclKind::Note(it) => &it.common,
        DeclKind::Question(it) => &it.common,
        DeclKind::Assert(it) => &it.common,
        DeclKind::Profile(it) => &it.common,
        DeclKind::Test(it) => &it.common,
        DeclKind::Repeal(_) => return None,
    })
}

/// Returns the label of a declaration, or of the head of a file.
pub(super) fn label(head: Option<&Head>, header: Option<&Header>) -> Option<String> {
    let title = header.and_then(|header| match header {
        Header::Policy(policy) => policy.title.as_ref(),
        Header::Library { title, .. } => title.as_ref(),
        Header::None => None,
    });
    head.and_then(|head| head.label.as_ref()).or(title).map(|text| text.value.clone())
}
