//! What a compiled decision does: steps over registers, each with one pointwise meaning.
//!
//! Registers are verdicts, cells and sets. The first of each are the slots of the row (of verdicts also [`CONSTANT_VERDICTS`]),
//! then comes one for each step of that kind. A step reads only what stands before it, so one pass computes all. Both engines,
//! one row at a time and many rows by columns, mean by a step what [`TruthStep::verdict`], [`CellStep::cell`] and
//! [`SetStep::members`] say.
//!
//! Three values only: an error value is *unknown* here. What comes out known is the same with an error in its place (V6, V7);
//! what does not goes to the interpreter, which knows errors.

use super::layout::{FIRST, Kind, Members, NONE, UNKNOWN, date_of, day_number};
use super::residue::Register;
use crate::eval::kernel::date;
use crate::program::{OriginId, RuleId, VersionId};
use crate::syntax::ast::{HalfWay, Rounding};
use crate::value::{EnumId, Value};

/// Yes, no, or (neither bit) unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Verdict(u8);

impl Verdict {
    /// Known and yes.
    pub const YES: Verdict = Verdict(1);
    /// Known and no.
    pub const NO: Verdict = Verdict(2);
    /// Not known.
    pub const UNKNOWN: Verdict = Verdict(0);

    pub(crate) fn of(yes: bool) -> Verdict {
        if yes { Verdict::YES } else { Verdict::NO }
    }

    /// The verdict in the cell of a yes/no: 1, 0, or neither.
    pub(crate) fn of_cell(cell: i64) -> Verdict {
        Verdict(u8::from(cell == 1) | u8::from(cell == 0) << 1)
    }

    pub(crate) fn not(self) -> Verdict {
        Verdict(self.0 >> 1 | (self.0 & 1) << 1)
    }

    /// Whether it is yes, and whether it is no: 1 or 0.
    fn bits(self) -> [u64; 2] {
        [u64::from(self.0 & 1), u64::from(self.0 >> 1)]
    }

    /// Whether it is known and yes.
    pub fn is_yes(self) -> bool {
        self == Verdict::YES
    }

    /// Whether it is known and no.
    pub fn is_no(self) -> bool {
        self == Verdict::NO
    }
}

/// A verdict register, or (the lowest bit) its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Truth(u32);

impl Truth {
    pub(crate) fn at(register: u32) -> Truth {
        Truth(register << 1)
    }

    pub(crate) fn register(self) -> u32 {
        self.0 >> 1
    }

    pub(crate) fn is_not(self) -> bool {
        self.0 & 1 == 1
    }

    pub(crate) fn not(self) -> Truth {
        Truth(self.0 ^ 1)
    }

    /// What it is, or its opposite.
    pub(crate) fn is(self, yes: bool) -> Truth {
        if yes { self } else { self.not() }
    }

    /// Its verdict, by that of its register.
    pub(crate) fn of(self, register: Verdict) -> Verdict {
        let not = self.0 & 1;
        Verdict((register.0 >> not | register.0 << not) & 3)
    }
}

/// The places, after those of the slots, of two verdicts that no step makes: yes, and unknown.
pub(crate) const CONSTANT_VERDICTS: [Verdict; 2] = [Verdict::YES, Verdict::UNKNOWN];

/// A cell register.
pub(crate) type CellAt = u32;
/// A set register.
pub(crate) type SetAt = u32;

/// What steps read.
pub(crate) trait Registers {
    fn verdict(&self, at: Truth) -> Verdict;
    fn cell(&self, at: CellAt) -> i64;
    /// Nothing where the set is not known.
    fn set(&self, at: SetAt) -> Option<Members>;
}

/// How two cells are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Relation {
    Equal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Relation {
    pub(crate) fn holds<T: Ord>(self, a: T, b: T) -> bool {
        match self {
            Relation::Equal => a == b,
            Relation::Less => a < b,
            Relation::LessEqual => a <= b,
            Relation::Greater => a > b,
            Relation::GreaterEqual => a >= b,
        }
    }

    /// The relation of `b` to `a`.
    pub(crate) fn turned(self) -> Relation {
        match self {
            Relation::Equal => Relation::Equal,
            Relation::Less => Relation::Greater,
            Relation::LessEqual => Relation::GreaterEqual,
            Relation::Greater => Relation::Less,
            Relation::GreaterEqual => Relation::LessEqual,
        }
    }

    /// Compares cells: `none` equals itself alone, and is in no order (V5).
    pub(crate) fn verdict(self, a: i64, b: i64) -> Verdict {
        let least = if self == Relation::Equal { NONE } else { FIRST };
        if a < least || b < least { Verdict::UNKNOWN } else { Verdict::of(self.holds(a, b)) }
    }
}

