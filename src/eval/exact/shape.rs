//! How a node moves with one variable: in pieces, on each of which it only rises, only falls, or stays.
//!
//! With the other variables fixed, most nodes of a policy are monotone in an ordered variable between a few breaks. So the
//! place where a comparison turns is found by halving, with the kernel as the judge: no arithmetic is inverted by hand, and
//! months, scales and calendars are as exact as the kernel. What is not of this kind is reported as such, and the engine
//! does without it.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;
use indexmap::IndexSet;

use super::axis::Axis;
use super::ground::{Gid, Ground, Term, children, cone, pointwise};
use crate::eval::kernel::clock::start_of;
use crate::eval::kernel::{Key, decide};
use crate::program::{Boundary, DecisionBody, DecisionId, FoldKind, HitKind, Op, Program};
use crate::value::{Evaluated, Type, Value};

/// The node is not piecewise monotone as far as the engine knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wild;

/// What a node does on each piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moves {
    /// It stays.
    Not,
    /// It never falls.
    Up,
    /// It never rises.
    Down,
    /// One of these, not the same on each piece.
    Some,
    /// It is a period, a set or record whose parts move: only its parts are compared.
    Parts,
}

/// How a node moves with a variable: each break is the first place of a new piece.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    breaks: BTreeSet<i128>,
    moves: Moves,
    /// It reads the day of the week: what it does repeats every seven days.
    weekly: bool,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    Node(Gid),
    /// The day after the node's.
    DayAfter(Gid),
    Value(Value),
}

impl Side {
    /// Returns the node it reads.
    pub(crate) fn node(&self) -> Option<Gid> {
        match self {
            Side::Node(id) | Side::DayAfter(id) => Some(*id),
            Side::Value(_) => None,
        }
    }
}

/// Evaluates nodes where every variable they read has a value.
pub(crate) struct Points<'g, 'p> {
    pub(crate) ground: &'g Ground<'p>,
    /// How many nodes were evaluated so far; those of many parts count more than once.
    pub(crate) evaluated: usize,
    seen: Seen,
}

/// What was evaluated so far: kept from one question about a graph to the next, which may have grown meanwhile.
#[derive(Default)]
pub(crate) struct Seen {
    /// By variable: its value, and when it was set.
    values: Vec<(Value, u64)>,
    /// By node: what it came to, and when it was evaluated. It holds as long as no variable it reads is set.
    results: Vec<(Evaluated, u64)>,
    clock: u64,
    cones: HashMap<Gid, Rc<[Gid]>>,
}

impl<'g, 'p> Points<'g, 'p> {
    pub(crate) fn new(ground: &'g Ground<'p>) -> Self {
        Points::resume(ground, Seen::default())
    }

    /// Goes on where [`Points::rest`] left off, on the same graph: variables keep their values until they are set.
    pub(crate) fn resume(ground: &'g Ground<'p>, mut seen: Seen) -> Self {
        seen.clock = seen.clock.max(1);
        seen.values.resize(ground.variables.len(), (Value::None, seen.clock));
        seen.results.resize(ground.terms.len(), (Evaluated::Unknown, 0));
        Points { ground, evaluated: 0, seen }
    }

    /// Returns what was evaluated.
    pub(crate) fn rest(self) -> Seen {
        self.seen
    }

    /// Gives a variable a value.
    pub(crate) fn set(&mut self, variable: u32, value: Value) {
        let slot = &mut self.seen.values[variable as usize];
        if slot.0 != value {
            self.seen.clock += 1;
            *slot = (value, self.seen.clock);
        }
    }

    /// The nodes below one that are not known.
    fn cone(&mut self, id: Gid) -> Rc<[Gid]> {
        let ground = self.ground;
        let open = |id: &Gid| !matches!(ground.term(*id), Term::Known(_) | Term::Given(..));
        self.seen.cones.entry(id).or_insert_with(|| cone(ground, &[id]).into_iter().filter(open).collect()).clone()
    }

