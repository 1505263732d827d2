//! Sums, products, durations and roundings.

use rust_decimal::Decimal;

use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::program::Op;
use crate::source::Span;
use crate::syntax::ast::{ArithmeticOp, Expr, ExprKind, HalfWay, Rounding, Unit as TimeUnit};
use crate::value::{Type, Value};

use super::graph::Typed;
use super::scope::Unit;
use super::{Lowerer, Reported};

impl<'a> Lowerer<'a> {
    pub(super) fn arithmetic(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        op: ArithmeticOp,
        left: &'a Expr,
        right: &'a Expr,
        want: Option<&Type>,
    ) -> Result<Typed, Reported> {
        if let (ArithmeticOp::Subtract, Some(meant)) = (op, hyphenated(unit, left, right)) {
            let text = self.text(span);
            return Err(self.report(
                Diagnostic::error(Code::UNKNOWN_NAME, span, format!("unknown name `{text}`"))
                    .found("a hyphen subtracts")
                    .help(format!("did you mean `{meant}`?")),
            ));
        }
        let want = want.filter(|want| !matches!(want.required(), Type::Date | Type::Instant));
        let a = self.operand(unit, left, want)?;
        if a.ty == Type::Date && matches!(op, ArithmeticOp::Add | ArithmeticOp::Subtract) {
            return self.shift_date(unit, span, op, left, a, right);
        }
        let b = self.operand(unit, right, want)?;
        use ArithmeticOp::{Add, Divide, Multiply, Subtract};
        use Type::{Date, Days, Decimal, Instant, Integer, Minutes, Money, Months};
        let (build, ty): (fn(_, _) -> Op, Type) = match (op, &a.ty, &b.ty) {
            (Add, Integer, Integer) => (Op::Add, Integer),
            (Subtract, Integer, Integer) => (Op::Subtract, Integer),
            (Multiply, Integer, Integer) => (Op::Multiply, Integer),
            (Add, Integer | Decimal, Integer | Decimal) => (Op::Add, Decimal),
            (Subtract, Integer | Decimal, Integer | Decimal) => (Op::Subtract, Decimal),
            (Multiply, Integer | Decimal, Integer | Decimal) => (Op::Multiply, Decimal),
            (Divide, Integer | Decimal, Integer | Decimal) => (Op::Divide, Decimal),
            (Add, x @ (Money(_) | Months | Days | Minutes), y) if x == y => (Op::Add, x.clone()),
            (Subtract, x @ (Money(_) | Months | Days | Minutes), y) if x == y => (Op::Subtract, x.clone()),
            (Multiply, x @ Money(_), Integer | Decimal) | (Multiply, Integer | Decimal, x @ Money(_)) => {
                (Op::Multiply, x.clone())
            }
            (Multiply, x @ (Months | Days | Minutes), Integer) | (Multiply, Integer, x @ (Months | Days | Minutes)) => {
                (Op::Multiply, x.clone())
            }
            (Divide, x @ Money(_), Integer | Decimal) => (Op::Divide, x.clone()),
            (Divide, Money(x), Money(y)) if x == y => (Op::Divide, Decimal),
            (Add, Instant, Minutes) => (Op::AddMinutes, Instant),
            (Subtract, Instant, Minutes) => {
                let back = self.graph.node(Op::Negate(b.node), Minutes);
                return Ok(self.graph.typed(Op::AddMinutes(a.node, back), Instant));
            }
            (Add, Days | Months, Date) => {
                let (first, second) = (self.text(left.span), self.text(right.span));
                return Err(self.report(
                    Diagnostic::error(Code::UNITS, span, "a duration comes after the date")
                        .help(format!("write `{second} + {first}`")),
                ));
            }
            _ => {
                let sign = match op {
                    Add => "+",
                    Subtract => "-",
                    Multiply => "*",
                    Divide => "/",
                };
                let (found_a, found_b) = (self.graph.program.type_text(&a.ty), self.graph.program.type_text(&b.ty));
                let help = match (&a.ty, &b.ty) {
                    (Money(_), Money(_)) => "amounts of one currency are added and subtracted; a rate is a number",
                    (Days, Months) | (Months, Days) => "add them to a date one after the other: `d + 1 month + 2 days`",
                    (Money(_), _) | (_, Money(_)) => "name the currency: `100.00 CAD`",
                    (Instant, _) => "hours and minutes are added to an instant",
                    _ => "both sides must be numbers or amounts of one kind",
                };
                return Err(self.report(
                    Diagnostic::error(Code::UNITS, span, format!("`{sign}` does not join `{found_a}` and `{found_b}`"))
                        .label(left.span, format!("is `{found_a}`"))
                        .label(right.span, format!("is `{found_b}`"))
                        .help(help),
                ));
            }
        };
        Ok(self.graph.typed(build(a.node, b.node), ty))
    }

