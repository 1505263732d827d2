//! Random applicants of a program: values at, beside and between everything that its texts compare with.

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use enact::facts::{Facts, Slot};
use enact::program::{EVALUATION_DATE, FactId, Op, Program};
use enact::value::{EnumId, Evaluated, Type, Value};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::random::dice::Dice;

/// The years that dates lie in: those a comparison speaks of.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;
/// How many elements a list has at most.
const MAX_ELEMENTS: usize = 3;

/// What applicants of a program are made of.
#[derive(Debug, Clone)]
pub struct Applicants {
    /// The facts that are stated.
    facts: Vec<FactId>,
    numbers: Vec<Decimal>,
    days: Vec<NaiveDate>,
    times: Vec<u16>,
    moments: Vec<DateTime<Utc>>,
    texts: Vec<Value>,
    members: Vec<(EnumId, u32)>,
}

impl Applicants {
    /// Collects what the texts of a program know.
    pub fn new(program: &Program) -> Applicants {
        let facts = (0..program.facts.len() as u32).map(FactId).collect();
        let mut all = Applicants {
            facts,
            numbers: [0, 1, 12].map(Decimal::from).to_vec(),
            days: vec![NaiveDate::from_ymd_opt(2024, 2, 29).expect("a day")],
            times: vec![720],
            moments: vec![DateTime::UNIX_EPOCH],
            texts: vec![Value::text("other")],
            members: Vec::new(),
        };
        for node in 0..program.nodes.len() as u32 {
            match program.op(enact::program::NodeId(node)) {
                Op::Const(value) => all.know(value),
                Op::Dated(table, _) => {
                    for (boundary, value) in &program.dated[table.index()].values {
                        all.days.push(boundary.date);
                        value.iter().for_each(|value| all.know(value));
                    }
                }
                _ => {}
            }
        }
        for fact in &program.facts {
            fact.within.iter().for_each(|(least, greatest)| {
                all.know(least);
                all.know(greatest);
            });
        }
        for version in &program.versions {
            all.days.push(version.start.date);
        }
        for calendar in &program.calendars {
            all.days.extend([calendar.covers.0, calendar.covers.1]);
        }
        all.numbers.sort_unstable();
        all.numbers.dedup();
        all.days.retain(|day| YEARS.contains(&day.year()));
        all.days.sort_unstable();
        all.days.dedup();
        all.texts.sort();
        all.texts.dedup();
        all.members.sort_unstable();
        all.members.dedup();
        all
    }

    /// Leaves facts that no node reads unstated: for policies of which one is asked many times.
    #[allow(dead_code, reason = "an example decides many applicants of a few facts")]
    pub fn only(mut self, facts: &[FactId]) -> Applicants {
        self.facts.retain(|fact| facts.contains(fact));
        self
    }

    fn know(&mut self, value: &Value) {
        match value {
            Value::Number(number) => self.numbers.push(*number),
            Value::Date(day) => self.days.push(*day),
            Value::Time(minutes) => self.times.push(*minutes),
            Value::Instant(moment) => self.moments.push(*moment),
            Value::Text(_) => self.texts.push(value.clone()),
            Value::Member(of, index) => self.members.push((*of, *index)),
            Value::Set(members) => members.iter().for_each(|member| self.know(member)),
            Value::Period { start, end } => self.days.extend(std::iter::once(*start).chain(*end)),
            Value::Record(fields) => fields.iter().filter_map(Evaluated::value).for_each(|field| self.know(field)),
            Value::List(items) => items.iter().for_each(|item| self.know(item)),
            Value::None | Value::Bool(_) => {}
        }
    }

    /// Makes somebody. Every fact is stated.
    pub fn draw(&self, program: &Program, dice: &mut Dice) -> Facts {
        let mut facts = Facts::new(program);
        // Values of facts drawn so far: others are drawn beside them.
        let mut so_far = Hot::default();
        for &fact in &self.facts {
            let declared = program.fact(fact);
            let value = self.value(program, &declared.ty, declared.within.as_ref(), &mut so_far, dice);
            facts.set(fact, Slot::Given(value));
        }
        self.together(program, &mut facts, dice);
        facts
    }

    /// Draws one fact of somebody again.
    pub fn change(&self, program: &Program, facts: &mut Facts, dice: &mut Dice) {
        let fact = *dice.one_of(&self.facts);
        let declared = program.fact(fact);
        let mut so_far = Hot::default();
        for (_, slot) in facts.iter() {
            if let Slot::Given(Value::Date(day)) = slot {
                so_far.days.push(*day);
            }
        }
        let value = self.value(program, &declared.ty, declared.within.as_ref(), &mut so_far, dice);
        facts.set(fact, Slot::Given(value));
        self.together(program, facts, dice);
    }

    /// The moment of evaluation lies on its day.
    fn together(&self, program: &Program, facts: &mut Facts, dice: &mut Dice) {
        let Some(time) = program.find_fact("evaluation_time") else { return };
        let Slot::Given(Value::Date(day)) = facts.get(EVALUATION_DATE) else { return };
        if matches!(facts.get(time), Slot::Given(_)) {
            let moment = day.and_hms_opt(dice.roll(24) as u32, 30, 0).expect("a time of day").and_utc();
            facts.set(time, Slot::Given(Value::Instant(moment)));
        }
    }