    /// Returns what a node comes to.
    pub(crate) fn at(&mut self, id: Gid) -> Evaluated {
        match self.ground.term(id) {
            Term::Known(value) => return value.clone(),
            Term::Given(value, _) => return Evaluated::Value(value.clone()),
            _ => {}
        }
        let cone = self.cone(id);
        let ground = self.ground;
        for &node in cone.iter() {
            let set = ground.reads(node).iter().map(|&index| self.seen.values[index as usize].1).max().unwrap_or(1);
            if self.seen.results[node as usize].1 >= set {
                continue;
            }
            let mut parts = 0;
            children(ground.term(node), |_| parts += 1);
            self.evaluated += 1 + parts / 4;
            let result = match ground.term(node) {
                Term::Variable(index) => Evaluated::Value(self.seen.values[*index as usize].0.clone()),
                term => pointwise(ground.program, term, |child| match ground.term(child) {
                    Term::Known(value) => value.clone(),
                    Term::Given(value, _) => Evaluated::Value(value.clone()),
                    _ => self.seen.results[child as usize].0.clone(),
                }),
            };
            self.seen.results[node as usize] = (result, self.seen.clock);
        }
        self.seen.results[id as usize].0.clone()
    }

    fn side(&mut self, side: &Side) -> Evaluated {
        match side {
            Side::Node(id) => self.at(*id),
            Side::Value(value) => Evaluated::Value(value.clone()),
            Side::DayAfter(id) => match self.at(*id) {
                Evaluated::Value(Value::Date(day)) => {
                    day.succ_opt().map_or(Evaluated::Unknown, |day| Evaluated::Value(Value::Date(day)))
                }
                other => other,
            },
        }
    }

    /// Whether one side is before the other, where every variable has a value; not if either has no value to compare.
    pub(crate) fn is_less(&mut self, a: &Side, b: &Side) -> bool {
        self.sign(a, b) == -1
    }

    /// How two sides compare: -1, 0, 1, or 2 if one has no value to compare.
    fn sign(&mut self, a: &Side, b: &Side) -> i8 {
        match (self.side(a), self.side(b)) {
            (Evaluated::Value(Value::None), _) | (_, Evaluated::Value(Value::None)) => 2,
            (Evaluated::Value(a), Evaluated::Value(b)) => a.cmp(&b) as i8,
            _ => 2,
        }
    }

