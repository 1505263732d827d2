//! What an author wrote, as a tree: one node a form of the language, each with its place.
//!
//! Nothing here is resolved: names are words, members and values look alike, amounts have no type. Brackets are kept
//! ([`ExprKind::Paren`]) so that the formatter prints what was meant; they mean nothing else.

use chrono::{DateTime, FixedOffset, NaiveDate};
use rust_decimal::Decimal;

use crate::source::{Span, Spanned};

/// A word with its place: a name, a member or a keyword.
pub type Name = Spanned<String>;
/// A quoted text with its place, escapes undone.
pub type Text = Spanned<String>;
/// A clause tag with its place: `POE-W-06`.
pub type Tag = Spanned<String>;

/// One file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// What kind of file it is.
    pub header: Header,
    /// Its declarations, in written order. Declarations with errors are left out.
    pub declarations: Vec<Declaration>,
    /// The whole text.
    pub span: Span,
}

/// The first declaration of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Header {
    /// One version of a policy.
    Policy(Box<PolicyHeader>),
    /// A library.
    Library {
        /// Its name.
        name: Name,
        /// Its title.
        title: Option<Text>,
        /// The header's text.
        span: Span,
    },
    /// A file of tests.
    None,
}

/// `policy p "P" jurisdiction "CA" effective from 2024-12-24 …`.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyHeader {
    /// The policy's name.
    pub name: Name,
    /// Its title.
    pub title: Option<Text>,
    /// `jurisdiction "CA"`.
    pub jurisdiction: Option<Text>,
    /// `effective from D`: missing only after an error.
    pub effective_from: Option<Start>,
    /// `until D`, the first day no longer in force.
    pub until: Option<Start>,
    /// `announced D`.
    pub announced: Option<Spanned<NaiveDate>>,
    /// `amends V`.
    pub amends: Option<Spanned<NaiveDate>>,
    /// `decided by FACT`.
    pub decided_by: Option<Name>,
    /// `months round down/up`.
    pub rounding: Option<Spanned<Rounding>>,
    /// `zone "…"`.
    pub zone: Option<Text>,
    /// The header's text.
    pub span: Span,
}

/// A day, or a moment inside it: `2024-02-29 23:30 "America/Toronto"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The day.
    pub date: NaiveDate,
    /// Minutes after midnight, and the zone.
    pub clock: Option<(u16, Text)>,
    /// Its place.
    pub span: Span,
}

/// Which way a missing day of a month is rounded: to the last day of the month, or to the first of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rounding {
    /// The last day of the month.
    Down,
    /// The first day of the next month.
    Up,
}

/// What an amending file does with a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Adds it.
    Insert,
    /// Puts it in place of the one with its name.
    Replace,
}

/// One declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// `insert` or `replace`.
    pub verb: Option<Spanned<Verb>>,
    /// What is declared.
    pub kind: DeclKind,
    /// From the verb or keyword to the end of the last clause.
    pub span: Span,
}

/// What a declaration declares.
#[derive(Debug, Clone, PartialEq)]
pub enum DeclKind {
    /// `use common.people`.
    Use(UseDecl),
    /// `source act "Act" by "IRCC"`.
    Source(SourceDecl),
    /// `fact age_years "age": integer`.
    Fact(FactDecl),
    /// `assume printed is none unless stated`.
    Assume(AssumeDecl),
    /// `invariant i: a implies not b`.
    Invariant(InvariantDecl),
    /// `enum lmia { positive, negative }`.
    Enum(EnumDecl),
    /// `set near: set of country = {US, PM}`.
    Set(SetDecl),
    /// `record stay { start: date }`.
    Record(RecordDecl),
    /// `calendar canada weekend {saturday, sunday}`.
    Calendar(CalendarDecl),
    /// `define late(d: date): yes/no = d > due`.
    Define(DefineDecl),
    /// `parameter fee: money CAD = 100.00 CAD from 2024-01-01`.
    Parameter(ParameterDecl),
    /// `scale tax: money CAD = { … } from 2024-01-01`.
    Scale(ScaleDecl),
    /// `table price(p: program) -> cost: money CAD unique | …`.
    Table(TableDecl),
    /// `decision ok: yes/no otherwise no`.
    Decision(DecisionDecl),
    /// `rule r ok is yes when a`.
    Rule(RuleDecl),
    /// `note n "Text." about ok`.
    Note(NoteDecl),
    /// `question q "Open?" reading "Yes."`.
    Question(QuestionDecl),
    /// `assert safe: a implies ok is no`.
    Assert(AssertDecl),
    /// `profile worker { age_years is 30 }`.
    Profile(ProfileDecl),
    /// `test t given worker expect ok is yes`.
    Test(TestDecl),
    /// `repeal rule r [A-4]`.
    Repeal(RepealDecl),
}

