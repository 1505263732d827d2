//! A model as facts that the interpreter can decide again, and what an ordinary applicant is.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::domain::Domain;
use super::{Model, Space};
use crate::eval::exact::groups::members;
use crate::facts::{Facts, Slot};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, Program};
use crate::value::{EnumId, Evaluated, Type, Value};

/// The plainest value of a type: no, nothing, zero, the day at hand, the first member; for a country one that no text names.
pub(crate) fn plain(program: &Program, ty: &Type, today: NaiveDate) -> Value {
    match ty {
        Type::Optional(_) => Value::None,
        Type::YesNo => Value::Bool(false),
        Type::Integer | Type::Decimal | Type::Money(_) | Type::Months | Type::Days | Type::Minutes => Value::integer(0),
        Type::Date => Value::Date(today),
        Type::Time => Value::Time(12 * 60),
        Type::Instant => Value::Instant(noon(today)),
        Type::Period => Value::Period { start: today, end: None },
        Type::Text => Value::Text("other".into()),
        Type::Enum(id) => members(program, *id).into_iter().next().unwrap_or(Value::None),
        Type::Set(_) => Value::set([]),
        Type::List(_) => Value::List([].into()),
        Type::Record(id) => {
            let fields = program.record(*id).fields.iter();
            Value::Record(fields.map(|field| Evaluated::Value(plain(program, &field.ty, today))).collect())
        }
    }
}

fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::from_num_seconds_from_midnight_opt(12 * 3600, 0).unwrap_or(NaiveTime::MIN)).and_utc()
}

/// The ordinary value of a fact: `typical`, else the plainest within its bounds.
pub(crate) fn ordinary(program: &Program, fact: FactId, today: NaiveDate) -> Value {
    let declared = program.fact(fact);
    if let Some(typical) = &declared.typical {
        return typical.clone();
    }
    let value = match &declared.ty {
        Type::Enum(EnumId::COUNTRY) => country(program).unwrap_or_else(|| plain(program, &declared.ty, today)),
        ty => plain(program, ty, today),
    };
    match &declared.within {
        Some((low, _)) if value < *low => low.clone(),
        Some((_, high)) if value > *high => high.clone(),
        _ => value,
    }
}

/// A country to think of where any will do.
fn country(program: &Program) -> Option<Value> {
    let countries = program.enums.get(EnumId::COUNTRY.0 as usize)?;
    countries.members.get_index_of("FR").map(|index| Value::Member(EnumId::COUNTRY, index as u32))
}

impl Space<'_> {
    /// Tells the solver what ordinary applicants are: before anything is encoded.
    pub(crate) fn expect_ordinary(&mut self, today: NaiveDate) {
        let program = self.encoder.ground.program;
        for (index, variable) in self.encoder.ground.variables.values().enumerate() {
            let value = if variable.at.path.is_empty() {
                ordinary(program, variable.at.fact, today)
            } else {
                plain(program, &variable.ty, today)
            };
            let ty = variable.ty.required();
            let axis = crate::eval::exact::axis::Axis::new(ty, variable.within.as_ref(), false);
            if let Some(place) = axis.and_then(|axis| axis.place(&value)) {
                self.usual.insert(index as u32, place);
            }
            self.encoder.ordinary.insert(index as u32, value);
        }
    }

    /// Returns the value of a variable in a model; nothing if nothing was asked about it.
    pub(crate) fn value(&self, model: &Model, index: u32) -> Option<Value> {
        match self.encoder.domains.get(index as usize)?.as_ref()? {
            Domain::Finite { values, line } => {
                let (low, _) = line.range(|lit| model.holds(lit));
                values.get(low.0 as usize).cloned()
            }
            Domain::Ordered { axis, present, line } => {
                if !model.holds(*present) {
                    return Some(Value::None);
                }
                let (low, high) = line.range(|lit| model.holds(lit));
                let usual = self.usual.get(&index).copied().unwrap_or(low.0).clamp(low.0, high.0);
                Some(axis.value(model.places.get(&index).copied().unwrap_or(usual)))
            }
            Domain::Members { members, present } => {
                if !model.holds(*present) {
                    return Some(Value::None);
                }
                Some(Value::set(members.iter().filter(|(_, lit)| model.holds(*lit)).map(|(member, _)| member.clone())))
            }
            Domain::Other => None,
        }
    }

    /// Returns the facts of a model: all that the texts read, the ordinary value where nothing was asked about one.
    pub(crate) fn applicant(&self, model: &Model, given: &[(FactId, Value)], today: NaiveDate) -> Facts {
        let program = self.encoder.ground.program;
        let mut facts = Facts::new(program);
        // Nothing is left open, so that every decision is settled by plain evaluation.
        for fact in (0..program.facts.len() as u32).map(FactId).filter(|&fact| fact != EVALUATION_TIME) {
            facts.set(fact, Slot::Given(ordinary(program, fact, today)));
        }
        for (fact, value) in given {
            facts.set(*fact, Slot::Given(value.clone()));
        }
        let mut parts: BTreeMap<FactId, Vec<(Vec<u32>, Value)>> = BTreeMap::new();
        for (index, variable) in self.encoder.ground.variables.values().enumerate() {
            let value = self.value(model, index as u32).or_else(|| {
                let ordinary = self.encoder.ordinary.get(&(index as u32)).cloned();
                ordinary.or_else(|| Some(plain(program, &variable.ty, today)))
            });
            let Some(value) = value else { continue };
            if variable.at.path.is_empty() {
                facts.set(variable.at.fact, Slot::Given(value));
            } else {
                parts.entry(variable.at.fact).or_default().push((variable.at.path.clone(), value));
            }
        }
        self.settle_moment(&mut facts);
        for (fact, parts) in parts {
            let value = whole(program, &program.fact(fact).ty, &parts, today);
            facts.set(fact, Slot::Given(value));
        }
        facts
    }
}