    /// Returns the first place after `from`, up to `to`, where `f` is not what it is at `from`. `f` turns at most once
    /// between two values it takes at the ends. A good guess of the place saves most of the halving.
    pub(crate) fn turn<T: PartialEq>(
        &mut self,
        variable: u32,
        axis: &Axis,
        (from, to): (i128, i128),
        guess: Option<i128>,
        f: &mut impl FnMut(&mut Self) -> T,
    ) -> Option<i128> {
        let mut at = |points: &mut Self, place: i128| {
            points.set(variable, axis.value(place));
            f(points)
        };
        let before = at(self, from);
        if from >= to || at(self, to) == before {
            return None;
        }
        let (mut same, mut other) = (from, to);
        if let Some(guess) = guess.filter(|guess| (from + 1..to).contains(guess)) {
            // Outwards from the guess, in steps twice as long each time.
            let mut step = 1;
            if at(self, guess) == before {
                same = guess;
                while same + step < other && at(self, same + step) == before {
                    same += step;
                    step *= 2;
                }
                other = other.min(same + step);
            } else {
                other = guess;
                while other - step > same && at(self, other - step) != before {
                    other -= step;
                    step *= 2;
                }
                same = same.max(other - step);
            }
        }
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            if at(self, middle) == before { same = middle } else { other = middle }
        }
        Some(other)
    }

    /// Where a side that moves as the variable does would reach the other, from what it is at a place.
    fn guess(&mut self, moving: &Side, other: &Side, variable: u32, axis: &Axis, from: i128) -> Option<i128> {
        self.set(variable, axis.value(from));
        let (Evaluated::Value(start), Evaluated::Value(goal)) = (self.side(moving), self.side(other)) else {
            return None;
        };
        Some(from + axis.place(&goal)? - axis.place(&start)?)
    }

    /// Returns the breaks of a comparison: where its sides change order, and where either of them breaks.
    pub(crate) fn crossing(&mut self, a: &Side, b: &Side, variable: u32, axis: &Axis) -> Result<BTreeSet<i128>, Wild> {
        let (left, right) = (self.side_shape(a, variable, axis)?, self.side_shape(b, variable, axis)?);
        self.turns(a, b, &left, &right, variable, axis)
    }

    fn turns(
        &mut self,
        a: &Side,
        b: &Side,
        left: &Shape,
        right: &Shape,
        variable: u32,
        axis: &Axis,
    ) -> Result<BTreeSet<i128>, Wild> {
        let mut breaks: BTreeSet<i128> = left.breaks.union(&right.breaks).copied().collect();
        match (left.moves, right.moves) {
            (Moves::Not, Moves::Not) => return Ok(breaks),
            (Moves::Parts, _) | (_, Moves::Parts) => return Err(Wild),
            (Moves::Not, _) | (_, Moves::Not) | (Moves::Up, Moves::Down) | (Moves::Down, Moves::Up) => {}
            _ => return Err(Wild),
        }
        if left.weekly || right.weekly {
            return Err(Wild);
        }
        for (mut from, to) in pieces(&breaks, axis) {
            let mut guess = match (left.moves, right.moves) {
                (Moves::Up, Moves::Not) => self.guess(a, b, variable, axis, from),
                (Moves::Not, Moves::Up) => self.guess(b, a, variable, axis, from),
                _ => None,
            };
            while let Some(turn) = self.turn(variable, axis, (from, to), guess, &mut |points| points.sign(a, b)) {
                breaks.insert(turn);
                from = turn;
                guess = Some(turn + 1);
            }
        }
        Ok(breaks)
    }

    fn side_shape(&mut self, side: &Side, variable: u32, axis: &Axis) -> Result<Shape, Wild> {
        match side.node() {
            Some(id) => self.shape(id, variable, axis),
            None => Ok(Shape { breaks: BTreeSet::new(), moves: Moves::Not, weekly: false }),
        }
    }

    /// Returns where a node breaks; an error if it is no value that moves in pieces.
    pub(crate) fn breaks(&mut self, id: Gid, variable: u32, axis: &Axis) -> Result<BTreeSet<i128>, Wild> {
        let shape = self.shape(id, variable, axis)?;
        if shape.weekly && shape.moves != Moves::Not { Err(Wild) } else { Ok(shape.breaks) }
    }

    fn shape(&mut self, id: Gid, variable: u32, axis: &Axis) -> Result<Shape, Wild> {
        let mut shapes: HashMap<Gid, Shape> = HashMap::new();
        let nodes = self.cone(id);
        for &node in nodes.iter() {
            if self.ground.reads(node).contains(&variable) {
                let shape = self.shape_of(node, variable, axis, &shapes)?;
                shapes.insert(node, shape);
            }
        }
        Ok(shapes.remove(&id).unwrap_or(Shape { breaks: BTreeSet::new(), moves: Moves::Not, weekly: false }))
    }

    fn shape_of(&mut self, id: Gid, variable: u32, axis: &Axis, shapes: &HashMap<Gid, Shape>) -> Result<Shape, Wild> {
        let ground = self.ground;
        let still = Shape { breaks: BTreeSet::new(), moves: Moves::Not, weekly: false };
        let of = |child: Gid| shapes.get(&child).unwrap_or(&still);
        let term = ground.term(id);
        let mut breaks = BTreeSet::new();
        let mut weekly = false;
        children(term, |child| {
            breaks.extend(&of(child).breaks);
            weekly |= of(child).weekly;
        });
        for (a, b) in pairs(ground, id) {
            let shape = |side: &Side| side.node().map_or(&still, |node| shapes.get(&node).unwrap_or(&still)).clone();
            let (left, right) = (shape(&a), shape(&b));
            breaks.extend(self.turns(&a, &b, &left, &right, variable, axis)?);
        }
        let moves = match term {
            Term::Variable(_) => Moves::Up,
            Term::Known(_) | Term::Given(..) | Term::Listed(..) | Term::Opaque(_) => Moves::Not,
            Term::Finish(_, part) => of(*part).moves,
            Term::Decide(decision, _, parts) => {
                let count = decide::rules(&ground.program.decision(*decision).body).len();
                either(parts[count..].iter().map(|&part| of(part).moves))
            }
            Term::Apply(key, parts) => {
                let moves: Vec<Moves> = parts.iter().map(|&part| of(part).moves).collect();
                match key {
                    Key::All | Key::Any | Key::Not | Key::InForce(_) | Key::In | Key::Less => Moves::Not,
                    Key::If => either(moves[1..].iter().copied()),
                    Key::Fold(FoldKind::Count) => Moves::Not,
                    Key::Fold(FoldKind::Sum) => moves.iter().skip(1).step_by(2).copied().try_fold(Moves::Not, sum)?,
                    Key::Fold(_) => extreme(moves.iter().skip(1).step_by(2).copied())?,
                    Key::Asked(_) => moves[0],
                    Key::Record | Key::List => parts_of(&moves),
                    Key::Gather(_) => parts_of(&moves),
                    Key::Node(node) => self.moves_of(ground.program.op(*node), parts, &moves)?,
                }
            }
        };
        // What repeats every week is not monotone on any piece unless it stays.
        if weekly && !matches!(moves, Moves::Not) {
            return Err(Wild);
        }
        if let Term::Apply(Key::Node(node), _) = term {
            weekly |= matches!(ground.program.op(*node), Op::WeekdayOf(_));
        }
        Ok(Shape { breaks, moves, weekly })
    }

    fn moves_of(&self, op: &Op, parts: &[Gid], moves: &[Moves]) -> Result<Moves, Wild> {
        let constant = |place: usize| match self.ground.term(parts[place]) {
            Term::Known(Evaluated::Value(Value::Number(number))) => Some(*number),
            _ => None,
        };
        Ok(match op {
            Op::Clause(..) | Op::Round(..) | Op::EndOfMonth(_) | Op::EndOfDay(..) | Op::DateOf(..) => moves[0],
            Op::Negate(_) => opposite(moves[0]),
            Op::Add(..) | Op::AddMonths(..) | Op::AddDays(..) | Op::AddMinutes(..) => sum(moves[0], moves[1])?,
            Op::Subtract(..) => sum(moves[0], opposite(moves[1]))?,
            Op::DaysBetween(..) | Op::MonthsBetween(..) | Op::Age(..) => sum(opposite(moves[0]), moves[1])?,
            Op::Multiply(..) => match (constant(0), constant(1)) {
                (Some(factor), _) => times(moves[1], factor.is_sign_negative()),
                (_, Some(factor)) => times(moves[0], factor.is_sign_negative()),
                _ => one_of_two(moves)?,
            },
            Op::Divide(..) => match constant(1) {
                Some(factor) => times(moves[0], factor.is_sign_negative()),
                // Constant by a moving divisor: monotone on both sides of zero, where `pairs` breaks it.
                None => one_of_two(moves)?,
            },
            Op::AddBusinessDays(..) if moves[1] == Moves::Not => moves[0],
            Op::AddBusinessDays(..) => return Err(Wild),
            Op::Min(_) | Op::Max(_) => extreme(moves.iter().copied())?,
            Op::Scale(scale, ..) => {
                let rising = |bands: &Vec<(rust_decimal::Decimal, Option<rust_decimal::Decimal>)>| {
                    bands.iter().all(|(rate, _)| !rate.is_sign_negative())
                };
                let rising = self.ground.program.scales[scale.index()].values.iter().all(|(_, bands)| rising(bands));
                if moves[0] != Moves::Not && !rising {
                    return Err(Wild);
                }
                moves[0]
            }
            // Between the places where ends meet, days are gained or lost one by one.
            Op::DaysCovered { .. } => {
                if moves.iter().all(|&m| m == Moves::Not) {
                    Moves::Not
                } else {
                    Moves::Some
                }
            }
            Op::Rows { rows, .. } => {
                let outputs = moves.iter().enumerate();
                let outputs = outputs.filter(|(place, _)| place % 2 == 1 || *place == rows.len() * 2);
                either(outputs.map(|(_, &moves)| moves))
            }
            Op::Field(..) => {
                if moves[0] == Moves::Not {
                    Moves::Not
                } else {
                    return Err(Wild);
                }
            }
            Op::Tuple(_) | Op::SetOf(_) | Op::Period(..) => parts_of(moves),
            Op::WeekdayOf(_) if matches!(self.ground.term(parts[0]), Term::Variable(_)) => Moves::Not,
            Op::WeekdayOf(_) if moves[0] == Moves::Not => Moves::Not,
            Op::WeekdayOf(_) => return Err(Wild),
            // Conditions, dated values, counts: they stay between their breaks.
            _ => Moves::Not,
        })
    }
}

