//! Comparisons of ordered values as literals, and other operations on values that move with ordered facts.
//!
//! What reads one ordered fact turns at a few places, which [`Points`] finds: it becomes a condition on where the fact lies.
//! What reads several is left to [`theory`](super::theory) if each fact moves it one way; else it is vague.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::domain::Domain;
use super::encode::{Case, Cases, Encoder, Truth, error, normal};
use super::sat::Lit;
use crate::eval::exact::axis::Unit;
use crate::eval::exact::ground::{Gid, Term};
use crate::eval::exact::shape::{Points, Side, inner, pieces};
use crate::eval::kernel::Key;
use crate::eval::kernel::clock::start_of;
use crate::eval::walk::Algebra;
use crate::program::{Boundary, Op};
use crate::syntax::ast::Rounding;
use crate::value::{Evaluated, Type, Value};

/// Whether a node rises or falls with each ordered fact it reads.
pub(crate) type Ways = BTreeMap<u32, bool>;

/// By how much a value is moved from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Moved {
    months: Decimal,
    rounding: Option<Rounding>,
    days: Decimal,
}

/// A node that lies so many days and then months after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Later {
    node: Gid,
    base: Gid,
    days: i128,
    rounding: Option<Rounding>,
    /// At least, and at most.
    months: (i128, i128),
}

/// What holds between nodes that are months apart: each and what it is moved from, and any two that are moved from one.
pub(crate) fn links(later: &[Later]) -> Vec<Gap> {
    let mut links = Vec::new();
    for one in later {
        links.push((one.base, one.node, days_of_months(one.months.0).0 + one.days));
        links.push((one.node, one.base, -days_of_months(one.months.1).1 - one.days));
        let beside = |other: &&Later| {
            other.node != one.node && (other.base, other.days, other.rounding) == (one.base, one.days, one.rounding)
        };
        for other in later.iter().filter(beside).filter(|other| one.months.0 >= other.months.1) {
            links.push((other.node, one.node, days_of_months(one.months.0 - other.months.1).0.max(0)));
        }
    }
    links
}

/// One node, another, and how many places the other lies after it at least.
pub(crate) type Gap = (Gid, Gid, i128);

/// How many days so many months are at least and at most: 30.436875 on average, and never further off than three days.
fn days_of_months(months: i128) -> (i128, i128) {
    if months == 0 {
        return (0, 0);
    }
    let millionths = months * 30_436_875;
    (millionths.div_euclid(1_000_000) - 3, millionths.div_euclid(1_000_000) + 4)
}

