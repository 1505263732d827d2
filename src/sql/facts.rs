//! The table of facts: a column for each fact that is read, named by its key; `NULL` is not stated.
//!
//! Beside it, `<key>__none` tells that a fact `… or none` is none, and `<key>__unknown` that a fact about which something is
//! assumed is stated unknown. A value outside its bounds is `!`, so that no row can overflow; `facts` refuses it before.

use std::collections::BTreeMap;

use sqlparser::ast::DataType;

use super::date::CIVIL;
use super::dialect::Dialect;
use super::expr::{Sql, all, any, case, int, null};
use super::layers::Layers;
use super::refuse::{ENGINE, Refusal};
use super::set::SEPARATOR;
use super::shape::{ERROR, Kind, Members, NO, NONE, Shape, State, UNKNOWN, YES, scaled};
use crate::program::{FactId, Program};
use crate::value::{Type, Value};

/// The column that names a row.
pub const ID: &str = "id";
/// What follows the key in the column that tells a fact is none.
pub const NONE_SUFFIX: &str = "__none";
/// What follows the key in the column that tells a fact is stated unknown.
pub const UNKNOWN_SUFFIX: &str = "__unknown";
/// How the columns that a query makes begin.
const MADE_PREFIX: &str = "enact_";
/// How many digits a decimal fact has.
const DIGITS: u32 = 18;
/// How many of them are decimals, of a fact that is no amount.
const DECIMALS: u32 = 6;

/// The type of a column of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// `BOOLEAN`.
    Boolean,
    /// `BIGINT`: whole numbers, minutes after midnight, microseconds since 1970-01-01T00:00:00Z.
    Integer,
    /// `DECIMAL(18, 2)` or `DECIMAL(18, 6)`.
    Decimal {
        /// How many decimals.
        scale: u32,
    },
    /// `DATE`.
    Date,
    /// Text: a member as data spell it; of a set, members in the order of the enum with `;` around each.
    Text,
}

impl ColumnType {
    /// Returns it as SQL names it.
    pub fn text(self) -> String {
        match self {
            ColumnType::Boolean => "BOOLEAN".into(),
            ColumnType::Integer => "BIGINT".into(),
            ColumnType::Decimal { scale } => format!("DECIMAL({DIGITS}, {scale})"),
            ColumnType::Date => "DATE".into(),
            ColumnType::Text => "TEXT".into(),
        }
    }
}

/// A column of the table of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: ColumnType,
    /// The fact it tells of; nothing for [`ID`].
    pub fact: Option<FactId>,
}

/// Columns read so far, by name.
#[derive(Default)]
pub(crate) struct Inputs {
    columns: BTreeMap<String, Column>,
}

impl Inputs {
    fn add(&mut self, dialect: Dialect, layers: &mut Layers, name: String, ty: ColumnType, fact: FactId) -> Sql {
        let sql = layers.input(dialect, &name);
        self.columns.insert(name.clone(), Column { name, ty, fact: Some(fact) });
        sql
    }

