//! The lowered form: what all policies under a root mean, as one typed, hash-consed graph.
//!
//! Everything after type checking works on a [`Program`]: evaluation, explanation, analysis. There is no second meaning of a
//! policy anywhere: the syntax tree is never interpreted.
//!
//! - A [`NodeId`] names an expression. Equal expressions are one node, also across versions and policies.
//! - An [`Origin`] holds what the author wrote around an expression or declaration: tags, label, place, citations. A labelled
//!   expression is a node of its own ([`Op::Clause`]) that means what its inner node means.
//! - A [`Decision`] belongs to one version of a policy; its [`Family`] is the decision over all versions.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, NaiveDate};
use indexmap::IndexMap;

use crate::source::{SourceId, Span};
use crate::syntax::ast::{Effort, HalfWay, Rounding};
use crate::value::{EnumId, FaultKind, RecordId, Type, Value};

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(pub u32);

        impl $id {
            /// Returns it as an index.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// Index of a node.
    NodeId;
    /// Index of a fact.
    FactId;
    /// Index of an origin.
    OriginId;
    /// Index of a policy.
    PolicyId;
    /// Index of a version of a policy.
    VersionId;
    /// Index of a decision of one version.
    DecisionId;
    /// Index of a decision, or definition that can be asked, over all versions.
    FamilyId;
    /// Index of a rule of one version.
    RuleId;
    /// Index of a calendar.
    CalendarId;
    /// Index of a dated table: a parameter, a dated set.
    DatedId;
    /// Index of a scale.
    ScaleId;
    /// Index of an open question.
    QuestionId;
    /// Index of a cited source.
    CitedId;
}

