//! Answers to typed columns.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt32Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow_select::take::take;
use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value as Json;

use super::Batch;
use crate::batch::{Answers, AskedColumn, ID, Said, Table};
use crate::diagnostic::Code;
use crate::run::Refused;
use crate::value::{Type, Value};

/// Digits and decimals of an amount: all that outcomes have (28 digits, whole cents).
const AMOUNT: (u8, i8) = (38, 2);

/// The columns of an output.
pub struct Columns {
    schema: SchemaRef,
    /// The id and what is kept.
    copied: Vec<Source>,
    asked: Vec<AskedColumn>,
}

/// Where a column that is copied comes from.
enum Source {
    /// The column of this name in an input that has columns too.
    Column(String),
    /// The texts of other inputs.
    Text,
    /// The numbers of the rows.
    Numbers,
}

impl Columns {
    /// Lays the columns out: the id, which is text from an input that has no typed columns but an id, else the number of the row;
    /// what is kept; the answers.
    pub fn new(asked: Vec<AskedColumn>, keep: &[String], has_id: bool, input: Option<&Schema>) -> Columns {
        let mut fields = Vec::new();
        let mut copied = Vec::new();
        for name in std::iter::once(ID).chain(keep.iter().map(String::as_str)) {
            let of_input = input.and_then(|input| input.fields().iter().find(|field| field.name() == name));
            let (ty, source) = match of_input {
                Some(field) => (field.data_type().clone(), Source::Column(name.to_owned())),
                None if name == ID && !has_id => (DataType::Int64, Source::Numbers),
                None => (DataType::Utf8, Source::Text),
            };
            fields.push(Field::new(name, ty, true));
            copied.push(source);
        }
        let text = || DataType::Utf8;
        for AskedColumn { name, ty, before } in &asked {
            fields.push(Field::new(name, data_type(ty), true));
            let parts = [("status", text()), ("rules", texts()), ("either", texts()), ("missing", texts())];
            fields.extend(parts.map(|(part, ty)| Field::new(format!("{name}.{part}"), ty, false)));
            fields.push(Field::new(format!("{name}.version"), text(), true));
            if let Some(before) = before {
                fields.push(Field::new(format!("{name}.before"), data_type(before), true));
                fields.push(Field::new(format!("{name}.before.status"), text(), false));
            }
        }
        Columns { schema: Arc::new(Schema::new(fields)), copied, asked }
    }

    /// The names and types.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Fills the columns with the answers for a chunk; `input` is what the chunk was made of, if that has columns. Errors: an answer
    /// that its column does not hold.
    pub fn fill(&self, table: Table, input: Option<&Batch>) -> Result<RecordBatch, Refused> {
        self.batch(table, input).map_err(|error| {
            let help = "write CSV or JSONL, which hold any answer".to_owned();
            Refused::one(Code::UNREADABLE, format!("the answers do not fit into typed columns: {error}"), Some(help))
        })
    }

    fn batch(&self, table: Table, input: Option<&Batch>) -> Result<RecordBatch, ArrowError> {
        let Table { places, numbers, copied, asked, before } = table;
        let places = UInt32Array::from(places);
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for (source, texts) in self.copied.iter().zip(copied) {
            columns.push(match source {
                Source::Column(name) => match input.and_then(|input| input.column(name)) {
                    Some(column) => take(column, &places, None)?,
                    None => return Err(ArrowError::SchemaError(format!("the column `{name}` was not read"))),
                },
                Source::Text => Arc::new(StringArray::from(texts)),
                Source::Numbers => Arc::new(Int64Array::from_iter_values(numbers.iter().map(|&number| number as i64))),
            });
        }
        let mut before = before.into_iter();
        for (column, answers) in self.asked.iter().zip(asked) {
            let Answers { distinct, rows, .. } = answers;
            let rows = UInt32Array::from(rows);
            let parts: [ArrayRef; 6] = [
                values(&column.ty, &distinct)?,
                Arc::new(StringArray::from_iter_values(distinct.iter().map(|said| said.status))),
                lists(distinct.iter().map(|said| &said.rules)),
                lists(distinct.iter().map(|said| &said.either)),
                lists(distinct.iter().map(|said| &said.missing)),
                Arc::new(StringArray::from_iter(distinct.iter().map(|said| said.version.as_deref()))),
            ];
            for part in parts {
                columns.push(take(&part, &rows, None)?);
            }
            if let (Some(ty), Some(Answers { distinct, rows, .. })) = (&column.before, before.next()) {
                let rows = UInt32Array::from(rows);
                let status = StringArray::from_iter_values(distinct.iter().map(|said| said.status));
                columns.push(take(&values(ty, &distinct)?, &rows, None)?);
                columns.push(take(&status, &rows, None)?);
            }
        }
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

fn texts() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)))
}