    /// Adds to or subtracts from a date.
    fn shift_date(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        op: ArithmeticOp,
        left: &Expr,
        date: Typed,
        right: &'a Expr,
    ) -> Result<Typed, Reported> {
        if let ExprKind::Duration(number, TimeUnit::BusinessDays(calendar)) = &right.kind {
            let number = self.expr_as(unit, number, &Type::Integer)?;
            let Some(calendar) = calendar else {
                return Err(self.report(
                    Diagnostic::error(Code::UNIT, right.span, "business days of which calendar?")
                        .help("write `30 business days of canada`"),
                ));
            };
            let Some(&(calendar, declared)) = unit.calendars.get(calendar.value.as_str()) else {
                if unit.lost.contains(&calendar.value.as_str()) {
                    return Err(Reported);
                }
                let hint = suggest(&calendar.value, unit.calendars.keys().copied());
                return Err(self.report(
                    Diagnostic::error(
                        Code::UNKNOWN_NAME,
                        calendar.span,
                        format!("unknown calendar `{}`", calendar.value),
                    )
                    .help(hint.unwrap_or_else(|| {
                        "declare it: `calendar … weekend {saturday, sunday} holidays …`".to_string()
                    })),
                ));
            };
            self.mark_used(declared);
            let days = self.signed(op, number.node, Type::Days);
            return Ok(self.graph.typed(Op::AddBusinessDays(date.node, days, calendar), Type::Date));
        }
        let amount = self.operand(unit, right, None)?;
        match amount.ty {
            Type::Days => {
                let days = self.signed(op, amount.node, Type::Days);
                Ok(self.graph.typed(Op::AddDays(date.node, days), Type::Date))
            }
            Type::Months => {
                let may_miss = match self.graph.constant_value(date.node) {
                    Some(Value::Date(date)) => chrono::Datelike::day(date) > 28,
                    _ => true,
                };
                let rounding =
                    if may_miss { Some(self.rounding(unit, span, &self.text(span))?) } else { unit.sum_rounding };
                let months = self.signed(op, amount.node, Type::Months);
                Ok(self.graph.typed(Op::AddMonths(date.node, months, rounding), Type::Date))
            }
            Type::Date => {
                let (first, second) = (self.text(left.span), self.text(right.span));
                Err(self.report(
                    Diagnostic::error(Code::UNITS, span, "dates are not added or subtracted")
                        .help(format!("write `days from {second} to {first}` or `months from {second} to {first}`")),
                ))
            }
            Type::Integer | Type::Decimal => {
                let text = self.text(right.span);
                Err(self.report(
                    Diagnostic::error(Code::UNIT, right.span, "a number without a unit is added to a date")
                        .help(format!("name the unit: `{text} days` or `{text} months`")),
                ))
            }
            other => {
                let found = self.graph.program.type_text(&other);
                Err(self.report(
                    Diagnostic::error(Code::UNITS, right.span, format!("`{found}` is not added to a date"))
                        .help("add days, weeks, months, years or business days"),
                ))
            }
        }
    }

    fn signed(&mut self, op: ArithmeticOp, amount: crate::program::NodeId, ty: Type) -> crate::program::NodeId {
        if op == ArithmeticOp::Subtract { self.graph.node(Op::Negate(amount), ty) } else { amount }
    }

    /// Returns the rounding of months in force, or says that it must be named.
    pub(super) fn rounding(&mut self, unit: &Unit<'a>, span: Span, what: &str) -> Result<Rounding, Reported> {
        unit.sum_rounding.ok_or_else(|| {
            self.report(
                Diagnostic::error(Code::NO_ROUNDING, span, "a month can end before the day this lands on, and no rounding is named")
                    .help(format!(
                        "write `{what} rounding down` (2024-01-31 + 1 month = 2024-02-29) or `rounding up` (2024-03-01), or say `months round down` in the policy's head"
                    )),
            )
        })
    }