/// What a node computes. Children come before their parents in [`Program::nodes`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Op {
    /// A constant.
    Const(Value),
    /// A fact, the built-in `evaluation_date` and `evaluation_time` among them.
    Fact(FactId),
    /// The element bound by the quantifier or aggregate at this level of nesting (0 is outermost).
    Bound(u32),
    /// A labelled, tagged or defined expression: means its inner node.
    Clause(OriginId, NodeId),
    /// A field of a record, by index. The record is not `none` (checked).
    Field(NodeId, u32),
    /// Several outputs of a table row, as a record without a declared type.
    Tuple(Box<[NodeId]>),
    /// Always this error.
    Fail(FaultKind),

    // -- logic (V2, V3)
    /// `and`, `all of`.
    All(Box<[NodeId]>),
    /// `or`, `any of`.
    Any(Box<[NodeId]>),
    /// `not`.
    Not(NodeId),
    /// `at least k of`.
    AtLeast(u32, Box<[NodeId]>),
    /// `if c then a else b`.
    If(NodeId, NodeId, NodeId),

    // -- comparisons
    /// `a is b`; `none` is `none`.
    Equal(NodeId, NodeId),
    /// `a < b`.
    Less(NodeId, NodeId),
    /// `a <= b`.
    LessEqual(NodeId, NodeId),
    /// `x is none`.
    IsNone(NodeId),
    /// `s is empty`, of a set or list.
    IsEmpty(NodeId),
    /// `x in s`: a member of a set, or a date of a period.
    In(NodeId, NodeId),
    /// `a within b`: subset, or a period inside another.
    Within(NodeId, NodeId),
    /// `a overlaps b`: a common member, or a common day.
    Overlaps(NodeId, NodeId),

    // -- numbers
    /// `a + b`, of numbers, amounts, months, days.
    Add(NodeId, NodeId),
    /// `a - b`.
    Subtract(NodeId, NodeId),
    /// `a * b`.
    Multiply(NodeId, NodeId),
    /// `a / b`, only inside [`Op::Round`].
    Divide(NodeId, NodeId),
    /// `-a`.
    Negate(NodeId),
    /// `round (a) to n places half …`.
    Round(NodeId, u32, HalfWay),
    /// `min`, `earliest` of two or more values.
    Min(Box<[NodeId]>),
    /// `max`, `latest` of two or more values.
    Max(Box<[NodeId]>),
    /// A marginal scale applied to an amount: amount, day, moment.
    Scale(ScaleId, NodeId, Clock),

    // -- time
    /// A date plus months (negative too).
    AddMonths(NodeId, NodeId, Option<Rounding>),
    /// A date plus days.
    AddDays(NodeId, NodeId),
    /// A date plus working days of a calendar.
    AddBusinessDays(NodeId, NodeId, CalendarId),
    /// An instant plus minutes.
    AddMinutes(NodeId, NodeId),
    /// `days from a to b`.
    DaysBetween(NodeId, NodeId),
    /// `months from a to b`: the largest n with a + n months <= b.
    MonthsBetween(NodeId, NodeId, Rounding),
    /// `age(born, d)`: the largest n with born + n years <= d.
    Age(NodeId, NodeId, Rounding),
    /// `weekday of d`.
    WeekdayOf(NodeId),
    /// `end of month d`.
    EndOfMonth(NodeId),
    /// `end of day d in "Z"`: the midnight that ends it.
    EndOfDay(NodeId, chrono_tz::Tz),
    /// `date of t in "Z"`.
    DateOf(NodeId, chrono_tz::Tz),
    /// `a until b` or (`true`) `a through b`; `b` may be `none`.
    Period(NodeId, NodeId, bool),
    /// `days covered by L within P`: list or set of periods, then the period.
    DaysCovered {
        /// A list of records that are periods, or one period.
        list: NodeId,
        /// The period within which days are counted.
        within: NodeId,
        /// The fields of start and end, and whether the end is included, when `list` is a list.
        fields: Option<(u32, u32, bool)>,
    },

    // -- sets, lists
    /// `{a, b}` with parts that are not constant.
    SetOf(Box<[NodeId]>),
    /// `count(s)`.
    Count(NodeId),
    /// `every x in L: p`. `any` and `no` are expressed through it and [`Op::Exists`].
    Every {
        /// What is walked.
        domain: Domain,
        /// The level of the bound variable.
        level: u32,
        /// The condition.
        body: NodeId,
    },
    /// `any x in L: p`.
    Exists {
        /// What is walked.
        domain: Domain,
        /// The level of the bound variable.
        level: u32,
        /// The condition.
        body: NodeId,
    },
    /// `count(x in L: p)`, `sum(e for x in L: p)`, `min(e for x in L)`, …
    Fold {
        /// What is computed.
        fold: FoldKind,
        /// What is walked.
        domain: Domain,
        /// The level of the bound variable.
        level: u32,
        /// The value taken of each element; for a count a constant.
        value: NodeId,
        /// Which elements count.
        filter: Option<NodeId>,
    },

    // -- data
    /// The value of a dated table on a day.
    Dated(DatedId, Clock),
    /// Rows of a decision table (V12).
    Rows {
        /// How several matching rows are read.
        hit: HitKind,
        /// Condition and output of each row, in order.
        rows: Box<[(NodeId, NodeId)]>,
        /// The value where no row matches.
        otherwise: Option<NodeId>,
    },

    // -- decisions, versions
    /// A decision of the same version.
    Decision(DecisionId),
    /// A decision of another policy, in the version its own deciding fact picks; outside its time the given node, else
    /// [`FaultKind::NotInForce`].
    Used(FamilyId, Option<NodeId>),
    /// Whether a version is in force, by its deciding fact.
    InForce(VersionId),
}