/// Returns the pieces between breaks, from first to last place of each.
pub(crate) fn pieces(breaks: &BTreeSet<i128>, axis: &Axis) -> Vec<(i128, i128)> {
    let inner = breaks.iter().copied().filter(|&place| place > axis.least && place <= axis.greatest);
    let starts: Vec<i128> = std::iter::once(axis.least).chain(inner).collect();
    let ends = starts[1..].iter().map(|start| start - 1).chain([axis.greatest]);
    starts.iter().copied().zip(ends).collect()
}

fn opposite(moves: Moves) -> Moves {
    match moves {
        Moves::Up => Moves::Down,
        Moves::Down => Moves::Up,
        other => other,
    }
}

fn times(moves: Moves, negative: bool) -> Moves {
    if negative { opposite(moves) } else { moves }
}

fn sum(a: Moves, b: Moves) -> Result<Moves, Wild> {
    match (a, b) {
        (Moves::Parts, _) | (_, Moves::Parts) => Err(Wild),
        (Moves::Not, other) | (other, Moves::Not) => Ok(other),
        (a, b) if a == b && a != Moves::Some => Ok(a),
        _ => Err(Wild),
    }
}

/// Of a product or quotient of which one side stays.
fn one_of_two(moves: &[Moves]) -> Result<Moves, Wild> {
    match (moves[0], moves[1]) {
        (Moves::Not, Moves::Not) => Ok(Moves::Not),
        (Moves::Parts, _) | (_, Moves::Parts) => Err(Wild),
        (Moves::Not, _) | (_, Moves::Not) => Ok(Moves::Some),
        _ => Err(Wild),
    }
}