impl Encoder<'_> {
    /// Returns the literal of `a < b`, both being present.
    pub(crate) fn less(&mut self, a: &Side, b: &Side) -> Lit {
        if a == b {
            return Lit::FALSE;
        }
        if let Some(&known) = self.compared.get(&(a.clone(), b.clone())) {
            return known;
        }
        if let Some((a, b)) = self.amounts(a, b) {
            // Recursion: as deep as an expression.
            return self.less(&a, &b);
        }
        let mut reads: BTreeSet<u32> = BTreeSet::new();
        [a, b].into_iter().filter_map(Side::node).for_each(|node| reads.extend(self.ground.reads(node)));
        let reads: Vec<u32> = reads.into_iter().collect();
        match reads[..] {
            [] => self.known_less(a, b),
            _ if let Some(less) = self.apart(a, b) => {
                if less {
                    Lit::TRUE
                } else {
                    Lit::FALSE
                }
            }
            [variable] => match self.turning_less(a, b, variable) {
                Some(lit) => lit,
                None => self.vague_less(a, b),
            },
            _ => {
                let ways = self.less_ways(a, b);
                if ways.is_none() {
                    return self.vague_less(a, b);
                }
                let lit = self.gates.fresh();
                self.compared.insert((a.clone(), b.clone()), lit);
                lit
            }
        }
    }

    /// Whether `a < b` where both are the same moved by known numbers of months and days, if that alone tells.
    fn apart(&self, a: &Side, b: &Side) -> Option<bool> {
        let ((a, by_a), (b, by_b)) = (self.moved(a)?, self.moved(b)?);
        if a != b {
            return None;
        }
        let later = |one: &Moved, other: &Moved| one.months >= other.months && one.days >= other.days;
        match (later(&by_a, &by_b), later(&by_b, &by_a)) {
            // The same number of months may be rounded differently.
            (true, true) => (by_a.months.is_zero() || by_a.rounding == by_b.rounding).then_some(false),
            (true, false) => Some(false),
            (false, true) => Some(true),
            (false, false) => None,
        }
    }

    /// A side as a node moved by months, then by days; numbers are moved like days.
    fn moved(&self, side: &Side) -> Option<(Gid, Moved)> {
        let (mut id, mut moved) = match side {
            Side::Node(id) => (*id, Moved::default()),
            Side::DayAfter(id) => (*id, Moved { days: Decimal::ONE, ..Moved::default() }),
            Side::Value(_) => return None,
        };
        let number = |id: Gid| match self.ground.term(id) {
            Term::Known(Evaluated::Value(Value::Number(number))) => Some(*number),
            _ => None,
        };
        loop {
            let Term::Apply(Key::Node(node), parts) = self.ground.term(id) else { return Some((id, moved)) };
            let by = parts.get(1).and_then(|&part| number(part));
            match (self.ground.program.op(*node), by) {
                (Op::Clause(..), _) => {}
                (Op::AddDays(..) | Op::Add(..), Some(by)) => moved.days = moved.days.checked_add(by)?,
                (Op::Subtract(..), Some(by)) => moved.days = moved.days.checked_sub(by)?,
                // Months after days are another order, in which days and months cannot be told apart.
                (Op::AddMonths(_, _, rounding), Some(by)) => {
                    moved.months = by;
                    moved.rounding = *rounding;
                    return Some((parts[0], moved));
                }
                _ => return Some((id, moved)),
            }
            id = parts[0];
        }
    }

    /// Of two sums that start from the same, what is added: `d + m months < d + n months` where m < n.
    fn amounts(&self, a: &Side, b: &Side) -> Option<(Side, Side)> {
        let (Side::Node(a), Side::Node(b)) = (a, b) else { return None };
        let (a, b) = (inner(&self.ground, *a), inner(&self.ground, *b));
        let (Term::Apply(Key::Node(one), of_a), Term::Apply(Key::Node(other), of_b)) =
            (self.ground.term(a), self.ground.term(b))
        else {
            return None;
        };
        let alike = match (self.ground.program.op(*one), self.ground.program.op(*other)) {
            (Op::AddMonths(_, _, a), Op::AddMonths(_, _, b)) => a == b,
            (Op::AddDays(..), Op::AddDays(..)) | (Op::Add(..), Op::Add(..)) => true,
            _ => false,
        };
        (alike && of_a[0] == of_b[0]).then(|| (self.operand(of_a[1]), self.operand(of_b[1])))
    }

    /// What follows plainly from `a < b`, or from its opposite: the second node lies at least so many places after the first.
    pub(crate) fn gap(&self, a: &Side, b: &Side, holds: bool) -> Option<Gap> {
        match (a, b) {
            (a, Side::Value(Value::Number(bound))) => return self.difference(a, *bound, holds, false),
            (Side::Value(Value::Number(bound)), b) => return self.difference(b, *bound, holds, true),
            _ => {}
        }
        let ((a, by_a), (b, by_b)) = (self.shifted(a)?, self.shifted(b)?);
        let (low, high, by) = if holds { (a, b, by_a.checked_sub(by_b)?) } else { (b, a, by_b.checked_sub(by_a)?) };
        self.apart_by(low, high, by, holds)
    }

    /// The second node lies more than so much after the first, or at least that.
    fn apart_by(&self, low: Gid, high: Gid, by: Decimal, more: bool) -> Option<Gap> {
        let unit = self.unit(low).filter(|unit| self.unit(high) == Some(*unit))?;
        let by = by.checked_mul(unit)?;
        let by = if more { by.floor().to_i128()? + 1 } else { by.ceil().to_i128()? };
        Some((low, high, by))
    }

    /// What follows from a difference of two nodes that is less than a bound, or (`above`) greater; or not (`holds`).
    fn difference(&self, side: &Side, bound: Decimal, holds: bool, above: bool) -> Option<Gap> {
        let (node, by) = self.shifted(side)?;
        let bound = bound.checked_sub(by)?;
        let Term::Apply(Key::Node(op), parts) = self.ground.term(node) else { return None };
        let (from, to, months) = match self.ground.program.op(*op) {
            Op::Subtract(..) => (parts[1], parts[0], None),
            Op::DaysBetween(..) => (parts[0], parts[1], None),
            Op::MonthsBetween(..) => (parts[0], parts[1], Some(1)),
            Op::Age(..) => (parts[0], parts[1], Some(12)),
            _ => return None,
        };
        let ((from, by_from), (to, by_to)) = (self.shifted(&Side::Node(from))?, self.shifted(&Side::Node(to))?);
        // `to + by_to - from - by_from` lies above the bound, or below it.
        let moved = by_from.checked_sub(by_to)?;
        let rises = holds == above;
        if let Some(months) = months {
            let whole = if rises { bound.floor() } else { bound.ceil() }.to_i128()?.checked_mul(months)?;
            let moved = if rises { moved.ceil() } else { moved.floor() }.to_i128()?;
            let (least, most) = (days_of_months(whole).0, days_of_months(whole + months).1);
            return Some(if rises { (from, to, least + moved) } else { (to, from, -most - moved) });
        }
        let by = bound.checked_add(moved)?;
        if rises { self.apart_by(from, to, by, holds) } else { self.apart_by(to, from, -by, holds) }
    }

    /// A side that adds months to another node: how many at least and at most, if that is plain.
    pub(crate) fn later(&self, side: &Side, range: &impl Fn(u32) -> Option<(i128, i128)>) -> Option<Later> {
        let (node, _) = self.shifted(side)?;
        let Term::Apply(Key::Node(op), parts) = self.ground.term(node) else { return None };
        let Op::AddMonths(_, _, rounding) = *self.ground.program.op(*op) else { return None };
        let (base, by) = self.shifted(&Side::Node(parts[0]))?;
        let months = self.amount(parts[1], range)?;
        Some(Later { node, base, days: by.to_i128()?, rounding, months })
    }

    /// A side as a node moved by known days, or by a known number.
    fn shifted(&self, side: &Side) -> Option<(Gid, Decimal)> {
        let (mut id, mut days) = match side {
            Side::Node(id) => (*id, Decimal::ZERO),
            Side::DayAfter(id) => (*id, Decimal::ONE),
            Side::Value(_) => return None,
        };
        while let Term::Apply(Key::Node(node), parts) = self.ground.term(id) {
            let by = match parts.get(1).map(|&part| self.ground.term(part)) {
                Some(Term::Known(Evaluated::Value(Value::Number(number)))) => Some(*number),
                _ => None,
            };
            match (self.ground.program.op(*node), by) {
                (Op::Clause(..), _) => {}
                (Op::AddDays(..) | Op::Add(..), Some(by)) => days = days.checked_add(by)?,
                (Op::Subtract(..), Some(by)) => days = days.checked_sub(by)?,
                _ => break,
            }
            id = parts[0];
        }
        Some((id, days))
    }

    /// How many places a node has for one day, or for one.
    fn unit(&self, id: Gid) -> Option<Decimal> {
        match self.ground.term(id) {
            Term::Variable(index) => match self.domains.get(*index as usize) {
                Some(Some(Domain::Ordered { axis, .. })) => match axis.unit {
                    Unit::Day => Some(Decimal::ONE),
                    Unit::Number(scale) => Some(Decimal::from(10u64.checked_pow(scale)?)),
                    _ => None,
                },
                _ => None,
            },
            Term::Apply(Key::Node(node), _) => {
                (*self.ground.program.info(*node).ty.required() == Type::Date).then_some(Decimal::ONE)
            }
            _ => None,
        }
    }

    /// The least and greatest whole number that a node comes to, if that is plain.
    fn amount(&self, id: Gid, range: &impl Fn(u32) -> Option<(i128, i128)>) -> Option<(i128, i128)> {
        match self.ground.term(id) {
            Term::Known(Evaluated::Value(Value::Number(number))) => number.to_i128().map(|number| (number, number)),
            Term::Variable(index) => range(*index),
            Term::Apply(Key::Node(node), parts) => match self.ground.program.op(*node) {
                // Recursion: as deep as an expression.
                Op::Clause(..) => self.amount(parts[0], range),
                Op::Multiply(..) => {
                    let (a, b) = (self.amount(parts[0], range)?, self.amount(parts[1], range)?);
                    let products = [a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1];
                    Some((*products.iter().min()?, *products.iter().max()?))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn known_less(&mut self, a: &Side, b: &Side) -> Lit {
        if Points::new(&self.ground).is_less(a, b) { Lit::TRUE } else { Lit::FALSE }
    }

    /// A comparison that is not understood: a free condition named by the node that makes it.
    fn vague_less(&mut self, a: &Side, b: &Side) -> Lit {
        let operands: Vec<Gid> = [a, b]
            .into_iter()
            .map(|side| match side {
                Side::Node(id) | Side::DayAfter(id) => *id,
                Side::Value(value) => self.ground.known(Evaluated::Value(value.clone())),
            })
            .collect();
        let id = self.ground.apply(Key::Less, &operands);
        self.free(id);
        // Not that of the node: a comparison of the day after is another one.
        let Encoder { freely, gates, .. } = self;
        *freely.entry((a.clone(), b.clone())).or_insert_with(|| gates.fresh())
    }

    /// A comparison that reads one fact: where it holds.
    fn turning_less(&mut self, a: &Side, b: &Side, variable: u32) -> Option<Lit> {
        let Some(Domain::Ordered { axis, .. }) = self.domain(variable) else { return None };
        let axis = *axis;
        let is_variable = |side: &Side| match side {
            Side::Node(id) => *self.ground.term(*id) == Term::Variable(variable),
            _ => false,
        };
        // The plain case: a fact and a value.
        match (a, b) {
            (a, Side::Value(value)) if is_variable(a) => {
                let place = axis.place(value)?;
                let exact = axis.value(place) == *value;
                return Some(!self.at_or_after(variable, if exact { place } else { place + 1 }));
            }
            (Side::Value(value), b) if is_variable(b) => {
                let place = axis.place(value)?;
                return Some(self.at_or_after(variable, place + 1));
            }
            _ => {}
        }
        let mut points = Points::new(&self.ground);
        let breaks = points.crossing(a, b, variable, &axis).ok()?;
        let mut holds: Vec<(i128, i128)> = Vec::new();
        for (from, to) in pieces(&breaks, &axis) {
            points.set(variable, axis.value(from));
            if points.is_less(a, b) {
                match holds.last_mut() {
                    Some((_, end)) if *end + 1 == from => *end = to,
                    _ => holds.push((from, to)),
                }
            }
        }
        let lits: Vec<Lit> = holds.into_iter().map(|(from, to)| self.between(variable, from, to)).collect();
        Some(self.gates.or(&lits))
    }

    /// Returns the literal for *the fact is at or after a place*.
    pub(crate) fn at_or_after(&mut self, variable: u32, place: i128) -> Lit {
        let Encoder { domains, gates, .. } = self;
        match domains.get_mut(variable as usize) {
            Some(Some(Domain::Ordered { line, .. } | Domain::Finite { line, .. })) => line.reached(gates, place),
            _ => Lit::FALSE,
        }
    }

    /// Returns the literal for *the fact is between two places*, both included.
    pub(crate) fn between(&mut self, variable: u32, from: i128, to: i128) -> Lit {
        let (from, beyond) = (self.at_or_after(variable, from), self.at_or_after(variable, to.saturating_add(1)));
        self.gates.and(&[from, !beyond])
    }

    /// Which facts make `a < b` truer when they rise, and which falser.
    pub(crate) fn less_ways(&mut self, a: &Side, b: &Side) -> Option<Ways> {
        let mut ways = Ways::new();
        for (side, up) in [(a, false), (b, true)] {
            if let Some(node) = side.node() {
                for (variable, way) in self.ways(node)? {
                    let way = way == up;
                    if *ways.entry(variable).or_insert(way) != way {
                        return None;
                    }
                }
            }
        }
        Some(ways)
    }

    /// How a node moves with the facts it reads; nothing if one of them moves it both ways.
    fn ways(&self, id: Gid) -> Option<Ways> {
        let mut ways = Ways::new();
        let mut join = |part: Gid, up: bool| -> Option<()> {
            // Recursion: as deep as an expression, which the parser bounds.
            for (variable, way) in self.ways(part)? {
                let way = way == up;
                if *ways.entry(variable).or_insert(way) != way {
                    return None;
                }
            }
            Some(())
        };
        let constant = |part: Gid| match self.ground.term(part) {
            Term::Known(Evaluated::Value(Value::Number(number))) => Some(*number),
            _ => None,
        };
        match self.ground.term(id) {
            Term::Known(_) => {}
            Term::Variable(index) => drop(ways.insert(*index, true)),
            Term::Finish(_, part) => join(*part, true)?,
            Term::Apply(Key::Node(node), parts) => match self.ground.program.op(*node) {
                Op::Clause(..) | Op::Round(..) | Op::EndOfMonth(_) | Op::EndOfDay(..) | Op::DateOf(..) => {
                    join(parts[0], true)?
                }
                Op::Negate(_) => join(parts[0], false)?,
                Op::Add(..) | Op::AddMonths(..) | Op::AddDays(..) | Op::AddMinutes(..) => {
                    join(parts[0], true)?;
                    join(parts[1], true)?;
                }
                Op::AddBusinessDays(..) if constant(parts[1]).is_some() => join(parts[0], true)?,
                Op::Subtract(..) => {
                    join(parts[0], true)?;
                    join(parts[1], false)?;
                }
                Op::DaysBetween(..) | Op::MonthsBetween(..) | Op::Age(..) => {
                    join(parts[0], false)?;
                    join(parts[1], true)?;
                }
                Op::Multiply(..) => match (constant(parts[0]), constant(parts[1])) {
                    (Some(factor), _) => join(parts[1], !factor.is_sign_negative())?,
                    (_, Some(factor)) => join(parts[0], !factor.is_sign_negative())?,
                    _ => return None,
                },
                Op::Divide(..) => join(parts[0], !constant(parts[1])?.is_sign_negative())?,
                Op::Min(_) | Op::Max(_) => parts.iter().try_for_each(|&part| join(part, true))?,
                _ => return None,
            },
            _ => return None,
        }
        Some(ways)
    }

    /// Returns the cases of an operation on terms and known values, none of which is known as a whole.
    pub(crate) fn leaf(&mut self, id: Gid) -> Cases {
        let term = self.ground.term(id).clone();
        let Term::Apply(key, parts) = term else { return self.one(Case::Vague(id)) };
        let program = self.ground.program;
        let node = |part: Gid| Side::Node(part);
        match key {
            Key::Less => {
                let (a, b) = (self.operand(parts[0]), self.operand(parts[1]));
                let lit = self.less(&a, &b);
                self.of_truth(Truth { yes: lit, no: !lit })
            }
            Key::InForce(version) => {
                let version = program.version(version);
                let boundaries: Vec<Boundary> = [Some(version.start), version.end].into_iter().flatten().collect();
                self.clock(id, &parts, &boundaries)
            }
            Key::Fold(_) => self.one(Case::Vague(id)),
            Key::Node(op) => match program.op(op) {
                Op::Less(..) => {
                    let (a, b) = (self.operand(parts[0]), self.operand(parts[1]));
                    let lit = self.less(&a, &b);
                    self.of_truth(Truth { yes: lit, no: !lit })
                }
                Op::LessEqual(..) => {
                    let (a, b) = (self.operand(parts[0]), self.operand(parts[1]));
                    let lit = !self.less(&b, &a);
                    self.of_truth(Truth { yes: lit, no: !lit })
                }
                Op::Equal(..) => {
                    let absent = Term::Known(Evaluated::Value(Value::None));
                    if parts.iter().any(|&part| *self.ground.term(part) == absent) {
                        return self.known(Evaluated::NO);
                    }
                    if parts.iter().any(|&part| self.is_period(part)) {
                        return self.one(Case::Vague(id));
                    }
                    let (a, b) = (self.operand(parts[0]), self.operand(parts[1]));
                    let (before, after) = (self.less(&a, &b), self.less(&b, &a));
                    let lit = self.gates.and(&[!before, !after]);
                    self.of_truth(Truth { yes: lit, no: !lit })
                }
                Op::IsNone(_) => self.known(Evaluated::NO),
                Op::WeekdayOf(_) => self.weekday(parts[0]),
                Op::In(..) => self.is_in(id, parts[0], parts[1]),
                Op::Overlaps(..) | Op::Within(..) => {
                    let overlaps = matches!(program.op(op), Op::Overlaps(..));
                    self.periods(id, parts[0], parts[1], overlaps)
                }
                Op::Period(_, _, through) => {
                    let absent = Term::Known(Evaluated::Value(Value::None));
                    if *self.ground.term(parts[1]) == absent {
                        return self.one(Case::Term(id));
                    }
                    let (start, last) = (node(parts[0]), self.end_of(parts[1], *through));
                    let wrong = self.less(&last, &start);
                    self.merged([(wrong, Case::Known(error())), (!wrong, Case::Term(id))])
                }
                Op::Dated(table, _) => {
                    let boundaries: Vec<Boundary> =
                        program.dated[table.index()].values.iter().map(|(boundary, _)| *boundary).collect();
                    self.clock(id, &parts, &boundaries)
                }
                Op::AddBusinessDays(..) | Op::Divide(..) | Op::Scale(..) => self.fallible(id),
                _ if program.info(op).ty.required().is_ordered() && self.ways(id).is_some() => self.one(Case::Term(id)),
                _ => self.one(Case::Vague(id)),
            },
            _ => self.one(Case::Vague(id)),
        }
    }

    /// A node as a side: its value if it is known.
    fn operand(&self, id: Gid) -> Side {
        match self.ground.term(id) {
            Term::Known(Evaluated::Value(value)) => Side::Value(value.clone()),
            _ => Side::Node(id),
        }
    }

    fn end_of(&self, id: Gid, through: bool) -> Side {
        match (self.operand(id), through) {
            (Side::Node(id), true) => Side::DayAfter(id),
            (Side::Value(Value::Date(day)), true) => Side::Value(day.succ_opt().map_or(Value::None, Value::Date)),
            (side, _) => side,
        }
    }

    fn is_period(&self, id: Gid) -> bool {
        match self.ground.term(inner(&self.ground, id)) {
            Term::Apply(Key::Node(node), _) => matches!(self.ground.program.op(*node), Op::Period(..)),
            Term::Known(Evaluated::Value(value)) => matches!(value, Value::Period { .. }),
            _ => false,
        }
    }

    /// Start and end, excluded, of a period; an end that is nothing is open.
    fn ends(&self, id: Gid) -> Option<(Side, Option<Side>)> {
        match self.ground.term(inner(&self.ground, id)) {
            Term::Known(Evaluated::Value(Value::Period { start, end })) => {
                Some((Side::Value(Value::Date(*start)), end.map(|end| Side::Value(Value::Date(end)))))
            }
            Term::Apply(Key::Node(node), parts) => match self.ground.program.op(*node) {
                Op::Period(_, _, through) => {
                    let open = *self.ground.term(parts[1]) == Term::Known(Evaluated::Value(Value::None));
                    let end = (!open).then(|| self.end_of(parts[1], *through));
                    Some((self.operand(parts[0]), end))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn is_in(&mut self, id: Gid, value: Gid, of: Gid) -> Cases {
        if let Some((start, end)) = self.ends(of) {
            let day = self.operand(value);
            let started = !self.less(&day, &start);
            let before_end = match end {
                Some(end) => self.less(&day, &end),
                None => Lit::TRUE,
            };
            let lit = self.gates.and(&[started, before_end]);
            return self.of_truth(Truth { yes: lit, no: !lit });
        }
        let Term::Known(Evaluated::Value(Value::Set(members))) = self.ground.term(of).clone() else {
            return self.one(Case::Vague(id));
        };
        let value = self.operand(value);
        let equal: Vec<Lit> = members
            .iter()
            .map(|member| {
                let member = Side::Value(member.clone());
                let (before, after) = (self.less(&value, &member), self.less(&member, &value));
                self.gates.and(&[!before, !after])
            })
            .collect();
        let lit = self.gates.or(&equal);
        self.of_truth(Truth { yes: lit, no: !lit })
    }

    fn periods(&mut self, id: Gid, a: Gid, b: Gid, overlaps: bool) -> Cases {
        let (Some((a, x)), Some((b, y))) = (self.ends(a), self.ends(b)) else { return self.one(Case::Vague(id)) };
        let mut before = |start: &Side, end: &Option<Side>| match end {
            Some(end) => self.less(start, end),
            None => Lit::TRUE,
        };
        let lit = if overlaps {
            let all = [before(&a, &x), before(&a, &y), before(&b, &x), before(&b, &y)];
            self.gates.and(&all)
        } else {
            let empty = !before(&a, &x);
            let inside = match (&x, &y) {
                (_, None) => Lit::TRUE,
                (None, Some(_)) => Lit::FALSE,
                (Some(x), Some(y)) => !self.less(y, x),
            };
            let from = !self.less(&a, &b);
            let within = self.gates.and(&[from, inside]);
            self.gates.or(&[empty, within])
        };
        self.of_truth(Truth { yes: lit, no: !lit })
    }

    /// The day of the week of a day: one of seven.
    fn weekday(&mut self, day: Gid) -> Cases {
        let Encoder { weekdays, gates, .. } = self;
        let lits = *weekdays.entry(day).or_insert_with(|| {
            let lits: [Lit; 7] = std::array::from_fn(|_| gates.fresh());
            gates.require(&lits);
            for one in 0..7 {
                (0..one).for_each(|other| gates.forbid(&[lits[one], lits[other]]));
            }
            lits
        });
        let member = |day: usize| Value::Member(crate::value::EnumId::WEEKDAY, day as u32);
        (0..7).map(|day| (lits[day], Case::Known(Evaluated::Value(member(day))))).collect()
    }

    /// A value by day, and by moment within boundaries' days: the same between its boundaries.
    fn clock(&mut self, id: Gid, parts: &[Gid], boundaries: &[Boundary]) -> Cases {
        // The days on which something changes; where that is inside a day, the day stands apart.
        let mut cuts: Vec<(Side, Vec<Value>)> = Vec::new();
        let ty = |encoder: &Self, part: Gid| match encoder.ground.term(part) {
            Term::Variable(index) => Some(encoder.ground.variable(*index).ty.required().clone()),
            _ => None,
        };
        let day = self.operand(parts[0]);
        let instant = ty(self, parts[0]) == Some(Type::Instant);
        let mut places = BTreeSet::new();
        for boundary in boundaries {
            if instant {
                places.insert(Value::Instant(start_of(boundary)));
            } else {
                places.insert(Value::Date(boundary.date));
                if boundary.moment.is_some() {
                    places.extend(boundary.date.succ_opt().map(Value::Date));
                }
            }
        }
        cuts.push((day, places.into_iter().collect()));
        if let Some(&moment) = parts.get(1) {
            let moments: BTreeSet<Value> =
                boundaries.iter().filter_map(|b| b.moment).map(|moment| Value::Instant(moment.to_utc())).collect();
            cuts.push((self.operand(moment), moments.into_iter().collect()));
        }
        // Each piece of each operand, with a value in it.
        let mut grid: Vec<(Lit, Vec<Value>)> = vec![(Lit::TRUE, Vec::new())];
        for (side, places) in &cuts {
            let first = match (side, places.first()) {
                (Side::Value(value), _) => value.clone(),
                (_, Some(Value::Instant(_))) => {
                    Value::Instant(chrono::DateTime::UNIX_EPOCH - chrono::Days::new(700_000))
                }
                (_, Some(_)) => Value::Date(NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN)),
                // Nothing turns on it.
                (_, None) => Value::Instant(chrono::DateTime::UNIX_EPOCH),
            };
            let mut options = Vec::new();
            if matches!(side, Side::Value(_)) {
                options.push((Lit::TRUE, first));
            } else {
                let mut since = Lit::TRUE;
                let mut value = first;
                for place in places {
                    let before = self.less(side, &Side::Value(place.clone()));
                    options.push((self.gates.and(&[since, before]), value));
                    (since, value) = (!before, place.clone());
                }
                options.push((since, value));
            }
            grid = grid
                .iter()
                .flat_map(|(lit, values)| {
                    options.iter().map(|(other, value)| {
                        let mut values = values.clone();
                        values.push(value.clone());
                        (*lit, *other, values)
                    })
                })
                .collect::<Vec<_>>()
                .into_iter()
                .map(|(a, b, values)| (self.gates.and(&[a, b]), values))
                .collect();
        }
        let Term::Apply(key, _) = *self.ground.term(id) else { return self.one(Case::Vague(id)) };
        let cases: Vec<(Lit, Case)> = grid
            .into_iter()
            .filter(|(lit, _)| *lit != Lit::FALSE)
            .map(|(lit, values)| {
                let operands: Vec<Evaluated> = values.into_iter().map(Evaluated::Value).collect();
                let operands: Vec<&Evaluated> = operands.iter().collect();
                (lit, Case::Known(normal(crate::eval::kernel::apply(self.ground.program, key, &operands))))
            })
            .collect();
        self.merged(cases)
    }

    /// An ordered value that may be an error: of one fact, where it is.
    fn fallible(&mut self, id: Gid) -> Cases {
        let [variable] = self.ground.reads(id)[..] else { return self.one(Case::Vague(id)) };
        let Some(Domain::Ordered { axis, .. }) = self.domain(variable) else { return self.one(Case::Vague(id)) };
        let axis = *axis;
        let mut points = Points::new(&self.ground);
        let Ok(breaks) = points.breaks(id, variable, &axis) else { return self.one(Case::Vague(id)) };
        // Within a piece the value only rises or falls, and so fails at most from some place on, or up to one.
        let mut found: Vec<(i128, i128, bool)> = Vec::new();
        for (from, to) in pieces(&breaks, &axis) {
            let mut fails = |points: &mut Points<'_, '_>| matches!(points.at(id), Evaluated::Error(_));
            let turn = points.turn(variable, &axis, (from, to), None, &mut fails);
            for (from, to) in [(from, turn.map_or(to, |turn| turn - 1)), (turn.unwrap_or(to + 1), to)] {
                if from <= to {
                    points.set(variable, axis.value(from));
                    found.push((from, to, fails(&mut points)));
                }
            }
        }
        let cases: Vec<(Lit, Case)> = found
            .into_iter()
            .map(|(from, to, fails)| {
                let case = if fails { Case::Known(error()) } else { Case::Term(id) };
                (self.between(variable, from, to), case)
            })
            .collect();
        self.merged(cases)
    }

    /// An outcome: an error where it leaves the range of its type.
    pub(crate) fn checked(&mut self, cases: &Cases, ty: &Type) -> Cases {
        let mut checked = Vec::new();
        for (lit, case) in cases.iter() {
            match case {
                Case::Known(value @ Evaluated::Value(_)) => {
                    let value = crate::eval::kernel::outcome::checked(ty, value.clone());
                    checked.push((*lit, Case::Known(normal(value))));
                }
                Case::Term(id) if *ty.required() == Type::Date => {
                    let side = Side::Node(*id);
                    let end =
                        |year: i32, month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day).map(Value::Date);
                    let (Some(first), Some(last)) = (end(1, 1, 1), end(9999, 12, 31)) else { continue };
                    let (early, late) = (self.less(&side, &Side::Value(first)), self.less(&Side::Value(last), &side));
                    let wrong = self.gates.or(&[early, late]);
                    checked.push((self.gates.and(&[*lit, wrong]), Case::Known(error())));
                    checked.push((self.gates.and(&[*lit, !wrong]), case.clone()));
                }
                // An amount with parts of a cent is an error: here it may have them.
                Case::Term(id) if matches!(ty.required(), Type::Money(_)) && !self.is_in_cents(*id) => {
                    checked.push((*lit, Case::Vague(*id)));
                }
                other => checked.push((*lit, other.clone())),
            }
        }
        self.merged(checked)
    }

    /// Whether an amount never has parts of a cent.
    fn is_in_cents(&self, id: Gid) -> bool {
        let each = |parts: &[Gid]| parts.iter().all(|&part| self.is_in_cents(part));
        match self.ground.term(id) {
            Term::Known(Evaluated::Value(Value::Number(number))) => number.normalize().scale() <= 2,
            // Whole numbers count as amounts in cents: what is multiplied is one amount and one number.
            Term::Variable(index) => {
                matches!(self.ground.variable(*index).ty.required(), Type::Money(_) | Type::Integer)
            }
            Term::Finish(_, part) => self.is_in_cents(*part),
            // Recursion: as deep as an expression.
            Term::Apply(Key::Node(node), parts) => match self.ground.program.op(*node) {
                Op::Clause(..) | Op::Negate(_) | Op::Add(..) | Op::Subtract(..) | Op::Min(_) | Op::Max(_) => {
                    each(parts)
                }
                Op::Multiply(..) => {
                    let whole = |part: Gid| match self.ground.term(part) {
                        Term::Known(Evaluated::Value(Value::Number(number))) => number.fract().is_zero(),
                        Term::Variable(index) => *self.ground.variable(*index).ty.required() == Type::Integer,
                        _ => false,
                    };
                    each(parts) && parts.iter().any(|&part| whole(part))
                }
                Op::Round(_, places, _) => *places <= 2,
                _ => false,
            },
            _ => false,
        }
    }
}