impl Op {
    /// Returns the nodes an operation reads directly; not those behind decisions and versions.
    pub fn children(&self) -> Vec<NodeId> {
        let domain = |domain: &Domain| match *domain {
            Domain::Each(node) => vec![node],
            Domain::Range(first, last) => vec![first, last],
        };
        let clock = |clock: &Clock| std::iter::once(clock.day).chain(clock.moment).collect::<Vec<_>>();
        match self {
            Op::Const(_) | Op::Fact(_) | Op::Bound(_) | Op::Fail(_) | Op::Decision(_) | Op::InForce(_) => Vec::new(),
            Op::Clause(_, a)
            | Op::Field(a, _)
            | Op::Not(a)
            | Op::IsNone(a)
            | Op::IsEmpty(a)
            | Op::Negate(a)
            | Op::Round(a, ..)
            | Op::WeekdayOf(a)
            | Op::EndOfMonth(a)
            | Op::EndOfDay(a, _)
            | Op::DateOf(a, _)
            | Op::Count(a) => vec![*a],
            Op::Equal(a, b)
            | Op::Less(a, b)
            | Op::LessEqual(a, b)
            | Op::In(a, b)
            | Op::Within(a, b)
            | Op::Overlaps(a, b)
            | Op::Add(a, b)
            | Op::Subtract(a, b)
            | Op::Multiply(a, b)
            | Op::Divide(a, b)
            | Op::AddMonths(a, b, _)
            | Op::AddDays(a, b)
            | Op::AddBusinessDays(a, b, _)
            | Op::AddMinutes(a, b)
            | Op::DaysBetween(a, b)
            | Op::MonthsBetween(a, b, _)
            | Op::Age(a, b, _)
            | Op::Period(a, b, _) => vec![*a, *b],
            Op::If(a, b, c) => vec![*a, *b, *c],
            Op::Tuple(parts)
            | Op::All(parts)
            | Op::Any(parts)
            | Op::AtLeast(_, parts)
            | Op::Min(parts)
            | Op::Max(parts)
            | Op::SetOf(parts) => parts.to_vec(),
            Op::Scale(_, amount, at) => std::iter::once(*amount).chain(clock(at)).collect(),
            Op::DaysCovered { list, within, .. } => vec![*list, *within],
            Op::Every { domain: over, body, .. } | Op::Exists { domain: over, body, .. } => {
                let mut all = domain(over);
                all.push(*body);
                all
            }
            Op::Fold { domain: over, value, filter, .. } => {
                let mut all = domain(over);
                all.push(*value);
                all.extend(*filter);
                all
            }
            Op::Dated(_, at) => clock(at),
            Op::Rows { rows, otherwise, .. } => {
                rows.iter().flat_map(|&(condition, output)| [condition, output]).chain(*otherwise).collect()
            }
            Op::Used(_, outside) => outside.iter().copied().collect(),
        }
    }
}

/// The day, and the moment inside it if known, by which dated data is picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clock {
    /// A date, or an instant.
    pub day: NodeId,
    /// `evaluation_time`, where `day` is `evaluation_date`; nothing after `as of`.
    pub moment: Option<NodeId>,
}

/// What a quantifier or aggregate walks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Domain {
    /// A list or set.
    Each(NodeId),
    /// Whole numbers from the first to the last, both included.
    Range(NodeId, NodeId),
}

/// What an aggregate computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoldKind {
    /// `count`.
    Count,
    /// `sum`.
    Sum,
    /// `min`, `earliest`.
    Min,
    /// `max`, `latest`.
    Max,
}

/// How several matching rows are read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HitKind {
    /// At most one row may match.
    Unique,
    /// Matching rows agree.
    Any,
    /// Rows are dropped whose first output another matching row outranks: pairs of higher and lower values, transitive.
    Highest(Box<[(Value, Value)]>),
    /// All matching rows, in order, as a list.
    Collect,
    /// The first matching row.
    First,
}

/// A node's type and the levels of the bound variables it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInfo {
    /// The type of its value.
    pub ty: Type,
    /// Bit `n` is set when it reads [`Op::Bound`] of level `n` from outside: such a node has no one value.
    pub free: u64,
}

/// What the author wrote around an expression or declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// What kind of thing it is.
    pub kind: OriginKind,
    /// The declared name; empty for a condition.
    pub name: String,
    /// Clause tags, in written order.
    pub tags: Vec<String>,
    /// The label, in the author's words.
    pub label: Option<String>,
    /// The condition or value as written, on one line; empty for declarations without one.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    /// The version that inserted or last replaced the declaration (T8); nothing in libraries.
    pub made_by: Option<VersionId>,
    /// `because "…"`.
    pub because: Vec<TemplatePart>,
    /// `cite`.
    pub cites: Vec<Citation>,
    /// `relies on`.
    pub relies: Vec<QuestionId>,
}

/// What an origin stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OriginKind {
    /// A clause or block element.
    Condition,
    /// A part of an `and` or `or` chain.
    Part,
    /// A definition, or a call of one.
    Define,
    /// A table, or a call of one.
    Table,
    /// A row of a table.
    Row,
    /// A parameter, scale or dated set.
    Data,
    /// A decision.
    Decision,
    /// A rule.
    Rule,
    /// `otherwise`.
    Otherwise,
    /// `outside`.
    Outside,
    /// An invariant.
    Invariant,
    /// An assumption.
    Assume,
    /// A note.
    Note,
    /// An assert.
    Assert,
    /// A test.
    Test,
}