impl Space<'_> {
    /// Moves the moment of the decision into its day (T4), on the side of the boundary inside that day where the model has it;
    /// it is left out where nothing changes inside the day.
    fn settle_moment(&self, facts: &mut Facts) {
        let Slot::Given(Value::Instant(moment)) = facts.get(EVALUATION_TIME).clone() else { return };
        let Slot::Given(Value::Date(day)) = facts.get(EVALUATION_DATE).clone() else { return };
        let program = self.encoder.ground.program;
        let versions = program.versions.iter().flat_map(|version| [Some(version.start), version.end]).flatten();
        let dated = program.dated.iter().flat_map(|dated| dated.values.iter().map(|(boundary, _)| *boundary));
        let inside = versions.chain(dated).filter(|boundary| boundary.date == day).find_map(|boundary| boundary.moment);
        let slot = match inside {
            None => Slot::NotStated,
            Some(start) => {
                let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(*start.offset()).single();
                let first = midnight.map_or(moment, |midnight| midnight.to_utc());
                let last = first + chrono::Duration::minutes(24 * 60 - 1);
                Slot::Given(Value::Instant(moment.clamp(first, last)))
            }
        };
        facts.set(EVALUATION_TIME, slot);
    }
}

/// Puts a list or record together from values below it; the length of a list stands at `u32::MAX`.
fn whole(program: &Program, ty: &Type, parts: &[(Vec<u32>, Value)], today: NaiveDate) -> Value {
    let below = |step: u32| -> Vec<(Vec<u32>, Value)> {
        let inside = parts.iter().filter(|(path, _)| path.first() == Some(&step));
        inside.map(|(path, value)| (path[1..].to_vec(), value.clone())).collect()
    };
    if let Some((_, value)) = parts.iter().find(|(path, _)| path.is_empty()) {
        return value.clone();
    }
    match ty.required() {
        Type::List(id) => {
            let length = parts.iter().find(|(path, _)| path[..] == [u32::MAX]).map(|(_, value)| value.clone());
            let length = length.and_then(|value| crate::eval::kernel::number::whole(&value).ok()).unwrap_or(0);
            let items = 0..length.max(0) as u32;
            Value::List(items.map(|index| whole(program, &Type::Record(*id), &below(index), today)).collect())
        }
        Type::Record(id) => {
            let fields = program.record(*id).fields.iter().enumerate();
            let fields = fields.map(|(index, field)| {
                let parts = below(index as u32);
                let value = if parts.is_empty() {
                    plain(program, &field.ty, today)
                } else {
                    whole(program, &field.ty, &parts, today)
                };
                Evaluated::Value(value)
            });
            Value::Record(fields.collect())
        }
        ty => plain(program, ty, today),
    }
}