/// The type of a column of values. What no type holds exactly is text, as records spell it.
fn data_type(ty: &Type) -> DataType {
    match ty.required() {
        Type::YesNo => DataType::Boolean,
        Type::Integer | Type::Months | Type::Days | Type::Minutes => DataType::Int64,
        Type::Money(_) => DataType::Decimal128(AMOUNT.0, AMOUNT.1),
        Type::Date => DataType::Date32,
        Type::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Type::Set(_) => texts(),
        _ => DataType::Utf8,
    }
}

/// The values of answers; null where none is decided, or `none` is.
fn values(ty: &Type, answers: &[Said]) -> Result<ArrayRef, ArrowError> {
    let given = || answers.iter().map(|said| said.value.as_ref().filter(|value| **value != Value::None));
    Ok(match data_type(ty) {
        DataType::Boolean => {
            Arc::new(given().map(|value| value.map(|value| *value == Value::Bool(true))).collect::<BooleanArray>())
        }
        DataType::Int64 => Arc::new(Int64Array::from_iter(all(given(), whole)?)),
        DataType::Decimal128(digits, decimals) => {
            let amounts = Decimal128Array::from_iter(all(given(), amount)?);
            Arc::new(amounts.with_precision_and_scale(digits, decimals)?)
        }
        DataType::Date32 => Arc::new(Date32Array::from_iter(all(given(), days)?)),
        DataType::Timestamp(..) => {
            Arc::new(TimestampMicrosecondArray::from_iter(all(given(), microseconds)?).with_timezone("UTC"))
        }
        DataType::List(_) => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for (value, said) in given().zip(answers) {
                if let (Some(_), Json::Array(members)) = (value, &said.spelt) {
                    members.iter().for_each(|member| lists.values().append_value(spelt(member)));
                    lists.append(true);
                } else {
                    lists.append(false);
                }
            }
            Arc::new(lists.finish())
        }
        _ => Arc::new(StringArray::from_iter(
            given().zip(answers).map(|(value, said)| value.map(|_| spelt(&said.spelt))),
        )),
    })
}

/// The values that there are, each as a column holds it. Errors: the first that it does not hold.
fn all<'v, T>(
    values: impl Iterator<Item = Option<&'v Value>>,
    held: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<Option<T>>, ArrowError> {
    let one = |value: &Value| held(value).ok_or_else(|| ArrowError::InvalidArgumentError(format!("{value:?}")));
    values.map(|value| value.map(one).transpose()).collect()
}

fn whole(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else { return None };
    number.is_integer().then(|| number.to_i64()).flatten()
}

fn amount(value: &Value) -> Option<i128> {
    let Value::Number(number) = value else { return None };
    let number = number.normalize();
    let missing = u32::try_from(AMOUNT.1).ok()?.checked_sub(number.scale())?;
    number.mantissa().checked_mul(10i128.checked_pow(missing)?)
}

fn days(value: &Value) -> Option<i32> {
    let Value::Date(date) = value else { return None };
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

fn microseconds(value: &Value) -> Option<i64> {
    let Value::Instant(moment) = value else { return None };
    (moment.timestamp_subsec_nanos() % 1_000 == 0).then(|| moment.timestamp_micros())
}

fn spelt(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn lists<'s>(all: impl Iterator<Item = &'s Vec<String>>) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for texts in all {
        texts.iter().for_each(|text| lists.values().append_value(text));
        lists.append(true);
    }
    Arc::new(lists.finish())
}