/// A part of a `because` text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Plain text.
    Text(String),
    /// The value of a node, shown by its type.
    Value(NodeId),
}

/// A citation of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The source.
    pub source: CitedId,
    /// At most a line quoted.
    pub quote: Option<String>,
    /// The place in it.
    pub at: Option<String>,
}

/// A source that can be cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// Who published it.
    pub by: Option<String>,
    /// When.
    pub published: Option<NaiveDate>,
    /// When it was read.
    pub accessed: Option<NaiveDate>,
    /// Where.
    pub url: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// An open point of interpretation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// Clause tags.
    pub tags: Vec<String>,
    /// The question.
    pub text: Option<String>,
    /// The reading taken meanwhile.
    pub reading: Option<String>,
    /// Who answers it.
    pub owner: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// An input.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Its name in policies.
    pub name: String,
    /// Its key in facts files.
    pub key: String,
    /// Clause tags.
    pub tags: Vec<String>,
    /// Its label.
    pub label: Option<String>,
    /// Its type.
    pub ty: Type,
    /// The question that asks for it.
    pub ask: Option<String>,
    /// The least and greatest value, both allowed.
    pub within: Option<(Value, Value)>,
    /// What fills it in a witness.
    pub typical: Option<Value>,
    /// How hard it is to change; nothing said counts as hard.
    pub changeable: Option<Effort>,
    /// Whether decision logs leave it out.
    pub private: bool,
    /// Who judges it, and under which source.
    pub judged: Option<(String, Option<CitedId>)>,
    /// Where it is declared; nothing for built-in facts.
    pub span: Option<Span>,
}

/// An enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// Its name; `{a, b}` for one without.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
    /// Whether other values exist.
    pub open: bool,
    /// Its members by name.
    pub members: IndexMap<String, Member>,
}

/// A member of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Member {
    /// Its label.
    pub label: Option<String>,
    /// How data spells it: its name, or `written`.
    pub written: String,
}

/// A record type.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordType {
    /// Its name; that of the table for a row of outputs.
    pub name: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// `is period start through last`: the fields of start and end, and whether the end is included.
    pub period: Option<(u32, u32, bool)>,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name in policies.
    pub name: String,
    /// Its key in facts files.
    pub key: String,
    /// Its label.
    pub label: Option<String>,
    /// Its type.
    pub ty: Type,
}

/// A calendar of working days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// Days of the week without work, 0 is monday.
    pub weekend: Vec<u32>,
    /// Holidays, sorted.
    pub holidays: Vec<NaiveDate>,
    /// The first and last day it covers.
    pub covers: (NaiveDate, NaiveDate),
}

/// The start of a version or of a dated value: a day, or a moment inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Boundary {
    /// The day, in the boundary's own zone.
    pub date: NaiveDate,
    /// The moment inside that day, at the boundary's own offset; nothing for the start of the day.
    pub moment: Option<DateTime<FixedOffset>>,
}

/// Values by day: a parameter, or a set read from dated rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// The parameter or set.
    pub origin: OriginId,
    /// From each boundary on this value; `None` is no value. Sorted; nothing holds before the first.
    pub values: Vec<(Boundary, Option<Value>)>,
    /// What each value cites and where it is written, beside `values`.
    pub origins: Vec<Option<OriginId>>,
    /// The dated rows of a set.
    pub rows: Vec<DatedRow>,
}

/// A row of a data file: a member of a set for a time.
#[derive(Debug, Clone, PartialEq)]
pub struct DatedRow {
    /// The member.
    pub member: Value,
    /// From here on.
    pub start: Boundary,
    /// Up to here, excluded.
    pub end: Option<Boundary>,
    /// The row.
    pub span: Span,
}

/// A marginal scale by day.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// The scale.
    pub origin: OriginId,
    /// From each boundary on these bands. Sorted.
    pub values: Vec<(Boundary, Vec<Band>)>,
}

/// A rate, and the end of what it applies to (included); `None` for the last.
pub type Band = (rust_decimal::Decimal, Option<rust_decimal::Decimal>);