/// A step that comes to a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TruthStep {
    All(Box<[Truth]>),
    Any(Box<[Truth]>),
    AtLeast(u32, Box<[Truth]>),
    If(Truth, Truth, Truth),
    Same(Truth, Truth),
    Compare(Relation, CellAt, CellAt),
    CompareTo(Relation, CellAt, i64),
    OneOf(CellAt, Box<Members>),
    /// Whether a cell is this one.
    Is(CellAt, i64),
    /// Whether a cell is one of a sorted list.
    Among(CellAt, Box<[i64]>),
    IsNone(CellAt),
    /// Whether a set holds a member.
    Holds(SetAt, u32),
    /// Whether a set holds the member in a cell.
    HoldsCell(SetAt, CellAt),
    Overlaps(SetAt, SetAt),
    Within(SetAt, SetAt),
    SameSet(SetAt, SetAt),
    IsEmpty(SetAt),
    /// Whether a day lies in a period: day, start, end (nothing: open), whether the end is included.
    InPeriod(CellAt, CellAt, Option<CellAt>, bool),
    /// A yes/no decision by rules: whether a rule for yes stands, and for no; what both together come to (nothing: a
    /// conflict); what holds if neither does.
    Outcome {
        yes: Truth,
        no: Truth,
        both: Option<bool>,
        neither: Option<Truth>,
    },
}

impl TruthStep {
    pub(crate) fn verdict(&self, row: &impl Registers) -> Verdict {
        match self {
            TruthStep::All(parts) => parts.iter().fold(Verdict::YES, |so_far, &part| all_of(so_far, row.verdict(part))),
            TruthStep::Any(parts) => {
                parts.iter().fold(Verdict::YES, |so_far, &part| all_of(so_far, row.verdict(part).not())).not()
            }
            TruthStep::AtLeast(least, parts) => {
                let yes = parts.iter().filter(|&&part| row.verdict(part).is_yes()).count();
                let not_no = parts.iter().filter(|&&part| !row.verdict(part).is_no()).count();
                match *least as usize {
                    least if yes >= least => Verdict::YES,
                    least if not_no < least => Verdict::NO,
                    _ => Verdict::UNKNOWN,
                }
            }
            TruthStep::If(condition, a, b) => {
                let (a, b, condition) = (row.verdict(*a), row.verdict(*b), row.verdict(*condition));
                // Both bits where the condition is yes, or no, else none.
                let (yes, no) = ((condition.0 & 1) * 3, (condition.0 >> 1) * 3);
                Verdict(a.0 & yes | b.0 & no | a.0 & b.0)
            }
            TruthStep::Same(a, b) => match (row.verdict(*a), row.verdict(*b)) {
                (Verdict::UNKNOWN, _) | (_, Verdict::UNKNOWN) => Verdict::UNKNOWN,
                (a, b) => Verdict::of(a == b),
            },
            TruthStep::Compare(relation, a, b) => relation.verdict(row.cell(*a), row.cell(*b)),
            TruthStep::CompareTo(relation, a, b) => relation.verdict(row.cell(*a), *b),
            TruthStep::OneOf(cell, members) => match row.cell(*cell) {
                cell if cell < FIRST => Verdict::UNKNOWN,
                cell => Verdict::of(members.contains(cell)),
            },
            TruthStep::Is(cell, one) => match row.cell(*cell) {
                cell if cell < FIRST => Verdict::UNKNOWN,
                cell => Verdict::of(cell == *one),
            },
            TruthStep::Among(cell, all) => match row.cell(*cell) {
                cell if cell < FIRST => Verdict::UNKNOWN,
                cell => Verdict::of(all.binary_search(&cell).is_ok()),
            },
            TruthStep::IsNone(cell) => match row.cell(*cell) {
                cell if cell < NONE => Verdict::UNKNOWN,
                cell => Verdict::of(cell == NONE),
            },
            TruthStep::Holds(set, member) => of_set(row.set(*set), |set| set.contains(i64::from(*member))),
            TruthStep::HoldsCell(set, cell) => match row.cell(*cell) {
                cell if cell < FIRST => Verdict::UNKNOWN,
                cell => of_set(row.set(*set), |set| set.contains(cell)),
            },
            TruthStep::Overlaps(a, b) => of_sets(row, *a, *b, Members::overlaps),
            TruthStep::Within(a, b) => of_sets(row, *a, *b, Members::within),
            TruthStep::SameSet(a, b) => of_sets(row, *a, *b, |a, b| a == b),
            TruthStep::IsEmpty(set) => of_set(row.set(*set), Members::is_empty),
            TruthStep::InPeriod(day, start, end, through) => {
                let (day, start) = (row.cell(*day), row.cell(*start));
                let last = match end.map_or(NONE, |end| row.cell(end)) {
                    NONE => i64::MAX,
                    end => end,
                };
                // A period that ends before it starts is an error.
                if day < FIRST || start < FIRST || last < start {
                    return Verdict::UNKNOWN;
                }
                Verdict::of(start <= day && (day < last || (*through && day == last)))
            }
            TruthStep::Outcome { yes, no, both, neither } => {
                let (yes, no) = (row.verdict(*yes), row.verdict(*no));
                let both = both.map_or(Verdict::UNKNOWN, Verdict::of);
                let neither = neither.map_or(Verdict::UNKNOWN, |at| row.verdict(at));
                let [yes, no] = outcome([yes, no, both, neither].map(Verdict::bits));
                Verdict((yes | no << 1) as u8)
            }
        }
    }
}

