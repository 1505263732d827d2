//! Numbers as whole ones: an amount is a number of cents, and every operation keeps within bounds that are shown here.
//!
//! The interpreter computes with 28 digits. What is shown to fit them is exact there and here, and never overflows.

use super::dialect::{Dialect, decimal};
use super::expr::{Sql, all, any, call, case, int, sum};
use super::layers::Layers;
use super::refuse::{ENGINE, Refusal};
use super::shape::{Kind, scaled};
use crate::program::Band;
use crate::syntax::ast::HalfWay;

/// How many digits the interpreter is exact to.
const DIGITS: u32 = 28;
/// How many digits a number in SQL has that does not fit 64 bits.
const WIDE_DIGITS: u32 = 38;

/// A number: its expression, its scale, and its bounds.
#[derive(Debug, Clone)]
pub(crate) struct Number {
    pub(crate) sql: Sql,
    pub(crate) scale: u32,
    pub(crate) least: i128,
    pub(crate) most: i128,
}

impl Number {
    pub(crate) fn new(sql: Sql, kind: &Kind) -> Option<Self> {
        match *kind {
            Kind::Number { scale, least, most } => Some(Number { sql, scale, least, most }),
            Kind::Nothing => Some(Number { sql, scale: 0, least: 0, most: 0 }),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        Kind::Number { scale: self.scale, least: self.least, most: self.most }
    }

    /// Whether its bounds fit 64 bits.
    pub(crate) fn is_narrow(&self) -> bool {
        [self.least, self.most].into_iter().all(|bound| i64::try_from(bound).is_ok())
    }

    /// The expression, widened if anything beside it is wide.
    fn widened(&self, wide: bool) -> Sql {
        if wide && self.is_narrow() { self.sql.clone().cast(decimal(WIDE_DIGITS, 0)) } else { self.sql.clone() }
    }

    fn fits(self) -> Result<Self, Refusal> {
        let limit = 10i128.pow(DIGITS);
        if -limit < self.least && self.most < limit {
            Ok(self)
        } else {
            let help = format!("state `within` for the facts it is made of, or {ENGINE}");
            Err(Refusal::new(format!("a number here may need more than {DIGITS} digits"), help))
        }
    }

    /// The same number with more decimals.
    pub(crate) fn at_scale(&self, scale: u32) -> Result<Self, Refusal> {
        let times = 10i128.checked_pow(scale.saturating_sub(self.scale)).filter(|_| scale <= DIGITS);
        let bounds = times.and_then(|times| Some((self.least.checked_mul(times)?, self.most.checked_mul(times)?)));
        let too_long = || Refusal::new(format!("a number here may need more than {DIGITS} digits"), ENGINE);
        let (least, most) = bounds.ok_or_else(too_long)?;
        let mut result = Number { scale, least, most, sql: self.sql.clone() }.fits()?;
        if scale > self.scale {
            let factor = times.and_then(|times| i64::try_from(times).ok()).ok_or_else(too_long)?;
            result.sql = self.widened(!result.is_narrow()).times(int(factor));
        }
        Ok(result)
    }
}

/// Both with the same number of decimals.
pub(crate) fn aligned(a: &Number, b: &Number) -> Result<(Number, Number), Refusal> {
    let scale = a.scale.max(b.scale);
    let (a, b) = (a.at_scale(scale)?, b.at_scale(scale)?);
    let wide = !(a.is_narrow() && b.is_narrow());
    let (x, y) = (a.widened(wide), b.widened(wide));
    Ok((Number { sql: x, ..a }, Number { sql: y, ..b }))
}

/// `a + b`.
pub(crate) fn add(a: &Number, b: &Number) -> Result<Number, Refusal> {
    let (a, b) = aligned(a, b)?;
    let (least, most) = (a.least + b.least, a.most + b.most);
    build(&a, &b, a.scale, least, most, Sql::plus)
}

/// `a - b`.
pub(crate) fn subtract(a: &Number, b: &Number) -> Result<Number, Refusal> {
    let (a, b) = aligned(a, b)?;
    let (least, most) = (a.least - b.most, a.most - b.least);
    build(&a, &b, a.scale, least, most, Sql::minus)
}

/// `a * b`.
pub(crate) fn multiply(a: &Number, b: &Number) -> Result<Number, Refusal> {
    let corners = [(a.least, b.least), (a.least, b.most), (a.most, b.least), (a.most, b.most)];
    let products = corners.iter().map(|(x, y)| x.checked_mul(*y)).collect::<Option<Vec<i128>>>();
    let bounds = products.and_then(|products| Some((*products.iter().min()?, *products.iter().max()?)));
    // More than 38 digits are more than 28.
    let (least, most) = bounds.unwrap_or((i128::MIN, i128::MAX));
    build(a, b, a.scale + b.scale, least, most, Sql::times)
}

fn build(
    a: &Number,
    b: &Number,
    scale: u32,
    least: i128,
    most: i128,
    op: fn(Sql, Sql) -> Sql,
) -> Result<Number, Refusal> {
    let result = Number { sql: int(0), scale, least, most }.fits()?;
    let wide = !(result.is_narrow() && a.is_narrow() && b.is_narrow());
    let sql = op(a.widened(wide), b.widened(wide));
    Ok(Number { sql, ..result })
}

/// `-a`.
pub(crate) fn negate(a: &Number) -> Result<Number, Refusal> {
    subtract(&Number { sql: int(0), scale: 0, least: 0, most: 0 }, a)
}

/// The least or greatest of some numbers.
pub(crate) fn extreme(least: bool, parts: &[Number]) -> Result<Number, Refusal> {
    let scale = parts.iter().map(|part| part.scale).max().unwrap_or(0);
    let parts = parts.iter().map(|part| part.at_scale(scale)).collect::<Result<Vec<_>, _>>()?;
    let wide = parts.iter().any(|part| !part.is_narrow());
    let of = |bound: fn(&Number) -> i128, pick: fn(i128, i128) -> i128| {
        parts.iter().map(bound).reduce(pick).unwrap_or_default()
    };
    let (name, pick): (_, fn(i128, i128) -> i128) = if least { ("LEAST", i128::min) } else { ("GREATEST", i128::max) };
    let (low, high) = (of(|part| part.least, pick), of(|part| part.most, pick));
    let sql = call(name, parts.iter().map(|part| part.widened(wide)).collect());
    Ok(Number { sql, scale, least: low, most: high })
}

/// `round (a) to n places`.
pub(crate) fn round(
    layers: &mut Layers,
    dialect: Dialect,
    a: &Number,
    places: u32,
    half: HalfWay,
) -> Result<Number, Refusal> {
    if places >= a.scale {
        return Ok(a.clone());
    }
    let narrow = |number: i128| i64::try_from(number).ok().filter(|number| number.unsigned_abs() < 1 << 61);
    let unit = 10i128.checked_pow(a.scale - places).and_then(narrow);
    let (Some(unit), Some(_), Some(_)) = (unit, narrow(a.least), narrow(a.most)) else {
        return Err(Refusal::new("a number here is too large to be rounded", ENGINE));
    };
    let value = layers.column(a.sql.clone());
    let size = layers.column(case(vec![(value.clone().lt(int(0)), int(0).minus(value.clone()))], value.clone()));
    let twice = || int(2).times(size.clone());
    let rounded = match half {
        HalfWay::Up => dialect.divide(twice().plus(int(unit)), int(2 * unit)),
        HalfWay::Down => dialect.divide(twice().plus(int(unit - 1)), int(2 * unit)),
        HalfWay::Even => {
            let down = layers.column(dialect.divide(size.clone(), int(unit)));
            let rest = layers.column(twice().minus(int(2 * unit).times(down.clone())));
            let odd = down.clone().minus(int(2).times(dialect.divide(down.clone(), int(2)))).eq(int(1));
            let up = any(vec![rest.clone().gt(int(unit)), all(vec![rest.eq(int(unit)), odd])]);
            down.plus(case(vec![(up, int(1))], int(0)))
        }
    };
    let rounded = layers.column(rounded);
    let sql = case(vec![(value.lt(int(0)), int(0).minus(rounded.clone()))], rounded);
    let unit = i128::from(unit);
    Ok(Number { sql, scale: places, least: a.least / unit - 1, most: a.most / unit + 1 })
}

/// A marginal scale: rate times part for each slice.
pub(crate) fn marginal(amount: &Number, bands: &[Band]) -> Result<Number, Refusal> {
    let zero = Number { sql: int(0), scale: 0, least: 0, most: 0 };
    let too_long = || Refusal::new("a scale with numbers that do not fit 64 bits", ENGINE);
    let constant = |number: rust_decimal::Decimal| {
        let number = number.normalize();
        let value = scaled(number, number.scale()).ok_or_else(too_long)?;
        let literal = i64::try_from(value).map_err(|_| too_long())?;
        Ok(Number { sql: int(literal), scale: number.scale(), least: value, most: value })
    };
    let mut lower = zero.clone();
    let mut slices = Vec::new();
    for (rate, upper) in bands {
        let end = match upper {
            Some(upper) => extreme(true, &[amount.clone(), constant(*upper)?])?,
            None => amount.clone(),
        };
        let slice = multiply(&extreme(false, &[subtract(&end, &lower)?, zero.clone()])?, &constant(*rate)?)?;
        slices.push(slice);
        if let Some(upper) = upper {
            lower = constant(*upper)?;
        }
    }
    total(&slices)
}

/// The sum of some numbers.
pub(crate) fn total(parts: &[Number]) -> Result<Number, Refusal> {
    let scale = parts.iter().map(|part| part.scale).max().unwrap_or(0);
    let parts = parts.iter().map(|part| part.at_scale(scale)).collect::<Result<Vec<_>, _>>()?;
    let (least, most) = (parts.iter().map(|part| part.least).sum(), parts.iter().map(|part| part.most).sum());
    let result = Number { sql: int(0), scale, least, most }.fits()?;
    let wide = !result.is_narrow() || parts.iter().any(|part| !part.is_narrow());
    Ok(Number { sql: sum(parts.iter().map(|part| part.widened(wide)).collect()), ..result })
}