/// A policy over all its versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its title, of the newest version that has one.
    pub title: Option<String>,
    /// Its versions by start.
    pub versions: Vec<VersionId>,
    /// The fact whose day picks the version.
    pub decided_by: FactId,
    /// Its decisions, in the order of their first declaration.
    pub families: Vec<FamilyId>,
    /// The policies it uses, in any version.
    pub uses: Vec<PolicyId>,
}

/// One version of a policy, amendments applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its policy.
    pub policy: PolicyId,
    /// Its name: the day it starts.
    pub name: String,
    /// Its start.
    pub start: Boundary,
    /// Its end, excluded: the next version's start or its own `until`, the earlier.
    pub end: Option<Boundary>,
    /// When it was announced.
    pub announced: Option<NaiveDate>,
    /// Its title, of its own header or of the version it amends.
    pub title: Option<String>,
    /// The file that declares it.
    pub source: SourceId,
    /// Its header.
    pub span: Span,
    /// The decisions in force in it.
    pub decisions: Vec<DecisionId>,
    /// Its own invariants; those of libraries are in [`Program::invariants`].
    pub invariants: Vec<Invariant>,
    /// What it assumes, libraries included.
    pub assumptions: Vec<Assumption>,
    /// Its notes.
    pub notes: Vec<Note>,
    /// Its asserts: origin and condition.
    pub asserts: Vec<(OriginId, NodeId)>,
    /// The invariants of the libraries it uses: indexes into [`Program::invariants`].
    pub library_invariants: Vec<u32>,
    /// The policies it uses.
    pub uses: Vec<PolicyId>,
}

/// What facts must satisfy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invariant {
    /// Tags, label, place.
    pub origin: OriginId,
    /// What must hold.
    pub node: NodeId,
}

/// What a fact is unless stated.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumption {
    /// Its place and reason.
    pub origin: OriginId,
    /// The fact.
    pub fact: FactId,
    /// The value.
    pub value: Value,
}

/// A note on a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// Tags and text (its label).
    pub origin: OriginId,
    /// The decision.
    pub about: Option<FamilyId>,
    /// When it shows; nothing is always.
    pub when: Option<NodeId>,
}

/// What can be asked: a decision over all versions of its policy, or a definition without parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// Its policy; nothing for a definition of a library.
    pub policy: Option<PolicyId>,
    /// What it is in each version that has it, by start; one entry without a version in a library.
    pub members: Vec<(Option<VersionId>, Asked)>,
}

/// What is asked in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A decision.
    Decision(DecisionId),
    /// A definition's node (an [`Op::Clause`]).
    Define(NodeId),
}

/// A decision of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The decision over all versions.
    pub family: FamilyId,
    /// The version.
    pub version: VersionId,
    /// Tags, label, place.
    pub origin: OriginId,
    /// The type of its value.
    pub ty: Type,
    /// How it is decided.
    pub body: DecisionBody,
}

/// How a decision is decided.
#[derive(Debug, Clone, PartialEq)]
pub enum DecisionBody {
    /// `= expr`.
    Expr(NodeId),
    /// By rules that say `is V` (D6).
    Rules {
        /// Its rules, in written order.
        rules: Vec<RuleId>,
        /// Pairs of values, the first outranks the second; transitive.
        outranks: Vec<(Value, Value)>,
        /// What holds where no rule stands.
        otherwise: Option<(OriginId, NodeId)>,
    },
    /// A set, by rules that say `includes V` (D7).
    Includes(Vec<RuleId>),
    /// A total, by rules that say `adds V` (D7).
    Adds(Vec<RuleId>),
}

/// A rule of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Tags, label, place, reason, citations.
    pub origin: OriginId,
    /// Its decision.
    pub decision: DecisionId,
    /// Its outcome; for `includes {a, b}` a set.
    pub value: NodeId,
    /// `when`.
    pub when: Option<NodeId>,
    /// `unless`, each.
    pub unless: Vec<NodeId>,
    /// The rules it is an exception to.
    pub exception_to: Vec<RuleId>,
    /// The rules that are exceptions to it.
    pub exceptions: Vec<RuleId>,
}