impl DeclKind {
    /// Returns the head, of those that have one: not of `use`, `assume` and `repeal`.
    pub fn head(&self) -> Option<&Head> {
        Some(match self {
            DeclKind::Use(_) | DeclKind::Assume(_) | DeclKind::Repeal(_) => return None,
            DeclKind::Source(decl) => &decl.head,
            DeclKind::Fact(decl) => &decl.head,
            DeclKind::Invariant(decl) => &decl.head,
            DeclKind::Enum(decl) => &decl.head,
            DeclKind::Set(decl) => &decl.head,
            DeclKind::Record(decl) => &decl.head,
            DeclKind::Calendar(decl) => &decl.head,
            DeclKind::Define(decl) => &decl.head,
            DeclKind::Parameter(decl) => &decl.head,
            DeclKind::Scale(decl) => &decl.head,
            DeclKind::Table(decl) => &decl.head,
            DeclKind::Decision(decl) => &decl.head,
            DeclKind::Rule(decl) => &decl.head,
            DeclKind::Note(decl) => &decl.head,
            DeclKind::Question(decl) => &decl.head,
            DeclKind::Assert(decl) => &decl.head,
            DeclKind::Profile(decl) => &decl.head,
            DeclKind::Test(decl) => &decl.head,
        })
    }

    /// Returns the declared name, of those that have a head.
    pub fn name(&self) -> Option<&str> {
        self.head().map(|head| head.name.value.as_str())
    }
}

/// `name(p: T) [TAG] "label"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The declared name.
    pub name: Name,
    /// Parameters, of a `define` or `table`.
    pub parameters: Vec<Typed>,
    /// Clause tags.
    pub tags: Vec<Tag>,
    /// The label, in the author's words.
    pub label: Option<Text>,
}

/// `p: program`.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
}

/// The clauses any declaration may bear.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Common {
    /// `because "…"`.
    pub because: Option<Because>,
    /// `cite act "quote" at "s. 5"`, each.
    pub cites: Vec<Cite>,
    /// `relies on q, s`, each name.
    pub relies: Vec<Name>,
}

/// `because "Since {effective_from}, …"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Because {
    /// Its parts in order.
    pub parts: Vec<TemplatePart>,
    /// The quoted text.
    pub span: Span,
}

/// A part of a `because` text.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Plain text, escapes and doubled braces undone.
    Text(String),
    /// `{name}`.
    Hole(Path),
}

/// `cite act "quote" at "s. 5"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cite {
    /// The source's name.
    pub source: Name,
    /// At most a line quoted.
    pub quote: Option<Text>,
    /// `at "s. 5"`.
    pub at: Option<Text>,
    /// The whole clause.
    pub span: Span,
}

/// `a.b.c`, `US`, `country.US`: one or more words.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The words, at least one.
    pub names: Vec<Name>,
    /// All of it.
    pub span: Span,
}

impl Path {
    /// Returns the words joined by dots, as written.
    pub fn text(&self) -> String {
        self.names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(".")
    }

    /// Returns the single word, unless there are several.
    pub fn single(&self) -> Option<&Name> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }
}

/// `use q outside d is no because "Not yet."`.
#[derive(Debug, Clone, PartialEq)]
pub struct UseDecl {
    /// What is used: `common.people`, `flagpoling`.
    pub path: Path,
    /// What its decisions are outside its time.
    pub outside: Vec<Outside>,
    /// Shared clauses.
    pub common: Common,
}