/// What a yes/no decision comes to: which rows are yes and which are no, a bit a row. Given are the same of a rule for yes
/// that stands, of one for no, of what both together come to, and of what holds if neither stands.
pub(crate) fn outcome([yes, no, both, neither]: [[u64; 2]; 4]) -> [u64; 2] {
    // Each of the four ways is out of the question, or says what comes out.
    let never = [yes[1] | no[1], yes[1] | no[0], yes[0] | no[1], yes[0] | no[0]];
    [
        (never[0] | both[0]) & never[2] & (never[3] | neither[0]),
        (never[0] | both[1]) & never[1] & (never[3] | neither[1]),
    ]
}

fn all_of(a: Verdict, b: Verdict) -> Verdict {
    Verdict(a.0 & b.0 & 1 | (a.0 | b.0) & 2)
}

fn of_set(set: Option<Members>, f: impl Fn(&Members) -> bool) -> Verdict {
    set.map_or(Verdict::UNKNOWN, |set| Verdict::of(f(&set)))
}

fn of_sets(row: &impl Registers, a: SetAt, b: SetAt, f: impl Fn(&Members, &Members) -> bool) -> Verdict {
    match (row.set(a), row.set(b)) {
        (Some(a), Some(b)) => Verdict::of(f(&a, &b)),
        _ => Verdict::UNKNOWN,
    }
}

/// A step that comes to a cell. What overflows a cell is unknown: the interpreter has 28 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum CellStep {
    Constant(i64),
    Add(CellAt, CellAt),
    Subtract(CellAt, CellAt),
    Multiply(CellAt, CellAt),
    /// Times a power of ten: two numbers are brought to the same scale.
    Scale(CellAt, i64),
    /// Rounded to a multiple of a power of ten, and divided by it.
    Round(CellAt, i64, HalfWay),
    /// Divided by a power of ten, if that leaves nothing over: an outcome in whole cents.
    Whole(CellAt, i64),
    Min(Box<[CellAt]>),
    Max(Box<[CellAt]>),
    AddMonths(CellAt, CellAt, Rounding),
    AddDays(CellAt, CellAt),
    DaysBetween(CellAt, CellAt),
    /// The largest n with a + n units of months <= b.
    MonthsBetween(CellAt, CellAt, Rounding, i64),
    WeekdayOf(CellAt),
    EndOfMonth(CellAt),
    /// The same day, if it is within 0001-01-01 to 9999-12-31: the range of outcomes.
    Civil(CellAt),
    Count(SetAt),
    If(Truth, CellAt, CellAt),
    /// The value from the last day of `starts` on that is not after the day.
    Lookup {
        day: CellAt,
        starts: Box<[i64]>,
        cells: Box<[i64]>,
    },
    /// A marginal scale: rates times 10^rate digits, the end of each band.
    Marginal {
        amount: CellAt,
        bands: Box<[(i64, i64)]>,
    },
    /// What the first row that matches gives.
    FirstRow {
        rows: Box<[(Truth, CellAt)]>,
        otherwise: Option<CellAt>,
    },
    /// What all matching rows, or standing rules, give alike.
    Agreed {
        rows: Box<[(Truth, CellAt)]>,
        otherwise: Option<CellAt>,
    },
    /// The one value that stands and that no other standing value outranks (D6): whether each stands, its cell, the places
    /// of those that outrank it.
    Ranked {
        values: Box<[(Truth, i64, u64)]>,
        otherwise: Option<CellAt>,
    },
    /// The sum of those that stand.
    Sum(Box<[(Truth, CellAt)]>),
}