    pub(super) fn duration(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        number: &'a Expr,
        time: &'a TimeUnit,
    ) -> Result<Typed, Reported> {
        let (factor, ty) = match time {
            TimeUnit::Days => (1, Type::Days),
            TimeUnit::Weeks => (7, Type::Days),
            TimeUnit::Months => (1, Type::Months),
            TimeUnit::Years => (12, Type::Months),
            TimeUnit::Hours => (60, Type::Minutes),
            TimeUnit::Minutes => (1, Type::Minutes),
            TimeUnit::BusinessDays(_) => {
                return Err(self.report(
                    Diagnostic::error(Code::UNIT, span, "business days are only added to a date")
                        .help("write `d + 30 business days of canada`"),
                ));
            }
        };
        let typed = self.operand(unit, number, Some(&Type::Integer))?;
        if typed.ty != Type::Integer {
            return Err(self.mismatch(number.span, &Type::Integer, &typed.ty));
        }
        if let Some(Value::Number(number)) = self.graph.constant_value(typed.node)
            && let Some(total) = number.checked_mul(Decimal::from(factor))
        {
            return Ok(self.graph.constant(Value::Number(total), ty));
        }
        if factor == 1 {
            // The same number, counted in another unit: times one gives the node its own type.
            let one = self.graph.constant(Value::integer(1), Type::Integer).node;
            return Ok(self.graph.typed(Op::Multiply(typed.node, one), ty));
        }
        let factor = self.graph.constant(Value::integer(factor), Type::Integer).node;
        Ok(self.graph.typed(Op::Multiply(typed.node, factor), ty))
    }

    pub(super) fn round(
        &mut self,
        unit: &mut Unit<'a>,
        inner: &'a Expr,
        places: u32,
        half: HalfWay,
    ) -> Result<Typed, Reported> {
        let typed = self.operand(unit, inner, None)?;
        let ty = match typed.ty {
            Type::Integer | Type::Decimal if places == 0 => Type::Integer,
            Type::Integer | Type::Decimal => Type::Decimal,
            Type::Money(currency) => Type::Money(currency),
            other => return Err(self.mismatch(inner.span, &Type::Decimal, &other)),
        };
        Ok(self.graph.typed(Op::Round(typed.node, places, half), ty))
    }

    pub(super) fn days_covered(
        &mut self,
        unit: &mut Unit<'a>,
        list: &'a Expr,
        within: &'a Expr,
    ) -> Result<Typed, Reported> {
        let within = self.expr_as(unit, within, &Type::Period)?;
        let typed = self.operand(unit, list, None)?;
        let fields = match &typed.ty {
            Type::Period => None,
            Type::List(id) => match self.graph.program.record(*id).period {
                Some(period) => Some(period),
                None => {
                    let name = self.graph.program.record(*id).name.clone();
                    return Err(self.report(
                        Diagnostic::error(Code::TYPE, list.span, format!("`{name}` is no period"))
                            .help(format!("declare it: `record {name} {{ … }} is period start through last`")),
                    ));
                }
            },
            _ => match self.as_period(&typed) {
                Some(period) => {
                    return Ok(self
                        .graph
                        .typed(Op::DaysCovered { list: period.node, within: within.node, fields: None }, Type::Days));
                }
                None => return Err(self.mismatch(list.span, &Type::Period, &typed.ty)),
            },
        };
        Ok(self.graph.typed(Op::DaysCovered { list: typed.node, within: within.node, fields }, Type::Days))
    }
}

/// Returns the name with underscores that a name with hyphens means: `trv-required`.
fn hyphenated(unit: &Unit<'_>, left: &Expr, right: &Expr) -> Option<String> {
    let (left, right) = (underscored(left)?, underscored(right)?);
    let meant = format!("{left}_{right}");
    (unit.has_value(&meant) && !(unit.has_value(&left) && unit.has_value(&right))).then_some(meant)
}

/// Returns a word, or words with hyphens between them, with underscores.
fn underscored(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Path(path) => path.single().map(|name| name.value.clone()),
        ExprKind::Arithmetic(ArithmeticOp::Subtract, left, right) => {
            Some(format!("{}_{}", underscored(left)?, underscored(right)?))
        }
        _ => None,
    }
}