/// `outside d is no because "…"`, `outside d has no value because "…"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Outside {
    /// The used decision.
    pub decision: Name,
    /// Its value; `None` for `has no value`.
    pub value: Option<Expr>,
    /// Its reason and sources.
    pub common: Common,
    /// The whole clause.
    pub span: Span,
}

/// `source act "Act" by "IRCC" published 2024-01-02`.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceDecl {
    /// Name, tags, title.
    pub head: Head,
    /// `by "IRCC"`.
    pub by: Option<Text>,
    /// `published D`.
    pub published: Option<Spanned<NaiveDate>>,
    /// `accessed D`.
    pub accessed: Option<Spanned<NaiveDate>>,
    /// `url "…"`.
    pub url: Option<Text>,
    /// Shared clauses.
    pub common: Common,
}

/// `fact age_years "age": integer ask "How old?" within 0..120`.
#[derive(Debug, Clone, PartialEq)]
pub struct FactDecl {
    /// Name, tags, label.
    pub head: Head,
    /// Its type.
    pub ty: TypeExpr,
    /// `ask "…"`.
    pub ask: Option<Text>,
    /// `within LOW..HIGH`, both ends included.
    pub within: Option<(Expr, Expr)>,
    /// `typical V`.
    pub typical: Option<Expr>,
    /// `changeable easy/hard/never`.
    pub changeable: Option<Spanned<Effort>>,
    /// `private`.
    pub private: Option<Span>,
    /// `judged by "officer" under act`.
    pub judged: Option<Judged>,
    /// `written "AGE"`.
    pub written: Option<Text>,
    /// Shared clauses.
    pub common: Common,
}

/// How hard it is to change a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effort {
    /// Weight 1.
    Easy,
    /// Weight 10.
    Hard,
    /// Cannot be changed.
    Never,
}

/// `judged by "officer" under act`.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Who judges.
    pub by: Text,
    /// The source that gives the power.
    pub under: Option<Name>,
}

/// `assume printed is none unless stated because "Mostly empty."`.
#[derive(Debug, Clone, PartialEq)]
pub struct AssumeDecl {
    /// The fact.
    pub fact: Name,
    /// What is assumed.
    pub value: Expr,
    /// Shared clauses.
    pub common: Common,
}

/// `invariant i [INT-01] "Label": a implies not b`.
#[derive(Debug, Clone, PartialEq)]
pub struct InvariantDecl {
    /// Name, tags, label.
    pub head: Head,
    /// What must hold.
    pub item: Item,
    /// Shared clauses.
    pub common: Common,
}

/// `enum lmia "LMIA" { positive "granted", no_lmia written "none", AB }`.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumDecl {
    /// Name, tags, label.
    pub head: Head,
    /// `open`: other values exist.
    pub open: Option<Span>,
    /// Members, or the file they are read from.
    pub body: EnumBody,
    /// Shared clauses.
    pub common: Common,
}

/// The members of an enum.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one a declaration: a box would only be in the way")]
pub enum EnumBody {
    /// `{ a, b }`.
    Members(Vec<EnumMember>),
    /// `read from "…" column code`.
    Read(ReadFrom),
}

/// `positive "granted" written "+"`.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumMember {
    /// The member.
    pub name: Name,
    /// Its label.
    pub label: Option<Text>,
    /// How data spells it.
    pub written: Option<Text>,
}

/// `read from "x.csv" column iso2 where basis is "R190" valid from start until end_day`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadFrom {
    /// The file, relative to the declaring one.
    pub path: Text,
    /// `column iso2`.
    pub column: Option<Name>,
    /// `columns a as b, c as d split by " "`.
    pub columns: Vec<ColumnAs>,
    /// `where basis is "R190"`.
    pub filter: Option<(Name, Text)>,
    /// `valid from start until end_day`.
    pub valid: Option<(Name, Option<Name>)>,
    /// The whole clause.
    pub span: Span,
}

/// `opens_at as opens split by " "`.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnAs {
    /// The column of the file.
    pub column: Name,
    /// The input or output it fills.
    pub name: Name,
    /// What separates the members of a set in a cell.
    pub split: Option<Text>,
}

