//! Names resolved, types checked, everything lowered to one [`Program`].
//!
//! A `scope::Unit` holds what names mean in one version of a policy. Each version is lowered on its consolidated text, as if
//! written by hand (T6); equal expressions of different versions become one node. Libraries are also lowered by themselves, so
//! that their mistakes are found whether or not a policy uses them.
//!
//! The program is complete only where no error was found: [`crate::check`] decides that.

mod arithmetic;
mod call;
mod compare;
mod data;
mod decision;
mod expr;
mod graph;
mod guard;
mod scope;
mod testing;
mod types;
mod units;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::load::{Loaded, Used};
use crate::program::{
    CalendarId, CitedId, Clock, DatedId, EVALUATION_DATE, FactId, Family, FamilyId, Policy, PolicyId, Program,
    QuestionId, Version, VersionId,
};
use crate::source::Span;
use crate::syntax::ast::{DeclKind, UseDecl};
use crate::value::{RecordId, Type};

use graph::Graph;
use scope::{TypeEntity, Unit};

pub use data::MAX_DATED_MEMBERS;
pub use expr::MAX_QUANTIFIERS;

/// How many definitions may use each other in turn: `a` reads `b` reads `c`, … Each takes stack while lowering.
pub const MAX_DEFINE_DEPTH: usize = 64;

/// What lowering gives.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The program; without errors it is complete.
    pub program: Program,
    /// What is wrong, unsorted.
    pub diagnostics: Vec<Diagnostic>,
    /// Reads of decisions of other policies, for the checks over time.
    pub reads: Vec<Read>,
    /// The names of declarations that something reads.
    pub used: HashSet<Span>,
}

/// A version reads a decision of another policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The reader.
    pub version: VersionId,
    /// What it reads.
    pub family: FamilyId,
    /// Where.
    pub span: Span,
    /// Whether an `outside` clause says what holds outside its time.
    pub outside: bool,
}

/// Says that an error has been reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reported;

/// Lowers everything under a root.
pub fn lower(loaded: &Loaded) -> Lowered {
    let mut lowerer = Lowerer::new(loaded);
    lowerer.run();
    Lowered {
        program: lowerer.graph.program,
        diagnostics: lowerer.diagnostics,
        reads: lowerer.reads,
        used: lowerer.used,
    }
}

struct Lowerer<'a> {
    loaded: &'a Loaded,
    graph: Graph,
    diagnostics: Vec<Diagnostic>,
    /// Whether an error may have cost the unit at hand a declaration: unknown names are then no finding.
    incomplete: bool,
    used: HashSet<Span>,
    reads: Vec<Read>,
    /// Types and facts mean one thing over the whole run (P6): by name, with the declaration that said so first.
    types: HashMap<&'a str, (TypeEntity, Span)>,
    facts: HashMap<&'a str, (FactId, Span)>,
    families: HashMap<(Option<PolicyId>, &'a str), FamilyId>,
    /// By the name's place.
    cited: HashMap<Span, CitedId>,
    questions: HashMap<Span, QuestionId>,
    calendars: HashMap<Span, CalendarId>,
    dated_by_place: HashMap<Span, DatedId>,
    output_records: HashMap<Span, RecordId>,
    library_invariants: HashMap<Span, u32>,
}

impl<'a> Lowerer<'a> {
    fn new(loaded: &'a Loaded) -> Self {
        Lowerer {
            loaded,
            graph: Graph::new(),
            diagnostics: Vec::new(),
            incomplete: false,
            used: HashSet::default(),
            reads: Vec::new(),
            types: HashMap::default(),
            facts: HashMap::default(),
            families: HashMap::default(),
            cited: HashMap::default(),
            questions: HashMap::default(),
            calendars: HashMap::default(),
            dated_by_place: HashMap::default(),
            output_records: HashMap::default(),
            library_invariants: HashMap::default(),
        }
    }

    fn run(&mut self) {
        self.declare_types();
        self.declare_policies();
        let clock = self.clock(EVALUATION_DATE);
        for index in 0..self.loaded.libraries.len() {
            self.lower_library(index, clock);
        }
        let mut policies_units = Vec::new();
        for policy in 0..self.loaded.policies.len() {
            policies_units.push(self.declare_versions(policy));
        }
        for (policy, units) in policies_units.into_iter().enumerate() {
            self.lower_versions(policy, units);
        }
        self.lower_tests();
    }

