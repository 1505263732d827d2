//! Values to JSON: as facts files spell them, and as records do.

use serde_json::{Map, Number, Value as Json};

use super::{Facts, Slot};
use crate::program::Program;
use crate::value::{Evaluated, Type, Value};

/// Returns a value as facts files spell it: what [`super::read_facts`] reads back as the same value.
///
/// Booleans are `true` and `false`, numbers exact JSON numbers, none is `null`, members are spelt as `written` says, sets are in
/// the order of their values, unknown fields are left out.
pub fn fact_json(program: &Program, ty: &Type, value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(yes) => Json::Bool(*yes),
        Value::Number(number) => {
            let text = number.to_string();
            text.parse::<Number>().map_or(Json::String(text), Json::Number)
        }
        _ => shared_json(program, ty, value, fact_json),
    }
}

/// Returns a value as records spell it: `"yes"` and `"no"`, numbers as text, `"none"` for a decided none, members as `written`
/// says, arrays for sets and lists, objects for records.
pub fn record_json(program: &Program, ty: &Type, value: &Value) -> Json {
    match (value, ty.required()) {
        (Value::None, _) => "none".into(),
        (Value::Bool(yes), _) => if *yes { "yes" } else { "no" }.into(),
        (Value::Number(number), Type::Money(_)) => {
            // The same amount is spelt the same however it came about: at least two places, no further zeros.
            let mut number = number.normalize();
            number.rescale(number.scale().max(2));
            number.to_string().into()
        }
        (Value::Number(number), _) => number.normalize().to_string().into(),
        _ => shared_json(program, ty, value, record_json),
    }
}

/// Returns facts as a facts file holds them, in the order of the program. What is not stated is left out.
pub fn write_facts(program: &Program, facts: &Facts) -> Json {
    let entry = |(id, slot): (crate::program::FactId, &Slot)| {
        let fact = program.fact(id);
        let value = match slot {
            Slot::Given(value) => fact_json(program, &fact.ty, value),
            _ => unknown(),
        };
        (fact.key.clone(), value)
    };
    Json::Object(facts.iter().map(entry).collect())
}

/// `{"unknown": true}`.
pub(super) fn unknown() -> Json {
    Json::Object(Map::from_iter([("unknown".to_owned(), Json::Bool(true))]))
}

/// What facts and records spell alike; `inner` spells the parts.
fn shared_json(program: &Program, ty: &Type, value: &Value, inner: fn(&Program, &Type, &Value) -> Json) -> Json {
    match (value, ty.required()) {
        (Value::Text(text), _) => text.as_ref().into(),
        (Value::Member(id, index), _) => {
            let member = program.enum_type(*id).members.get_index(*index as usize);
            member.map_or(Json::Null, |(_, member)| member.written.as_str().into())
        }
        (Value::Set(members), Type::Set(ty)) => {
            Json::Array(members.iter().map(|member| inner(program, ty, member)).collect())
        }
        (Value::List(items), Type::List(id)) => {
            Json::Array(items.iter().map(|item| inner(program, &Type::Record(*id), item)).collect())
        }
        (Value::Record(fields), Type::Record(id)) => {
            let stated = fields.iter().zip(&program.record(*id).fields).filter_map(|(value, field)| match value {
                Evaluated::Value(value) => Some((field.key.clone(), inner(program, &field.ty, value))),
                _ => None,
            });
            Json::Object(stated.collect())
        }
        // Dates, times, instants and periods are spelt as policies write them.
        (value, ty) => program.value_text(value, ty).into(),
    }
}