/// `set near: set of country = {US, PM}`.
#[derive(Debug, Clone, PartialEq)]
pub struct SetDecl {
    /// Name, tags, label.
    pub head: Head,
    /// Its type.
    pub ty: TypeExpr,
    /// Its members.
    pub body: SetBody,
    /// Shared clauses.
    pub common: Common,
}

/// The members of a declared set.
#[derive(Debug, Clone, PartialEq)]
pub enum SetBody {
    /// `= {US, PM}`.
    Members(Expr),
    /// `read from "…" column iso2`.
    Read(ReadFrom),
}

/// `record stay { start "first day": date } is period start through last`.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDecl {
    /// Name, tags, label.
    pub head: Head,
    /// Its fields, at least one.
    pub fields: Vec<FieldDecl>,
    /// `is period start through last`.
    pub period: Option<RecordPeriod>,
    /// Shared clauses.
    pub common: Common,
}

/// `start "first day": date written "FROM"`.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDecl {
    /// Name, tags, label.
    pub head: Head,
    /// Its type.
    pub ty: TypeExpr,
    /// How facts spell its key.
    pub written: Option<Text>,
}

/// `is period start through last`.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordPeriod {
    /// The field of the first day.
    pub start: Name,
    /// Whether the end is included (`through`) or not (`until`).
    pub inclusive: bool,
    /// The field of the end.
    pub end: Name,
}

/// `calendar canada weekend {saturday, sunday} holidays read from "h.csv" column date covers A through B`.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarDecl {
    /// Name, tags, label.
    pub head: Head,
    /// `weekend {saturday, sunday}`.
    pub weekend: Option<Expr>,
    /// `holidays …`.
    pub holidays: Option<SetBody>,
    /// `covers A through B`.
    pub covers: Option<(Spanned<NaiveDate>, Spanned<NaiveDate>)>,
    /// Shared clauses.
    pub common: Common,
}

/// `define late(d: date) [A-2] "Late": yes/no = d > due relies on q`.
#[derive(Debug, Clone, PartialEq)]
pub struct DefineDecl {
    /// Name, parameters, tags, label.
    pub head: Head,
    /// Its type, if said.
    pub ty: Option<TypeExpr>,
    /// Its value.
    pub item: Item,
    /// Shared clauses.
    pub common: Common,
}

/// `parameter fee: money CAD = 100.00 CAD from 2024-01-01, no value from 2025-01-01`.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterDecl {
    /// Name, tags, label.
    pub head: Head,
    /// Its type.
    pub ty: TypeExpr,
    /// Its values by day, at least one.
    pub values: Vec<Dated<Option<Expr>>>,
}

/// A value from a day on, with its own sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated<T> {
    /// The value; `None` for `no value`.
    pub value: T,
    /// `from D`.
    pub from: Start,
    /// Its reason and sources.
    pub common: Common,
    /// All of it.
    pub span: Span,
}

/// `scale tax: money CAD = { 15% up to 50000 CAD, 26% above } from 2024-01-01`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleDecl {
    /// Name, tags, label.
    pub head: Head,
    /// The type of what is scaled and of the result.
    pub ty: TypeExpr,
    /// Its bands by day, at least one.
    pub values: Vec<Dated<Vec<Band>>>,
}

/// `15% up to 50000 CAD`, `26% above`.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// The rate.
    pub rate: Expr,
    /// The end of the band, included; `None` for `above`.
    pub up_to: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// `table price(p: program, n: integer) "Price" -> cost: money CAD unique | imp, 0..17 -> 0 CAD`.
#[derive(Debug, Clone, PartialEq)]
pub struct TableDecl {
    /// Name, inputs, tags, label.
    pub head: Head,
    /// Its outputs, at least one.
    pub outputs: Vec<Typed>,
    /// How several matching rows are read.
    pub hit: Spanned<Hit>,
    /// Its rows.
    pub body: TableBody,
    /// What it gives where no row matches.
    pub otherwise: Option<Otherwise>,
    /// Shared clauses.
    pub common: Common,
}

