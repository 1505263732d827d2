//! Whether two trees say the same: equality that looks neither at places nor at brackets.
//!
//! Both trees are copied, the copies *bared* (every span set to one value, every [`ExprKind::Paren`] replaced by what is
//! inside), and compared with the derived `==`. This fails safe. Every node is taken apart by name, so a field that is
//! added to the tree does not compile until it is listed here, and what is not bared makes trees differ, never agree.
//! Comparing printed texts would be shorter, but blind to whatever the printer forgets, which it is meant to find.
//!
//! What counts as the same follows `==` of the values: `1.50` and `1.5`, and one instant under two offsets, are the same;
//! the order of declarations and of elements counts.

use std::sync::LazyLock;

use chrono::{DateTime, FixedOffset, NaiveDate};
use rust_decimal::Decimal;

use super::ast::*;
use crate::source::{Sources, Span, Spanned};

/// Whether two files have the same header and declarations, in the same order.
pub fn same_meaning(a: &File, b: &File) -> bool {
    a.header.clone().bared() == b.header.clone().bared()
        && a.declarations.clone().bared() == b.declarations.clone().bared()
}

/// Whether two declarations say the same, their verbs included.
pub fn same_declaration(a: &Declaration, b: &Declaration) -> bool {
    a.clone().bared() == b.clone().bared()
}

/// Whether two expressions say the same.
pub fn same_expr(a: &Expr, b: &Expr) -> bool {
    a.clone().bared() == b.clone().bared()
}

/// Taking places and brackets off.
trait Bare: Sized {
    /// Takes them off in place.
    fn bare(&mut self);

    /// Takes them off a value.
    fn bared(mut self) -> Self {
        self.bare();
        self
    }
}

impl Bare for Span {
    fn bare(&mut self) {
        static NOWHERE: LazyLock<Span> = LazyLock::new(|| Span::new(Sources::new().add("", ""), 0, 0));
        *self = *NOWHERE;
    }
}

impl Bare for Expr {
    fn bare(&mut self) {
        while let ExprKind::Paren(inside) = &mut self.kind {
            *self = std::mem::replace(inside, Expr { kind: ExprKind::None, span: self.span });
        }
        let Expr { kind, span } = self;
        kind.bare();
        span.bare();
    }
}

impl<T: Bare> Bare for Spanned<T> {
    fn bare(&mut self) {
        let Spanned { value, span } = self;
        value.bare();
        span.bare();
    }
}

impl<T: Bare> Bare for Option<T> {
    fn bare(&mut self) {
        self.iter_mut().for_each(T::bare);
    }
}

impl<T: Bare> Bare for Vec<T> {
    fn bare(&mut self) {
        self.iter_mut().for_each(T::bare);
    }
}

impl<T: Bare> Bare for Box<T> {
    fn bare(&mut self) {
        T::bare(self);
    }
}

impl<A: Bare, B: Bare> Bare for (A, B) {
    fn bare(&mut self) {
        self.0.bare();
        self.1.bare();
    }
}

impl<T: Bare> Bare for Dated<T> {
    fn bare(&mut self) {
        let Dated { value, from, common, span } = self;
        value.bare();
        from.bare();
        common.bare();
        span.bare();
    }
}

/// Values without places.
macro_rules! plain {
    ($($name:ty),* $(,)?) => {
        $(impl Bare for $name {
            fn bare(&mut self) {}
        })*
    };
}

/// Structs: every field, by name.
macro_rules! fields {
    ($($name:ident { $($field:ident),* })*) => {
        $(impl Bare for $name {
            fn bare(&mut self) {
                let $name { $($field),* } = self;
                $($field.bare();)*
            }
        })*
    };
}

/// Enums: every variant, what it holds named by position or by field.
macro_rules! variants {
    ($($name:ident { $($variant:ident $(($($part:ident),*))? $({$($field:ident),*})?),* })*) => {
        $(impl Bare for $name {
            fn bare(&mut self) {
                match self {
                    $($name::$variant $(($($part),*))? $({$($field),*})? => {
                        $($($part.bare();)*)?
                        $($($field.bare();)*)?
                    })*
                }
            }
        })*
    };
}