/// The days an outcome may be: 0001-01-01 to 9999-12-31.
const CIVIL: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;

impl CellStep {
    pub(crate) fn cell(&self, row: &impl Registers) -> i64 {
        let known = |at: CellAt| Some(row.cell(at)).filter(|&cell| cell >= FIRST);
        let date = |at: CellAt| known(at).and_then(date_of);
        let step = || match self {
            CellStep::Constant(cell) => Some(*cell),
            CellStep::Add(a, b) => known(*a)?.checked_add(known(*b)?),
            CellStep::Subtract(a, b) => known(*a)?.checked_sub(known(*b)?),
            CellStep::Multiply(a, b) => known(*a)?.checked_mul(known(*b)?),
            CellStep::Scale(a, factor) => known(*a)?.checked_mul(*factor),
            CellStep::Round(a, unit, half) => Some(round(known(*a)?, *unit, *half)),
            CellStep::Whole(a, unit) => Some(known(*a)?).filter(|cell| cell % unit == 0).map(|cell| cell / unit),
            CellStep::Min(parts) => parts.iter().map(|&part| known(part)).try_fold(i64::MAX, |a, b| Some(a.min(b?))),
            CellStep::Max(parts) => parts.iter().map(|&part| known(part)).try_fold(i64::MIN, |a, b| Some(a.max(b?))),
            CellStep::AddMonths(day, months, rounding) => {
                date::step(date(*day)?, known(*months)?, *rounding).map(day_number)
            }
            CellStep::AddDays(day, days) => {
                known(*day)?.checked_add(known(*days)?).filter(|&day| date_of(day).is_some())
            }
            CellStep::DaysBetween(from, to) => known(*to)?.checked_sub(known(*from)?),
            CellStep::MonthsBetween(from, to, rounding, unit) => {
                date::months(date(*from)?, date(*to)?, *rounding, *unit).ok()
            }
            // 1970-01-01 was a thursday; monday is 0.
            CellStep::WeekdayOf(day) => Some((known(*day)? + 3).rem_euclid(7)),
            CellStep::EndOfMonth(day) => date::last_of_month(date(*day)?).map(day_number),
            CellStep::Civil(day) => known(*day).filter(|day| CIVIL.contains(day)),
            CellStep::Count(set) => row.set(*set).map(|set| set.count()),
            CellStep::Lookup { day, starts, cells } => {
                let day = known(*day)?;
                let passed = starts.partition_point(|&start| start <= day);
                passed.checked_sub(1).map(|entry| cells[entry])
            }
            CellStep::Marginal { amount, bands } => marginal(known(*amount)?, bands),
            CellStep::If(condition, a, b) => Some(match row.verdict(*condition) {
                Verdict::YES => row.cell(*a),
                Verdict::NO => row.cell(*b),
                _ => Some(row.cell(*a)).filter(|&a| a == row.cell(*b))?,
            }),
            CellStep::FirstRow { rows, otherwise } => {
                for (condition, cell) in rows {
                    match row.verdict(*condition) {
                        Verdict::YES => return Some(row.cell(*cell)),
                        Verdict::NO => {}
                        _ => return None,
                    }
                }
                otherwise.map(|cell| row.cell(cell))
            }
            CellStep::Agreed { rows, otherwise } => {
                let mut agreed = None;
                for (condition, cell) in rows {
                    match row.verdict(*condition) {
                        Verdict::YES if agreed.is_none_or(|agreed| agreed == row.cell(*cell)) => {
                            agreed = Some(row.cell(*cell));
                        }
                        Verdict::NO => {}
                        _ => return None,
                    }
                }
                agreed.or_else(|| otherwise.map(|cell| row.cell(cell)))
            }
            CellStep::Ranked { values, otherwise } => {
                let mut present = 0u64;
                for (place, (stands, ..)) in values.iter().enumerate() {
                    match row.verdict(*stands) {
                        Verdict::YES => present |= 1 << place,
                        Verdict::NO => {}
                        _ => return None,
                    }
                }
                if present == 0 {
                    return otherwise.map(|cell| row.cell(cell));
                }
                let mut kept = values
                    .iter()
                    .enumerate()
                    .filter(|(place, value)| present >> place & 1 == 1 && present & value.2 == 0)
                    .map(|(_, value)| value.1);
                kept.next().filter(|_| kept.next().is_none())
            }
            CellStep::Sum(parts) => parts.iter().try_fold(0i64, |sum, (stands, amount)| match row.verdict(*stands) {
                Verdict::YES => sum.checked_add(known(*amount)?),
                Verdict::NO => Some(sum),
                _ => None,
            }),
        };
        step().unwrap_or(UNKNOWN)
    }
}

