//! Values as cells of CSV, as the columns of facts and answers want them, and back.

use chrono::{DateTime, NaiveDate};
use enact::facts::{read_members, read_text};
use enact::program::Program;
use enact::value::{Type, Value};

/// What stands around the members of a set.
const SEPARATOR: char = ';';

/// Writes a value; `none` has a column of its own.
pub fn write(program: &Program, ty: &Type, value: &Value) -> String {
    match (value, ty.required()) {
        (Value::None, _) => String::new(),
        (Value::Bool(yes), _) => yes.to_string(),
        (Value::Number(number), _) => number.to_string(),
        (Value::Date(date), _) => date.to_string(),
        (Value::Time(minutes), _) => minutes.to_string(),
        (Value::Instant(instant), _) => instant.timestamp_micros().to_string(),
        (Value::Member(id, index), _) => program
            .enum_type(*id)
            .members
            .get_index(*index as usize)
            .map_or_else(String::new, |(_, member)| member.written.clone()),
        (Value::Text(text), _) => text.to_string(),
        (Value::Set(members), Type::Set(inner)) => {
            let words = members.iter().map(|member| write(program, inner, member) + &SEPARATOR.to_string());
            SEPARATOR.to_string() + &words.collect::<String>()
        }
        (other, _) => format!("{other:?}"),
    }
}

/// Reads a cell that is not empty.
pub fn read(program: &Program, ty: &Type, cell: &str) -> Result<Value, String> {
    let number = || cell.parse::<i64>().map_err(|error| format!("`{cell}`: {error}"));
    match ty.required() {
        Type::YesNo => match cell {
            "true" | "t" => Ok(Value::Bool(true)),
            "false" | "f" => Ok(Value::Bool(false)),
            _ => Err(format!("`{cell}` is no truth value")),
        },
        Type::Time => Ok(Value::Time(number()? as u16)),
        Type::Instant => {
            let instant = DateTime::from_timestamp_micros(number()?);
            instant.map(Value::Instant).ok_or_else(|| format!("`{cell}` is no moment"))
        }
        Type::Date => cell.parse::<NaiveDate>().map(Value::Date).map_err(|error| format!("`{cell}`: {error}")),
        Type::Integer | Type::Months | Type::Days | Type::Minutes | Type::Decimal | Type::Money(_) => {
            cell.parse().map(Value::Number).map_err(|error| format!("`{cell}`: {error}"))
        }
        Type::Set(inner) => {
            let words = cell.split(SEPARATOR).filter(|word| !word.is_empty());
            if cell == SEPARATOR.to_string() {
                return Ok(Value::set([]));
            }
            read_members(program, inner, words).map_err(|error| error.to_string())
        }
        Type::Text => Ok(Value::text(cell)),
        other => read_text(program, other, cell).map_err(|error| error.to_string()),
    }
}