plain!(String, bool, u16, u32, Decimal, NaiveDate, DateTime<FixedOffset>);
plain!(Verb, Rounding, Effort, OutcomeVerb, BlockKind, Quantifier, CompareOp, ArithmeticOp, HalfWay);

fields! {
    PolicyHeader { name, title, jurisdiction, effective_from, until, announced, amends, decided_by, rounding, zone, span }
    Start { date, clock, span }
    Declaration { verb, kind, span }
    Head { name, parameters, tags, label }
    Typed { name, ty }
    Common { because, cites, relies }
    Because { parts, span }
    Cite { source, quote, at, span }
    Path { names, span }
    UseDecl { path, outside, common }
    Outside { decision, value, common, span }
    SourceDecl { head, by, published, accessed, url, common }
    FactDecl { head, ty, ask, within, typical, changeable, private, judged, written, common }
    Judged { by, under }
    AssumeDecl { fact, value, common }
    InvariantDecl { head, item, common }
    EnumDecl { head, open, body, common }
    EnumMember { name, label, written }
    ReadFrom { path, column, columns, filter, valid, span }
    ColumnAs { column, name, split }
    SetDecl { head, ty, body, common }
    RecordDecl { head, fields, period, common }
    FieldDecl { head, ty, written }
    RecordPeriod { start, inclusive, end }
    CalendarDecl { head, weekend, holidays, covers, common }
    DefineDecl { head, ty, item, common }
    ParameterDecl { head, ty, values }
    ScaleDecl { head, ty, values }
    Band { rate, up_to, span }
    TableDecl { head, outputs, hit, body, otherwise, common }
    Row { cells, outputs, tags, label, span }
    Cell { negated, kind, span }
    Otherwise { values, common, span }
    DecisionDecl { head, ty, item, outranks, otherwise, common }
    RuleDecl { head, decision, outcome_verb, value, when, unless, exception_to, common }
    NoteDecl { head, about, when, common }
    QuestionDecl { head, reading, owner, common }
    AssertDecl { head, item, common }
    ProfileDecl { head, entries, common }
    Entry { name, value, span }
    TestDecl { head, on, given, expects, common }
    Expect { decision, outcome, missing, because, span }
    RepealDecl { kind, path, tags }
    TypeExpr { kind, or_none, span }
    Item { expr, tags, label }
    Binder { name, domain, to }
    Argument { value, each }
}

variants! {
    Header { Policy(a), Library { name, title, span }, None }
    DeclKind {
        Use(a), Source(a), Fact(a), Assume(a), Invariant(a), Enum(a), Set(a), Record(a), Calendar(a), Define(a), Parameter(a),
        Scale(a), Table(a), Decision(a), Rule(a), Note(a), Question(a), Assert(a), Profile(a), Test(a), Repeal(a)
    }
    TemplatePart { Text(a), Hole(a) }
    EnumBody { Members(a), Read(a) }
    SetBody { Members(a), Read(a) }
    Hit { Unique, Any, Highest(a), Collect, First }
    TableBody { Rows(a), Read(a) }
    CellKind { Any, Value(a), Range(a, b), Compare(a, b) }
    EntryValue { Unknown(a), Value(a), Record(a, b), List(a, b) }
    On { Date(a), Instant(a) }
    Given { Profile(a), Entry(a) }
    ExpectOutcome { Value(a), Status(a) }
    TypeKind { YesNo, Named(a), Money(a), Members(a), Set(a), List(a), Total(a) }
    Unit { Days, Weeks, Months, Years, Hours, Minutes, BusinessDays(a) }
    ExprKind {
        Bool(a), None, Number(a), Percent(a), Money(a, b), Date(a), Time(a), Instant(a), Text(a), Path(a), Set(a), Paren(a),
        Block(a, b), And(a), Or(a), Not(a), Implies(a, b), Compare(a, b, c), IsEmpty(a, b), Arithmetic(a, b, c), Negate(a),
        Rounding(a, b), Duration(a, b), Period { start, end, inclusive }, AsOf(a, b), Call(a, b), Field(a, b), If(a, b, c),
        Quantified(a, b, c), CountWhere(a, b), Count(a), DaysFrom(a, b), MonthsFrom(a, b), DaysCovered(a, b), Round(a, b, c),
        WeekdayOf(a), EndOfMonth(a), EndOfDay(a, b), DateOf(a, b)
    }
}