/// How several matching rows of a table are read.
#[derive(Debug, Clone, PartialEq)]
pub enum Hit {
    /// At most one row may match.
    Unique,
    /// Matching rows agree.
    Any,
    /// The row whose first output outranks the others; the ranks, highest first.
    Highest(Vec<Expr>),
    /// All matching rows, in order.
    Collect,
    /// The first matching row.
    First,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one a declaration: a box would only be in the way")]
pub enum TableBody {
    /// `| a, b -> c`.
    Rows(Vec<Row>),
    /// `read from "…" columns …`.
    Read(ReadFrom),
}

/// `| imp, not 0..17 -> 155 CAD [TAG] "label"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// One cell an input.
    pub cells: Vec<Cell>,
    /// One value an output.
    pub outputs: Vec<Expr>,
    /// Clause tags.
    pub tags: Vec<Tag>,
    /// The label.
    pub label: Option<Text>,
    /// All of it.
    pub span: Span,
}

/// One condition of a table row.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// `not` before it.
    pub negated: bool,
    /// What it accepts.
    pub kind: CellKind,
    /// Its place.
    pub span: Span,
}

/// What a cell accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum CellKind {
    /// `any`.
    Any,
    /// A value, or a member of a set.
    Value(Expr),
    /// `0..17`, both ends included.
    Range(Expr, Expr),
    /// `< 18`.
    Compare(CompareOp, Expr),
}

/// `otherwise no because "No ground."`.
#[derive(Debug, Clone, PartialEq)]
pub struct Otherwise {
    /// One value; in a table one an output.
    pub values: Vec<Expr>,
    /// Its reason and sources.
    pub common: Common,
    /// All of it.
    pub span: Span,
}

/// `decision ok [A-3] "May apply": yes/no no outranks yes otherwise no`.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionDecl {
    /// Name, tags, label.
    pub head: Head,
    /// Its type.
    pub ty: TypeExpr,
    /// `= expr`.
    pub item: Option<Item>,
    /// `a outranks b outranks c`, each chain.
    pub outranks: Vec<Vec<Expr>>,
    /// `otherwise V`.
    pub otherwise: Option<Otherwise>,
    /// Shared clauses.
    pub common: Common,
}

/// `rule r [A-4] "Label" ok is yes when a unless b exception to s, t`.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleDecl {
    /// Name, tags, label.
    pub head: Head,
    /// The decision.
    pub decision: Name,
    /// `is`, `includes` or `adds`.
    pub outcome_verb: Spanned<OutcomeVerb>,
    /// What it gives.
    pub value: Expr,
    /// `when a`.
    pub when: Option<Item>,
    /// `unless b`, each.
    pub unless: Vec<Item>,
    /// `exception to s, t`.
    pub exception_to: Vec<Name>,
    /// Shared clauses.
    pub common: Common,
}

/// How a rule states its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeVerb {
    /// `is V`.
    Is,
    /// `includes V`.
    Includes,
    /// `adds V`.
    Adds,
}

/// `note n [A-6] "Text." about ok when a`.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteDecl {
    /// Name, tags, text.
    pub head: Head,
    /// The decision it is about.
    pub about: Option<Name>,
    /// When it shows.
    pub when: Option<Item>,
    /// Shared clauses.
    pub common: Common,
}

/// `question q [R-1] "Open?" reading "Yes." owner "legal"`.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionDecl {
    /// Name, tags, question.
    pub head: Head,
    /// The reading taken meanwhile.
    pub reading: Option<Text>,
    /// Who answers it.
    pub owner: Option<Text>,
    /// Shared clauses.
    pub common: Common,
}

/// `assert safe "Label": pgwp implies ok is no`.
#[derive(Debug, Clone, PartialEq)]
pub struct AssertDecl {
    /// Name, tags, label.
    pub head: Head,
    /// What must hold.
    pub item: Item,
    /// Shared clauses.
    pub common: Common,
}

/// `profile worker { age_years is 30, fit is unknown }`.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileDecl {
    /// Name, tags, label.
    pub head: Head,
    /// What it gives.
    pub entries: Vec<Entry>,
    /// Shared clauses.
    pub common: Common,
}

/// `age_years is 30`.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The fact or field.
    pub name: Name,
    /// What it is.
    pub value: EntryValue,
    /// All of it.
    pub span: Span,
}