    /// Reports an error, unless it only follows from one reported before.
    fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        let follows =
            self.incomplete && matches!(diagnostic.code, Code::UNKNOWN_NAME | Code::UNKNOWN_MEMBER | Code::NOT_A_FACT);
        if !follows && !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
        Reported
    }

    fn mark_used(&mut self, declared: Span) {
        self.used.insert(declared);
    }

    /// Returns a text on one line, for messages.
    fn text(&self, span: Span) -> String {
        one_line(self.loaded.sources.slice(span))
    }

    /// Finds a library that declares a name which is not in scope.
    fn declared_elsewhere(&self, name: &str) -> Option<String> {
        let declares = |kind: &DeclKind| {
            matches!(kind, DeclKind::Fact(_) | DeclKind::Define(_) | DeclKind::Set(_)) && kind.name() == Some(name)
        };
        let library = self
            .loaded
            .libraries
            .iter()
            .find(|library| library.file.declarations.iter().any(|decl| declares(&decl.kind)));
        if let Some(library) = library {
            return Some(library.path.clone());
        }
        let decides = |version: &crate::load::LoadedVersion| {
            version.declarations.iter().any(|decl| {
                matches!(decl.declaration.kind, DeclKind::Decision(_)) && decl.declaration.kind.name() == Some(name)
            })
        };
        self.loaded.policies.iter().find(|policy| policy.versions.iter().any(decides)).map(|policy| policy.name.clone())
    }

    /// Finds another policy that defines a name.
    fn defined_in(&self, name: &str, reader: Option<VersionId>) -> Option<&'a str> {
        let defines = |version: &crate::load::LoadedVersion| {
            version.declarations.iter().any(|decl| {
                matches!(decl.declaration.kind, DeclKind::Define(_)) && decl.declaration.kind.name() == Some(name)
            })
        };
        let own = reader.map(|reader| self.graph.program.version(reader).policy.index());
        let policies = self.loaded.policies.iter().enumerate().filter(|(index, _)| Some(*index) != own);
        let (_, policy) = policies.into_iter().find(|(_, policy)| policy.versions.iter().any(defines))?;
        Some(&policy.name)
    }

    /// Returns the libraries a set of declarations uses, theirs included, each once.
    fn libraries_of(&self, uses: impl Iterator<Item = &'a UseDecl>) -> Vec<usize> {
        let mut work: Vec<usize> = uses.filter_map(|used| self.used_library(used)).collect();
        let mut found = Vec::new();
        while let Some(library) = work.pop() {
            if found.contains(&library) {
                continue;
            }
            found.push(library);
            work.extend(
                uses_of(&self.loaded.libraries[library].file.declarations).filter_map(|used| self.used_library(used)),
            );
        }
        found.sort_unstable();
        found
    }

    fn used_library(&self, used: &UseDecl) -> Option<usize> {
        match self.loaded.find_use(&used.path) {
            Some(Used::Library(index)) => Some(index),
            _ => None,
        }
    }

    /// Adds what can be asked over all versions, or returns it.
    fn family(&mut self, policy: Option<PolicyId>, name: &'a str) -> FamilyId {
        *self.families.entry((policy, name)).or_insert_with(|| {
            let families = &mut self.graph.program.families;
            families.push(Family { name: name.to_string(), policy, members: Vec::new() });
            FamilyId(families.len() as u32 - 1)
        })
    }

    /// Adds policies and versions, without their contents.
    fn declare_policies(&mut self) {
        for loaded in &self.loaded.policies {
            let policy = PolicyId(self.graph.program.policies.len() as u32);
            let mut versions = Vec::new();
            for version in &loaded.versions {
                versions.push(VersionId(self.graph.program.versions.len() as u32));
                self.graph.program.versions.push(Version {
                    policy,
                    name: version.name.clone(),
                    start: version.start,
                    end: version.end,
                    announced: version.header.announced.as_ref().map(|day| day.value),
                    title: version.title.as_ref().map(|title| title.value.clone()),
                    source: version.source,
                    span: version.header.span,
                    decisions: Vec::new(),
                    invariants: Vec::new(),
                    assumptions: Vec::new(),
                    notes: Vec::new(),
                    asserts: Vec::new(),
                    library_invariants: Vec::new(),
                    uses: Vec::new(),
                });
            }
            let title = loaded
                .versions
                .iter()
                .rev()
                .find_map(|version| version.title.as_ref())
                .map(|title| title.value.clone());
            let decided_by = EVALUATION_DATE;
            self.graph.program.policies.push(Policy {
                name: loaded.name.clone(),
                title,
                versions,
                decided_by,
                families: Vec::new(),
                uses: Vec::new(),
            });
        }
    }
}

/// Returns the `use` declarations among declarations.
fn uses_of(declarations: &[crate::syntax::ast::Declaration]) -> impl Iterator<Item = &UseDecl> {
    declarations.iter().filter_map(|declaration| match &declaration.kind {
        DeclKind::Use(used) => Some(used),
        _ => None,
    })
}

/// Puts a text on one line, without comments: as a trace shows a condition.
fn one_line(text: &str) -> String {
    if !text.contains(['\n', '\r', '\t', '#']) && !text.contains("  ") {
        return text.to_string();
    }
    let mut line = String::with_capacity(text.len());
    let mut in_text = false;
    let mut in_comment = false;
    let mut escaped = false;
    for letter in text.chars() {
        if in_comment {
            in_comment = letter != '\n';
        } else if in_text {
            in_text = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
            line.push(letter);
        } else if letter == '#' {
            in_comment = true;
        } else if letter.is_whitespace() {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            in_text = letter == '"';
            line.push(letter);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// What an unbound [`Unit`] answers for types: a unit with all types in scope.
fn open_unit<'a>(types: &HashMap<&'a str, (TypeEntity, Span)>, clock: Clock) -> Unit<'a> {
    let mut unit = Unit::new(None, clock, None);
    unit.types = types.clone();
    unit
}

/// The type of `evaluation_date`.
const EVALUATION_DATE_TYPE: Type = Type::Date;
/// The type of `evaluation_time`.
const EVALUATION_TIME_TYPE: Type = Type::Instant;