    /// The column of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Column> {
        self.columns.get(name)
    }

    /// The condition that a fact is neither stated nor stated unknown.
    pub(crate) fn not_stated(&mut self, dialect: Dialect, program: &Program, layers: &mut Layers, fact: FactId) -> Sql {
        let key = &program.fact(fact).key;
        let name = format!("{key}{UNKNOWN_SUFFIX}");
        let unknown = self.add(dialect, layers, name, ColumnType::Boolean, fact);
        let mut parts = vec![layers.input(dialect, key).missing()];
        parts.push(any(vec![unknown.clone().missing(), unknown.not()]));
        if program.fact(fact).ty.is_optional() {
            let none = layers.input(dialect, &format!("{key}{NONE_SUFFIX}"));
            parts.push(any(vec![none.clone().missing(), none.not()]));
        }
        layers.column(all(parts))
    }

    /// Reads a fact as it is stated.
    pub(crate) fn read(
        &mut self,
        program: &Program,
        dialect: Dialect,
        layers: &mut Layers,
        fact: FactId,
    ) -> Result<Shape, Refusal> {
        let declared = program.fact(fact);
        let key = &declared.key;
        let other = |what: &str| Refusal::new(format!("the fact `{}`, {what}", declared.name), ENGINE);
        if key == ID || key.starts_with(MADE_PREFIX) {
            return Err(other(&format!("whose key `{key}` is taken: name it otherwise with `written`")));
        }
        let ty = declared.ty.required();
        let column_type = match ty {
            Type::YesNo => ColumnType::Boolean,
            Type::Integer | Type::Months | Type::Days | Type::Minutes | Type::Time | Type::Instant => {
                ColumnType::Integer
            }
            Type::Decimal => ColumnType::Decimal { scale: DECIMALS },
            Type::Money(_) => ColumnType::Decimal { scale: 2 },
            Type::Date => ColumnType::Date,
            Type::Text | Type::Enum(_) => ColumnType::Text,
            Type::Set(inner) => match inner.as_ref() {
                Type::Enum(id) if !program.enum_type(*id).open => {
                    let members = &program.enum_type(*id).members;
                    if members.values().any(|member| member.written.contains(SEPARATOR)) {
                        return Err(other(&format!("a set whose members hold `{SEPARATOR}`")));
                    }
                    ColumnType::Text
                }
                _ => return Err(other("a set of what is no closed enum")),
            },
            _ => return Err(other("a list, record or period")),
        };
        let column = self.add(dialect, layers, key.clone(), column_type, fact);
        let none = declared
            .ty
            .is_optional()
            .then(|| self.add(dialect, layers, format!("{key}{NONE_SUFFIX}"), ColumnType::Boolean, fact));
        let mut arms: Vec<(Sql, Sql)> = none.into_iter().map(|none| (none, int(NONE))).collect();
        let mut may = vec![UNKNOWN];
        may.extend(declared.ty.is_optional().then_some(NONE));
        if column_type == ColumnType::Boolean {
            arms.extend([(column.clone(), int(YES)), (column.not(), int(NO))]);
            may.extend([YES, NO]);
            let state = layers.column(case(arms, int(UNKNOWN)));
            return Ok(Shape::Logic(State::new(state, &may)));
        }
        arms.push((column.clone().missing(), int(UNKNOWN)));
        may.push(YES);
        let bounds = declared.within.as_ref();
        let (value, bounds, kind) =
            self::value(dialect, column, ty, bounds).ok_or_else(|| other("whose bounds are too wide"))?;
        let value = layers.column(value);
        let value = match bounds {
            Some((least, most)) => {
                let inside = value.clone().between(least, most);
                arms.push((inside.clone().not(), int(ERROR)));
                may.push(ERROR);
                layers.column(case(vec![(inside, value)], null()))
            }
            None => value,
        };
        let state = State::new(layers.column(case(arms, int(YES))), &may);
        if let Type::Set(_) = ty {
            return Ok(Shape::Set(state, Members::Column(value)));
        }
        Ok(Shape::Scalar(state, value, kind))
    }
}

type Read = (Sql, Option<(i64, i64)>, Kind);

/// The value in a column as a whole number or a word, its bounds where they are to be watched, and its kind.
fn value(dialect: Dialect, column: Sql, ty: &Type, within: Option<&(Value, Value)>) -> Option<Read> {
    let big = DataType::BigInt(None);
    let numbers = |scale: u32| {
        let whole = match within {
            Some((Value::Number(least), Value::Number(most))) => {
                // Bounds with more decimals than the column has are widened to the next it has.
                let least = scaled(
                    least.round_dp_with_strategy(scale, rust_decimal::RoundingStrategy::ToNegativeInfinity),
                    scale,
                )?;
                let most = scaled(
                    most.round_dp_with_strategy(scale, rust_decimal::RoundingStrategy::ToPositiveInfinity),
                    scale,
                )?;
                Some((i64::try_from(least).ok()?, i64::try_from(most).ok()?))
            }
            _ => None,
        };
        let widest = if scale == 0 { i128::from(i64::MAX) } else { 10i128.pow(DIGITS) - 1 };
        let (least, most) = whole.map_or((-widest, widest), |(least, most)| (i128::from(least), i128::from(most)));
        Some((whole, Kind::Number { scale, least, most }))
    };
    Some(match ty {
        Type::Integer | Type::Months | Type::Days | Type::Minutes => {
            let (bounds, kind) = numbers(0)?;
            (column.cast(big), bounds, kind)
        }
        Type::Decimal | Type::Money(_) => {
            let scale = if *ty == Type::Decimal { DECIMALS } else { 2 };
            let (bounds, kind) = numbers(scale)?;
            (column.times(int(10i64.pow(scale))).cast(big), bounds, kind)
        }
        Type::Date => {
            let kind = Kind::Date { least: CIVIL.0, most: CIVIL.1 };
            (dialect.days_of(column), Some(CIVIL), kind)
        }
        Type::Time => (column.cast(big), Some((0, 24 * 60)), Kind::Time),
        Type::Instant => (column.cast(big), None, Kind::Instant),
        _ => (column, None, Kind::Word),
    })
}