/// What a profile or test gives for a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryValue {
    /// `unknown`.
    Unknown(Span),
    /// A literal, member, period, set or `none`.
    Value(Expr),
    /// `{ start is 2024-01-01, last is none }`.
    Record(Vec<Entry>, Span),
    /// `list of { {…}, {…} }`.
    List(Vec<Vec<Entry>>, Span),
}

/// `test t "Label" on 2024-12-24 given worker, age_years is 31 expect ok is yes because [A-4]`.
#[derive(Debug, Clone, PartialEq)]
pub struct TestDecl {
    /// Name, tags, label.
    pub head: Head,
    /// `on D`.
    pub on: Option<Spanned<On>>,
    /// Profiles and facts, in order; later ones win.
    pub given: Vec<Given>,
    /// What must come out.
    pub expects: Vec<Expect>,
    /// Shared clauses.
    pub common: Common,
}

/// A day or a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum On {
    /// A day.
    Date(NaiveDate),
    /// A moment.
    Instant(DateTime<FixedOffset>),
}

/// A part of `given`.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// A profile's name.
    Profile(Name),
    /// A fact.
    Entry(Entry),
}

/// `expect ok is undetermined missing {fit}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expect {
    /// The decision or definition.
    pub decision: Name,
    /// What it must be.
    pub outcome: ExpectOutcome,
    /// `missing {fit, "/jobs/0/employer"}`: the exact set.
    pub missing: Option<Vec<Name>>,
    /// `because [A-4]`: tags that the explanation must hold.
    pub because: Vec<Tag>,
    /// All of it.
    pub span: Span,
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectOutcome {
    /// A value, decided.
    Value(Expr),
    /// `undetermined`, `contradictory`, `not_in_force`, `conflict`, `error`.
    Status(Name),
}

/// `repeal rule r [A-4]`.
#[derive(Debug, Clone, PartialEq)]
pub struct RepealDecl {
    /// The kind's keyword: `rule`.
    pub kind: Name,
    /// What is repealed.
    pub path: Path,
    /// The tags it must have.
    pub tags: Vec<Tag>,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeExpr {
    /// The type before `or none`.
    pub kind: TypeKind,
    /// `or none`.
    pub or_none: bool,
    /// All of it.
    pub span: Span,
}

/// The forms of a type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// `yes/no`.
    YesNo,
    /// A word: `integer`, `date`, `country`, an enum or record.
    Named(Name),
    /// `money CAD`.
    Money(Name),
    /// `{a, b}`: an enum without a name.
    Members(Vec<Name>),
    /// `set of T`.
    Set(Box<TypeExpr>),
    /// `list of RECORD`.
    List(Name),
    /// `total of T`.
    Total(Box<TypeExpr>),
}