/// The least or greatest of several.
fn extreme(mut all: impl Iterator<Item = Moves>) -> Result<Moves, Wild> {
    let first = all.next().unwrap_or(Moves::Not);
    all.try_fold(first, |so_far, next| match (so_far, next) {
        (Moves::Not, Moves::Not) => Ok(Moves::Not),
        (Moves::Up, Moves::Up | Moves::Not) | (Moves::Not, Moves::Up) => Ok(Moves::Up),
        (Moves::Down, Moves::Down | Moves::Not) | (Moves::Not, Moves::Down) => Ok(Moves::Down),
        (Moves::Some, Moves::Not) | (Moves::Not, Moves::Some) => Ok(Moves::Some),
        _ => Err(Wild),
    })
}

/// One of several, the same one on each piece.
fn either(all: impl Iterator<Item = Moves>) -> Moves {
    all.fold(Moves::Not, |so_far, next| match (so_far, next) {
        (a, b) if a == b => a,
        (Moves::Parts, _) | (_, Moves::Parts) => Moves::Parts,
        (Moves::Not, other) | (other, Moves::Not) => other,
        _ => Moves::Some,
    })
}

fn parts_of(moves: &[Moves]) -> Moves {
    if moves.iter().all(|&moves| moves == Moves::Not) { Moves::Not } else { Moves::Parts }
}