    fn value(
        &self,
        program: &Program,
        ty: &Type,
        within: Option<&(Value, Value)>,
        so_far: &mut Hot,
        dice: &mut Dice,
    ) -> Value {
        if ty.is_optional() && dice.one_in(4) {
            return Value::None;
        }
        let value = match ty.required() {
            Type::YesNo => Value::Bool(dice.one_in(2)),
            Type::Integer | Type::Months | Type::Days | Type::Minutes => Value::Number(self.number(0, so_far, dice)),
            Type::Decimal => Value::Number(self.number(*dice.one_of(&[0, 1, 2]), so_far, dice)),
            Type::Money(_) => Value::Number(self.number(2, so_far, dice)),
            Type::Date => Value::Date(self.day(so_far, dice)),
            Type::Time => {
                let near = i64::from(*dice.one_of(&self.times)) + dice.between(-1, 1);
                Value::Time(if dice.one_in(3) { dice.roll(1441) as u16 } else { near.clamp(0, 1440) as u16 })
            }
            Type::Instant => {
                let moment =
                    *dice.one_of(&self.moments) + TimeDelta::seconds(dice.between(-1, 1) * dice.between(1, 8_000));
                let of_a_day = self.day(so_far, dice).and_hms_opt(dice.roll(24) as u32, 0, 0);
                Value::Instant(if dice.one_in(2) { moment } else { of_a_day.expect("a time of day").and_utc() })
            }
            Type::Text => dice.one_of(&self.texts).clone(),
            Type::Enum(id) => self.member(program, *id, dice),
            Type::Set(of) => match of.as_ref() {
                Type::Enum(id) => {
                    Value::set((0..dice.roll(4)).map(|_| self.member(program, *id, dice)).collect::<Vec<_>>())
                }
                // Recursion: a set holds no sets.
                of => Value::set(
                    (0..dice.roll(3)).map(|_| self.value(program, of, None, so_far, dice)).collect::<Vec<_>>(),
                ),
            },
            Type::Record(id) => self.record(program, *id, so_far, dice),
            Type::List(id) => {
                let items = 0..dice.roll(MAX_ELEMENTS + 1);
                Value::List(items.map(|_| self.record(program, *id, so_far, dice)).collect())
            }
            Type::Period | Type::Optional(_) => Value::None,
        };
        match within {
            Some((least, _)) if value < *least => least.clone(),
            Some((_, greatest)) if value > *greatest => greatest.clone(),
            _ => value,
        }
    }

    fn record(&self, program: &Program, id: enact::value::RecordId, so_far: &mut Hot, dice: &mut Dice) -> Value {
        let fields = program.record(id).fields.iter();
        // Recursion: as deep as types are declared.
        Value::Record(
            fields.map(|field| Evaluated::Value(self.value(program, &field.ty, None, so_far, dice))).collect(),
        )
    }

    fn member(&self, program: &Program, id: EnumId, dice: &mut Dice) -> Value {
        let declared = program.enum_type(id);
        let known: Vec<u32> = self.members.iter().filter(|(of, _)| *of == id).map(|(_, index)| *index).collect();
        if declared.open && dice.one_in(4) {
            return dice.one_of(&self.texts).clone();
        }
        if !known.is_empty() && !dice.one_in(4) {
            return Value::Member(id, *dice.one_of(&known));
        }
        Value::Member(id, dice.roll(declared.members.len()) as u32)
    }

    /// A number with so many decimals.
    fn number(&self, decimals: u32, so_far: &mut Hot, dice: &mut Dice) -> Decimal {
        let unit = Decimal::new(1, decimals);
        let known = if dice.one_in(3) && !so_far.numbers.is_empty() { &so_far.numbers } else { &self.numbers };
        let near = *dice.one_of(known);
        let near = if dice.one_in(8) { near * Decimal::from(dice.between(2, 4)) } else { near };
        let drawn = match dice.roll(8) {
            0 => Decimal::new(dice.between(-50, 200), 0),
            1 => Decimal::new(dice.between(-1_000, 30_000), decimals),
            2 => near + *dice.one_of(&self.numbers),
            3 => near - *dice.one_of(&self.numbers),
            4 => near + unit,
            5 => near - unit,
            _ => near,
        };
        let drawn = drawn.trunc_with_scale(decimals).normalize();
        so_far.numbers.push(drawn);
        drawn
    }

    fn day(&self, so_far: &mut Hot, dice: &mut Dice) -> NaiveDate {
        let known = if dice.one_in(2) && !so_far.days.is_empty() { &so_far.days } else { &self.days };
        let near = *dice.one_of(known);
        let by = dice.one_of(&self.numbers).to_i64().filter(|by| (0..1_000).contains(by)).unwrap_or(1);
        let days = |by: i64| near.checked_add_signed(TimeDelta::days(by)).unwrap_or(near);
        let months = |by: i64, later: bool| {
            let by = Months::new(by as u32);
            if later { near.checked_add_months(by) } else { near.checked_sub_months(by) }.unwrap_or(near)
        };
        let drawn = match dice.roll(12) {
            0 => days(dice.between(-800, 800)),
            1 => days(1),
            2 => days(-1),
            3 => days(by),
            4 => days(-by),
            5 => months(by.min(240), true),
            6 => months(by.min(240), false),
            7 => months(12 * by.min(60), false),
            8 => days(by + 1),
            _ => near,
        };
        let drawn = if YEARS.contains(&drawn.year()) { drawn } else { self.days[0] };
        so_far.days.push(drawn);
        drawn
    }
}

/// Values drawn so far.
#[derive(Default)]
struct Hot {
    numbers: Vec<Decimal>,
    days: Vec<NaiveDate>,
}