/// A clause or block element: an expression with its own tags and label.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The condition or value.
    pub expr: Expr,
    /// Clause tags.
    pub tags: Vec<Tag>,
    /// The label.
    pub label: Option<Text>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Its form.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `yes`, `no`.
    Bool(bool),
    /// `none`.
    None,
    /// `42`, `3.5`: the scale is kept as written.
    Number(Decimal),
    /// `15%`, as written: 15.
    Percent(Decimal),
    /// `1250.00 CAD`.
    Money(Decimal, Name),
    /// `2024-12-24`.
    Date(NaiveDate),
    /// `09:30`, minutes after midnight; `24:00` is 1440.
    Time(u16),
    /// `2024-12-24T23:59:00Z`.
    Instant(DateTime<FixedOffset>),
    /// `"text"`.
    Text(String),
    /// A name, a member, or a name with fields.
    Path(Path),
    /// `{US, PM}`.
    Set(Vec<Expr>),
    /// `( … )`.
    Paren(Box<Expr>),
    /// `all of { … }` and its kin.
    Block(BlockKind, Vec<Item>),
    /// `a and b and c`.
    And(Vec<Expr>),
    /// `a or b or c`.
    Or(Vec<Expr>),
    /// `not a`.
    Not(Box<Expr>),
    /// `a implies b`.
    Implies(Box<Expr>, Box<Expr>),
    /// `a is b`, `a <= b`, `a in b`, …
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `s is empty` (`false`), `s is not empty` (`true`).
    IsEmpty(Box<Expr>, bool),
    /// `a + b` and its kin.
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// `-n`.
    Negate(Box<Expr>),
    /// `d + n months rounding up`.
    Rounding(Box<Expr>, Rounding),
    /// `12 months`, `30 business days of canada`.
    Duration(Box<Expr>, Unit),
    /// `a until b` (excluded), `a through b` (included).
    Period {
        /// The first day.
        start: Box<Expr>,
        /// The end, or `none`.
        end: Box<Expr>,
        /// Whether the end is included.
        inclusive: bool,
    },
    /// `exempt as of d`.
    AsOf(Box<Expr>, Box<Expr>),
    /// `late(d)`, `latest(s.start for s in stays)`.
    Call(Path, Vec<Argument>),
    /// `price(imp, 3).cost`.
    Field(Box<Expr>, Name),
    /// `if a then b else c`.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `every s in stays: …`, `any …`, `no …`.
    Quantified(Quantifier, Binder, Box<Expr>),
    /// `count(s in stays: a)`.
    CountWhere(Binder, Option<Box<Expr>>),
    /// `count(citizenships)`.
    Count(Box<Expr>),
    /// `days from a to b`.
    DaysFrom(Box<Expr>, Box<Expr>),
    /// `months from a to b`.
    MonthsFrom(Box<Expr>, Box<Expr>),
    /// `days covered by stays within p`.
    DaysCovered(Box<Expr>, Box<Expr>),
    /// `round (n / 3) to 2 places half even`.
    Round(Box<Expr>, u32, HalfWay),
    /// `weekday of d`.
    WeekdayOf(Box<Expr>),
    /// `end of month d`.
    EndOfMonth(Box<Expr>),
    /// `end of day d in "UTC"`: the zone is missing only after an error.
    EndOfDay(Box<Expr>, Option<Text>),
    /// `date of t in "UTC"`: the zone is missing only after an error.
    DateOf(Box<Expr>, Option<Text>),
}

/// What a block asks of its elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// `all of`.
    All,
    /// `any of`.
    Any,
    /// `none of`.
    None,
    /// `at least k of`.
    AtLeast(u32),
}

/// `every`, `any`, `no`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// All elements.
    Every,
    /// At least one.
    Any,
    /// None.
    No,
}

/// `s in stays`, `k in 0 to 4`.
#[derive(Debug, Clone, PartialEq)]
pub struct Binder {
    /// The bound variable.
    pub name: Name,
    /// The list, set or first number.
    pub domain: Box<Expr>,
    /// The last number, included.
    pub to: Option<Box<Expr>>,
}

/// An argument: `x`, or `e for x in L: p`.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The value.
    pub value: Expr,
    /// `for x in L`, and the condition after its colon.
    pub each: Option<(Binder, Option<Expr>)>,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CompareOp {
    /// `is`.
    Is,
    /// `is not`.
    IsNot,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
    /// `within`.
    Within,
    /// `overlaps`.
    Overlaps,
}

impl CompareOp {
    /// Returns the words as written.
    pub fn text(self) -> &'static str {
        match self {
            CompareOp::Is => "is",
            CompareOp::IsNot => "is not",
            CompareOp::Less => "<",
            CompareOp::LessEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterEqual => ">=",
            CompareOp::In => "in",
            CompareOp::NotIn => "not in",
            CompareOp::Within => "within",
            CompareOp::Overlaps => "overlaps",
        }
    }
}

/// `+ - * /`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArithmeticOp {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
}

/// A unit of time.
#[derive(Debug, Clone, PartialEq)]
pub enum Unit {
    /// `days`.
    Days,
    /// `weeks`: 7 days.
    Weeks,
    /// `months`.
    Months,
    /// `years`: 12 months.
    Years,
    /// `hours`.
    Hours,
    /// `minutes`.
    Minutes,
    /// `business days of canada`.
    BusinessDays(Option<Name>),
}

/// What happens halfway between two roundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HalfWay {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// To the even digit.
    Even,
}