fn round(cell: i64, unit: i64, half: HalfWay) -> i64 {
    let (whole, rest) = (cell / unit, (cell % unit).unsigned_abs() * 2);
    let up = match (rest.cmp(&unit.unsigned_abs()), half) {
        (std::cmp::Ordering::Less, _) => false,
        (std::cmp::Ordering::Greater, _) => true,
        (_, HalfWay::Up) => true,
        (_, HalfWay::Down) => false,
        (_, HalfWay::Even) => whole % 2 != 0,
    };
    if up { whole + cell.signum() } else { whole }
}

fn marginal(amount: i64, bands: &[(i64, i64)]) -> Option<i64> {
    let (mut lower, mut total) = (0i64, 0i64);
    for &(rate, upper) in bands {
        let end = upper.min(amount);
        if end > lower {
            total = total.checked_add((end - lower).checked_mul(rate)?)?;
            lower = end;
        }
    }
    Some(total)
}

/// A step that comes to a set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum SetStep {
    Constant(Members),
    If(Truth, SetAt, SetAt),
    /// The set from the last day of `starts` on that is not after the day.
    Lookup {
        day: CellAt,
        starts: Box<[i64]>,
        sets: Box<[Option<Members>]>,
    },
    /// The members of all that stand.
    Gather(Box<[(Truth, SetAt)]>),
}

impl SetStep {
    pub(crate) fn members(&self, row: &impl Registers) -> Option<Members> {
        match self {
            SetStep::Constant(members) => Some(*members),
            SetStep::If(condition, a, b) => match row.verdict(*condition) {
                Verdict::YES => row.set(*a),
                Verdict::NO => row.set(*b),
                _ => row.set(*a).filter(|a| row.set(*b) == Some(*a)),
            },
            SetStep::Lookup { day, starts, sets } => {
                let day = Some(row.cell(*day)).filter(|&day| day >= FIRST)?;
                let passed = starts.partition_point(|&start| start <= day);
                passed.checked_sub(1).and_then(|entry| sets[entry])
            }
            SetStep::Gather(parts) => {
                parts.iter().try_fold(Members::default(), |all, (stands, set)| match row.verdict(*stands) {
                    Verdict::YES => Some(all.with(&row.set(*set)?)),
                    Verdict::NO => Some(all),
                    _ => None,
                })
            }
        }
    }
}

/// A step, in the order of its registers: each kind fills the next register of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Truth(TruthStep),
    Cell(CellStep),
    Set(SetStep),
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    /// It is the same for every row.
    Value(Value),
    Truth(Truth),
    Cell(CellAt, Kind),
    Set(SetAt, EnumId),
    /// A period: first day, end (nothing: open), whether the end is included.
    Period(CellAt, Option<CellAt>, bool),
    /// No register holds it: it is unknown here.
    Open,
}

/// What is asked, in the versions of one plan.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// The version of its policy; nothing outside all of them, where the answer is *not in force*.
    pub(crate) version: Option<VersionId>,
    /// Its value.
    pub(crate) value: Operand,
    /// Its rules: whether each stands, and the value with which it counts as a reason if that is the outcome; nothing: it
    /// always counts.
    pub(crate) rules: Vec<(RuleId, Truth, Option<Value>)>,
    /// What is the reason when no rule stands: the `otherwise`; or always, of an expression.
    pub(crate) origin: Option<OriginId>,
    /// Whether `origin` is that of an expression.
    pub(crate) by_expression: bool,
}

/// The steps of all that is asked, on days between two boundaries.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// What fills a slot about which nothing is stated (V8).
    pub(crate) assumed: Vec<(usize, i64, Members)>,
    pub(crate) steps: Vec<Step>,
    /// How many steps come to verdicts, to cells, to sets.
    pub(crate) truths: usize,
    pub(crate) cells: usize,
    pub(crate) sets: usize,
    /// Must be yes, else the interpreter says how they are broken or may be.
    pub(crate) invariants: Vec<Truth>,
    pub(crate) asked: Vec<Asked>,
    /// What operations that are no steps read: they are unknown here, and the answer may rest on it.
    pub(crate) beside: Vec<Register>,
    /// Whether facts are read that have no slot.
    pub(crate) reads_more: bool,
}