/// A test, lowered: what is given and what must come out. Facts are merged from profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Name, label, place.
    pub origin: OriginId,
    /// The path of its file without its ending: `flagpoling/tests/ban`.
    pub file: String,
    /// `on D`.
    pub on: Option<crate::syntax::ast::On>,
    /// What is given: a value, or `unknown` as [`crate::value::Evaluated::Unknown`]. Later entries win.
    pub given: Vec<(FactId, crate::value::Evaluated)>,
    /// What must come out.
    pub expects: Vec<TestExpect>,
}

/// One `expect`.
#[derive(Debug, Clone, PartialEq)]
pub struct TestExpect {
    /// What is asked.
    pub family: FamilyId,
    /// The value, or the status as written: `undetermined`, `contradictory`, `not_in_force`, `conflict`, `error`.
    pub outcome: Result<Value, String>,
    /// The exact set of missing facts by name or pointer.
    pub missing: Option<Vec<String>>,
    /// Tags that the explanation must hold.
    pub because: Vec<String>,
    /// Its place.
    pub span: Span,
}

/// All policies under a root.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The graph: each distinct computation once, children first.
    pub nodes: IndexMap<Op, NodeInfo, rustc_hash::FxBuildHasher>,
    /// What the author wrote around them.
    pub origins: Vec<Origin>,
    /// Inputs; the first two are `evaluation_date` and `evaluation_time`.
    pub facts: Vec<Fact>,
    /// Enums; the first two are `country` and `weekday`.
    pub enums: Vec<EnumType>,
    /// Records.
    pub records: Vec<RecordType>,
    /// Calendars.
    pub calendars: Vec<Calendar>,
    /// Parameters and dated sets.
    pub dated: Vec<Dated>,
    /// Scales.
    pub scales: Vec<Scale>,
    /// Sources.
    pub cited: Vec<Cited>,
    /// Open questions.
    pub questions: Vec<Question>,
    /// Invariants of libraries.
    pub invariants: Vec<Invariant>,
    /// Policies by name.
    pub policies: Vec<Policy>,
    /// All versions.
    pub versions: Vec<Version>,
    /// All decisions of all versions.
    pub decisions: Vec<Decision>,
    /// All rules of all versions.
    pub rules: Vec<Rule>,
    /// What can be asked.
    pub families: Vec<Family>,
    /// Declared tests.
    pub tests: Vec<Test>,
}

/// `evaluation_date`.
pub const EVALUATION_DATE: FactId = FactId(0);
/// `evaluation_time`.
pub const EVALUATION_TIME: FactId = FactId(1);

impl Program {
    /// Returns what a node computes.
    pub fn op(&self, id: NodeId) -> &Op {
        self.nodes.get_index(id.index()).expect("node ids index this program").0
    }

    /// Returns a node's type and free variables.
    pub fn info(&self, id: NodeId) -> &NodeInfo {
        self.nodes.get_index(id.index()).expect("node ids index this program").1
    }

    /// Returns an origin.
    pub fn origin(&self, id: OriginId) -> &Origin {
        &self.origins[id.index()]
    }

    /// Returns a fact.
    pub fn fact(&self, id: FactId) -> &Fact {
        &self.facts[id.index()]
    }

    /// Returns an enum.
    pub fn enum_type(&self, id: EnumId) -> &EnumType {
        &self.enums[id.0 as usize]
    }

    /// Returns a record type.
    pub fn record(&self, id: RecordId) -> &RecordType {
        &self.records[id.0 as usize]
    }

    /// Returns a version.
    pub fn version(&self, id: VersionId) -> &Version {
        &self.versions[id.index()]
    }

    /// Returns a decision of one version.
    pub fn decision(&self, id: DecisionId) -> &Decision {
        &self.decisions[id.index()]
    }