/// Returns the comparisons a node makes by itself: between the values below it, and with constants it knows.
pub(crate) fn pairs(ground: &Ground<'_>, id: Gid) -> Vec<(Side, Side)> {
    let program = ground.program;
    let mut list = Vec::new();
    match ground.term(id) {
        Term::Apply(Key::InForce(version), parts) => {
            let version = program.version(*version);
            clock(parts, [Some(version.start), version.end].into_iter().flatten(), &mut list);
        }
        Term::Apply(Key::Node(node), parts) => match program.op(*node) {
            Op::Equal(..) | Op::Less(..) | Op::LessEqual(..) => {
                list.push((Side::Node(parts[0]), Side::Node(parts[1])));
            }
            Op::In(..) => {
                for end in members(ground, parts[1]) {
                    list.push((Side::Node(parts[0]), end));
                }
            }
            Op::Within(..) | Op::Overlaps(..) => {
                let ends: Vec<Side> = members(ground, parts[0]).into_iter().chain(members(ground, parts[1])).collect();
                among(&ends, &mut list);
            }
            Op::Period(..) | Op::DaysCovered { .. } => {
                let mut ends = Vec::new();
                match program.op(*node) {
                    Op::Period(..) => ends = members(ground, id),
                    Op::DaysCovered { fields, .. } => {
                        ends.extend(spans(ground, parts[0], *fields));
                        ends.extend(members(ground, parts[1]));
                    }
                    _ => {}
                }
                among(&ends, &mut list);
            }
            Op::Divide(..) => {
                list.push((Side::Node(parts[1]), Side::Value(Value::integer(0))));
            }
            Op::AddBusinessDays(_, _, calendar) => {
                let (first, last) = program.calendars[calendar.index()].covers;
                list.push((Side::Node(parts[0]), Side::Value(Value::Date(first))));
                list.push((Side::Node(parts[0]), Side::Value(Value::Date(last))));
            }
            Op::Dated(table, _) => {
                let boundaries = program.dated[table.index()].values.iter().map(|(boundary, _)| *boundary);
                clock(parts, boundaries, &mut list);
            }
            Op::Scale(scale, ..) => {
                let boundaries = program.scales[scale.index()].values.iter().map(|(boundary, _)| *boundary);
                clock(&parts[1..], boundaries, &mut list);
            }
            Op::Rows { hit, rows, .. } => {
                let outputs: Vec<Side> = (0..rows.len()).map(|row| Side::Node(parts[row * 2 + 1])).collect();
                match hit {
                    HitKind::First | HitKind::Collect => {}
                    HitKind::Unique | HitKind::Any => among(&outputs, &mut list),
                    HitKind::Highest(ranks) => {
                        among(&outputs, &mut list);
                        for output in &outputs {
                            for value in ranks.iter().flat_map(|(high, low)| [high, low]) {
                                list.push((output.clone(), Side::Value(value.clone())));
                            }
                        }
                    }
                }
            }
            _ => {}
        },
        Term::Decide(decision, _, parts) => {
            let body = &program.decision(*decision).body;
            if let DecisionBody::Rules { rules, outranks, .. } = body {
                let values: Vec<Side> =
                    parts[rules.len()..rules.len() * 2].iter().map(|&part| Side::Node(part)).collect();
                let moving: Vec<Side> = values.iter().filter(|side| moves(ground, side)).cloned().collect();
                for one in &moving {
                    values
                        .iter()
                        .filter(|other| *other != one)
                        .for_each(|other| list.push((one.clone(), other.clone())));
                    for value in outranks.iter().flat_map(|(high, low)| [high, low]) {
                        list.push((one.clone(), Side::Value(value.clone())));
                    }
                }
            }
        }
        _ => {}
    }
    list.retain(|(a, b)| a != b && (moves(ground, a) || moves(ground, b)));
    list
}

fn moves(ground: &Ground<'_>, side: &Side) -> bool {
    side.node().is_some_and(|node| !ground.reads(node).is_empty())
}

fn among(ends: &[Side], list: &mut Vec<(Side, Side)>) {
    for (place, one) in ends.iter().enumerate() {
        for other in &ends[place + 1..] {
            list.push((one.clone(), other.clone()));
        }
    }
}

/// A day, and a moment, against boundaries.
fn clock(parts: &[Gid], boundaries: impl Iterator<Item = Boundary>, list: &mut Vec<(Side, Side)>) {
    for boundary in boundaries {
        // Values of other kinds than the day's never compare as less or more in a way that changes.
        list.push((Side::Node(parts[0]), Side::Value(Value::Date(boundary.date))));
        list.push((Side::Node(parts[0]), Side::Value(Value::Instant(start_of(&boundary)))));
        if let (Some(&moment), Some(start)) = (parts.get(1), boundary.moment) {
            list.push((Side::Node(moment), Side::Value(Value::Instant(start.to_utc()))));
        }
    }
}

/// Returns what a side may be one of, or the least or greatest of: how the parts compare says how it does. Dates alone, whose
/// decisions are values within a range; whether the parts are to be compared with its ends as well comes with them.
pub(crate) fn leaves(ground: &Ground<'_>, side: &Side) -> (Vec<Side>, bool) {
    let (Side::Node(root) | Side::DayAfter(root)) = side else { return (vec![side.clone()], false) };
    let of = |id: Gid| match side {
        Side::DayAfter(_) => Side::DayAfter(id),
        _ => Side::Node(id),
    };
    let mut found: IndexSet<Side> = IndexSet::new();
    let mut ranged = false;
    let mut waiting = vec![*root];
    while let Some(id) = waiting.pop() {
        match ground.term(id) {
            _ if ground.reads(id).is_empty() => drop(found.insert(of(id))),
            Term::Decide(decision, _, parts) if is_date(ground.program, *decision) => {
                let count = decide::rules(&ground.program.decision(*decision).body).len();
                waiting.extend(&parts[count..]);
                ranged = true;
            }
            Term::Finish(decision, part) if is_date(ground.program, *decision) => {
                waiting.push(*part);
                ranged = true;
            }
            Term::Apply(Key::If, parts) => waiting.extend(&parts[1..]),
            Term::Apply(Key::Node(node), parts) => match ground.program.op(*node) {
                Op::Clause(..) | Op::Min(_) | Op::Max(_) => waiting.extend(parts),
                Op::Rows { hit: HitKind::Unique | HitKind::Any | HitKind::First, rows, .. } => {
                    let outputs = parts.iter().enumerate();
                    let outputs = outputs.filter(|(place, _)| place % 2 == 1 || *place == rows.len() * 2);
                    waiting.extend(outputs.map(|(_, &part)| part));
                }
                _ => drop(found.insert(of(id))),
            },
            _ => drop(found.insert(of(id))),
        }
        if found.len() + waiting.len() > MAX_LEAVES {
            return (vec![side.clone()], false);
        }
    }
    (found.into_iter().collect(), ranged)
}

