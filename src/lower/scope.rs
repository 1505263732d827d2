//! What names mean in one version of a policy, or in a library by itself.

use rustc_hash::FxHashMap as HashMap;

use crate::program::{
    CalendarId, CitedId, Clock, DatedId, DecisionId, FactId, FamilyId, NodeId, QuestionId, RuleId, ScaleId, VersionId,
};
use crate::source::Span;
use crate::syntax::ast::{DefineDecl, Outside, Rounding, TableDecl};
use crate::value::{EnumId, RecordId, Type};

use super::graph::Typed;

/// What a name stands for where a value is expected.
#[derive(Debug, Clone)]
pub(super) enum Entity<'a> {
    Fact(FactId),
    Define(&'a DefineDecl, Site),
    Table(&'a TableDecl, Site),
    Parameter(DatedId, Type),
    Scale(ScaleId, Type),
    /// A set of constants, labelled.
    Set(Typed),
    /// A set read from dated rows.
    DatedSet(DatedId, Type),
    Decision(DecisionId, Type),
    Used(FamilyId, Type, Option<&'a Outside>),
}

/// What a name stands for where a type is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeEntity {
    Enum(EnumId),
    Record(RecordId),
}

/// Where a declaration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Site {
    /// Its name.
    pub span: Span,
    /// All of it.
    pub whole: Span,
    /// The version that made it; nothing in libraries.
    pub made_by: Option<VersionId>,
}

/// Use of a value that may be `none` where none is allowed: an error unless a neighbour guards it.
#[derive(Debug, Clone)]
pub(super) struct Obligation {
    pub node: NodeId,
    pub span: Span,
}

/// How far a definition is.
#[derive(Debug, Clone)]
pub(super) enum Progress {
    Running,
    Done(Option<Typed>),
}

/// The names and settings of one version of a policy, or of a library by itself.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    /// The version; nothing for a library by itself.
    pub version: Option<VersionId>,
    /// The version that made the declaration being lowered; nothing in libraries.
    pub made_by: Option<VersionId>,
    /// Values by name, with the place of their declaration.
    pub values: HashMap<&'a str, (Entity<'a>, Site)>,
    /// Types by name.
    pub types: HashMap<&'a str, (TypeEntity, Span)>,
    /// Other names, each kind on its own.
    pub calendars: HashMap<&'a str, (CalendarId, Span)>,
    pub sources: HashMap<&'a str, (CitedId, Span)>,
    pub questions: HashMap<&'a str, (QuestionId, Span)>,
    pub rules: HashMap<&'a str, (RuleId, Span)>,
    /// The rounding of months named in the header.
    pub rounding: Option<Rounding>,
    /// By which day dated data is picked here; `as of` sets another.
    pub clock: Clock,

    // -- while an expression is lowered
    /// Bound variables and parameters, innermost last.
    pub locals: Vec<(&'a str, Typed)>,
    /// How many quantifiers stand around.
    pub level: u32,
    /// The rounding in force: the header's, or one named after the sum.
    pub sum_rounding: Option<Rounding>,
    /// Uses of values that may be `none`, not yet guarded.
    pub obligations: Vec<Obligation>,
    /// Definitions without parameters.
    pub defines: HashMap<&'a str, Progress>,
    /// Calls of definitions and tables by arguments.
    pub calls: HashMap<(&'a str, Vec<NodeId>, Clock), Progress>,
    /// Definitions being lowered, outermost first, to show a cycle.
    pub stack: Vec<&'a str>,
    /// Whether a division may stand here: inside `round`.
    pub may_divide: bool,
}

impl<'a> Unit<'a> {
    pub fn new(version: Option<VersionId>, clock: Clock, rounding: Option<Rounding>) -> Self {
        Unit {
            version,
            made_by: None,
            values: HashMap::default(),
            types: HashMap::default(),
            calendars: HashMap::default(),
            sources: HashMap::default(),
            questions: HashMap::default(),
            rules: HashMap::default(),
            rounding,
            clock,
            locals: Vec::new(),
            level: 0,
            sum_rounding: rounding,
            obligations: Vec::new(),
            defines: HashMap::default(),
            calls: HashMap::default(),
            stack: Vec::new(),
            may_divide: false,
        }
    }

    /// Finds a bound variable or parameter.
    pub fn local(&self, name: &str) -> Option<&Typed> {
        self.locals.iter().rev().find(|(local, _)| *local == name).map(|(_, typed)| typed)
    }

    /// Whether a name stands for a value here.
    pub fn has_value(&self, name: &str) -> bool {
        self.local(name).is_some() || self.values.contains_key(name)
    }
}