    /// Returns a rule.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.index()]
    }

    /// Returns a decision or definition over all versions.
    pub fn family(&self, id: FamilyId) -> &Family {
        &self.families[id.index()]
    }

    /// Finds a policy by name.
    pub fn find_policy(&self, name: &str) -> Option<PolicyId> {
        self.policies.iter().position(|policy| policy.name == name).map(|index| PolicyId(index as u32))
    }

    /// Returns policies and all that they use in any version, each once, the given ones first.
    pub fn with_used(&self, policies: impl IntoIterator<Item = PolicyId>) -> Vec<PolicyId> {
        let mut reached: Vec<PolicyId> = Vec::new();
        policies.into_iter().for_each(|policy| {
            if !reached.contains(&policy) {
                reached.push(policy);
            }
        });
        let mut next = 0;
        while let Some(policy) = reached.get(next) {
            let uses = &self.policies[policy.index()].uses;
            let more: BTreeSet<PolicyId> = uses.iter().copied().filter(|used| !reached.contains(used)).collect();
            reached.extend(more);
            next += 1;
        }
        reached
    }

    /// Finds a fact by its name in policies.
    pub fn find_fact(&self, name: &str) -> Option<FactId> {
        self.facts.iter().position(|fact| fact.name == name).map(|index| FactId(index as u32))
    }

    /// Returns a type as an author writes it.
    pub fn type_text(&self, ty: &Type) -> String {
        match ty {
            Type::YesNo => "yes/no".into(),
            Type::Integer => "integer".into(),
            Type::Decimal => "decimal".into(),
            Type::Money(currency) => format!("money {currency}"),
            Type::Date => "date".into(),
            Type::Time => "time".into(),
            Type::Instant => "instant".into(),
            Type::Months => "months".into(),
            Type::Days => "days".into(),
            Type::Minutes => "hours and minutes".into(),
            Type::Period => "period".into(),
            Type::Text => "text".into(),
            Type::Enum(id) => self.enum_type(*id).name.clone(),
            Type::Set(inner) => format!("set of {}", self.type_text(inner)),
            Type::List(id) => format!("list of {}", self.record(*id).name),
            Type::Record(id) => self.record(*id).name.clone(),
            Type::Optional(inner) => format!("{} or none", self.type_text(inner)),
        }
    }

    /// Returns a value as an author writes it and an explanation shows it: `yes`, `2024-12-24`, `1250.00 CAD`, `{US, PM}`.
    pub fn value_text(&self, value: &Value, ty: &Type) -> String {
        match (value, ty.required()) {
            (Value::None, _) => "none".into(),
            (Value::Bool(true), _) => "yes".into(),
            (Value::Bool(false), _) => "no".into(),
            (Value::Number(number), Type::Money(currency)) => format!("{number} {currency}"),
            (Value::Number(number), Type::Months) => format!("{number} month{}", plural(number)),
            (Value::Number(number), Type::Days) => format!("{number} day{}", plural(number)),
            (Value::Number(number), Type::Minutes) => format!("{number} minute{}", plural(number)),
            (Value::Number(number), _) => number.normalize().to_string(),
            (Value::Date(date), _) => date.to_string(),
            (Value::Time(minutes), _) => format!("{:02}:{:02}", minutes / 60, minutes % 60),
            (Value::Instant(instant), _) => instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
            (Value::Text(text), Type::Text) => format!("{text:?}"),
            (Value::Text(text), _) => text.to_string(),
            (Value::Member(id, index), _) => self
                .enum_type(*id)
                .members
                .get_index(*index as usize)
                .map_or_else(String::new, |(name, _)| name.clone()),
            (Value::Set(members), Type::Set(inner)) => {
                let members: Vec<String> = members.iter().map(|member| self.value_text(member, inner)).collect();
                format!("{{{}}}", members.join(", "))
            }
            (Value::Period { start, end: None }, _) => format!("{start} through none"),
            (Value::Period { start, end: Some(end) }, _) => format!("{start} until {end}"),
            (Value::Record(fields), Type::Record(id)) => {
                let fields = fields.iter().zip(&self.record(*id).fields).map(|(value, field)| {
                    let text = value.value().map_or("not stated".into(), |value| self.value_text(value, &field.ty));
                    format!("{} {text}", field.name)
                });
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            (Value::List(items), Type::List(id)) => {
                let items: Vec<String> = items.iter().map(|item| self.value_text(item, &Type::Record(*id))).collect();
                format!("list of {{ {} }}", items.join(", "))
            }
            (value, _) => format!("{value:?}"),
        }
    }
}

fn plural(number: &rust_decimal::Decimal) -> &'static str {
    if *number == rust_decimal::Decimal::ONE { "" } else { "s" }
}