/// How many parts of one side are compared one by one.
const MAX_LEAVES: usize = 32;

fn is_date(program: &Program, decision: DecisionId) -> bool {
    let decision = program.decision(decision);
    matches!(decision.body, DecisionBody::Rules { .. } | DecisionBody::Expr(_)) && *decision.ty.required() == Type::Date
}

/// The first and last day an outcome may be.
pub(crate) fn date_range() -> [Side; 2] {
    let day =
        |year, month, day| Side::Value(NaiveDate::from_ymd_opt(year, month, day).map_or(Value::None, Value::Date));
    [day(1, 1, 1), day(9999, 12, 31)]
}

/// Looks through labels.
pub(crate) fn inner(ground: &Ground<'_>, mut id: Gid) -> Gid {
    while let Term::Apply(Key::Node(node), parts) = ground.term(id) {
        match ground.program.op(*node) {
            Op::Clause(..) => id = parts[0],
            _ => break,
        }
    }
    id
}

/// The values a set holds, or the ends of a period (the end excluded), as far as they can be told.
fn members(ground: &Ground<'_>, id: Gid) -> Vec<Side> {
    match ground.term(inner(ground, id)) {
        Term::Known(Evaluated::Value(value)) => known_members(value),
        Term::Apply(Key::Node(node), parts) => match ground.program.op(*node) {
            Op::Period(_, _, through) => {
                let end = if *through { Side::DayAfter(parts[1]) } else { Side::Node(parts[1]) };
                vec![Side::Node(parts[0]), end]
            }
            Op::SetOf(_) => parts.iter().map(|&part| Side::Node(part)).collect(),
            // A comparison with the whole: fine if it stays, else it is found to be wild.
            _ => vec![Side::Node(id)],
        },
        _ => vec![Side::Node(id)],
    }
}

fn known_members(value: &Value) -> Vec<Side> {
    match value {
        Value::Period { start, end } => {
            [Some(*start), *end].into_iter().flatten().map(|day| Side::Value(Value::Date(day))).collect()
        }
        Value::Set(members) => members
            .iter()
            .flat_map(|member| match member {
                Value::Member(..) | Value::Text(_) | Value::Bool(_) => Vec::new(),
                period @ Value::Period { .. } => known_members(period),
                other => vec![Side::Value(other.clone())],
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The ends of listed periods.
fn spans(ground: &Ground<'_>, id: Gid, fields: Option<(u32, u32, bool)>) -> Vec<Side> {
    let Some((start, end, through)) = fields else { return members(ground, id) };
    let mut ends = Vec::new();
    let mut known = |record: &Value| {
        if let Value::Record(parts) = record {
            let part = |index: u32| parts.get(index as usize).and_then(Evaluated::value);
            ends.extend(part(start).cloned().map(Side::Value));
            if let Some(Value::Date(last)) = part(end) {
                let last = if through { last.succ_opt() } else { Some(*last) };
                ends.extend(last.map(|day| Side::Value(Value::Date(day))));
            }
        }
    };
    match ground.term(inner(ground, id)) {
        Term::Known(Evaluated::Value(Value::List(items))) => items.iter().for_each(known),
        Term::Apply(Key::List, items) => {
            let mut open = Vec::new();
            for &item in items.iter() {
                match ground.term(item) {
                    Term::Known(Evaluated::Value(record)) => known(record),
                    Term::Apply(Key::Record, parts) => {
                        open.push(Side::Node(parts[start as usize]));
                        let last = parts[end as usize];
                        open.push(if through { Side::DayAfter(last) } else { Side::Node(last) });
                    }
                    _ => open.push(Side::Node(item)),
                }
            }
            ends.extend(open);
        }
        _ => return vec![Side::Node(id)],
    }
    ends
}
