//! SQL expressions with the columns they read. Brackets are set where precedence asks for them.

use std::collections::BTreeSet;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList,
    FunctionArguments, Ident, InTarget, ObjectName, UnaryOperator, Value,
};

/// An expression, and the columns it reads by their index in [`super::layers::Layers`].
#[derive(Debug, Clone)]
pub(crate) struct Sql {
    pub(crate) expr: Expr,
    pub(crate) reads: BTreeSet<u32>,
}

/// A whole number.
pub(crate) fn int(number: i64) -> Sql {
    let digits = Expr::Value(Value::Number(number.unsigned_abs().to_string(), false).with_empty_span());
    plain(if number < 0 { Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(digits) } } else { digits })
}

/// A number in digits, with decimals.
pub(crate) fn number(digits: &str) -> Sql {
    plain(Expr::Value(Value::Number(digits.into(), false).with_empty_span()))
}

/// A text.
pub(crate) fn text(text: &str) -> Sql {
    plain(Expr::Value(Value::SingleQuotedString(text.into()).with_empty_span()))
}

/// `NULL`.
pub(crate) fn null() -> Sql {
    plain(Expr::Value(Value::Null.with_empty_span()))
}

/// `TRUE` or `FALSE`.
pub(crate) fn truth(yes: bool) -> Sql {
    plain(Expr::Value(Value::Boolean(yes).with_empty_span()))
}

/// `DATE '1970-01-01'`.
pub(crate) fn epoch() -> Sql {
    plain(Expr::TypedString(sqlparser::ast::TypedString {
        data_type: DataType::Date,
        value: Value::SingleQuotedString("1970-01-01".into()).with_empty_span(),
        uses_odbc_syntax: false,
    }))
}

fn plain(expr: Expr) -> Sql {
    Sql { expr, reads: BTreeSet::new() }
}

/// Reads a column.
pub(crate) fn column(name: Ident, index: u32) -> Sql {
    Sql { expr: Expr::Identifier(name), reads: BTreeSet::from([index]) }
}

/// All of some conditions; of none, `TRUE`.
pub(crate) fn all(parts: Vec<Sql>) -> Sql {
    chain(parts, BinaryOperator::And, true)
}

/// Any of some conditions; of none, `FALSE`.
pub(crate) fn any(parts: Vec<Sql>) -> Sql {
    chain(parts, BinaryOperator::Or, false)
}

fn chain(parts: Vec<Sql>, op: BinaryOperator, of_none: bool) -> Sql {
    let mut kept: Vec<Sql> = Vec::new();
    for part in parts {
        match part.as_truth() {
            Some(known) if known == of_none => {}
            Some(known) => return truth(known),
            None => kept.push(part),
        }
    }
    let joined = kept.into_iter().reduce(|a, b| a.binary(op.clone(), b));
    joined.unwrap_or_else(|| truth(of_none))
}

/// The sum; of nothing, 0.
pub(crate) fn sum(parts: Vec<Sql>) -> Sql {
    parts.into_iter().reduce(|a, b| a.plus(b)).unwrap_or_else(|| int(0))
}

/// `CASE WHEN … THEN … ELSE … END`; arms that cannot be reached are left out.
pub(crate) fn case(arms: Vec<(Sql, Sql)>, otherwise: Sql) -> Sql {
    let mut reads = BTreeSet::new();
    let mut conditions = Vec::new();
    let mut last = otherwise;
    for (condition, result) in arms {
        match condition.as_truth() {
            Some(false) => {}
            Some(true) => {
                last = result;
                break;
            }
            None => {
                reads.extend(condition.reads.iter().chain(&result.reads));
                conditions.push(CaseWhen { condition: condition.expr, result: result.expr });
            }
        }
    }
    if conditions.iter().all(|arm| arm.result == last.expr) {
        return last;
    }
    reads.extend(&last.reads);
    let (case_token, end_token) = (AttachedToken::empty(), AttachedToken::empty());
    let else_result = Some(Box::new(last.expr));
    Sql { expr: Expr::Case { case_token, end_token, operand: None, conditions, else_result }, reads }
}

/// A function of its arguments.
pub(crate) fn call(name: &str, args: Vec<Sql>) -> Sql {
    let reads = args.iter().flat_map(|arg| arg.reads.iter().copied()).collect();
    let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg.expr))).collect();
    let list = FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() };
    let expr = Expr::Function(Function {
        name: ObjectName::from(Ident::new(name)),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        within_group: Vec::new(),
        filter: None,
        null_treatment: None,
        over: None,
    });
    Sql { expr, reads }
}

impl Sql {
    /// The truth value it is, if it is a literal.
    pub(crate) fn as_truth(&self) -> Option<bool> {
        match &self.expr {
            Expr::Value(value) => match value.value {
                Value::Boolean(yes) => Some(yes),
                _ => None,
            },
            _ => None,
        }
    }

    /// The whole number it is, if it is a literal.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match &self.expr {
            Expr::Value(value) => match &value.value {
                Value::Number(digits, _) => digits.parse().ok(),
                _ => None,
            },
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match expr.as_ref() {
                Expr::Value(value) => match &value.value {
                    Value::Number(digits, _) => format!("-{digits}").parse().ok(),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is a literal or a column: repeated, it is not computed again.
    pub(crate) fn is_atom(&self) -> bool {
        matches!(self.expr, Expr::Value(_) | Expr::Identifier(_)) || self.as_int().is_some()
    }

    pub(crate) fn binary(self, op: BinaryOperator, other: Sql) -> Sql {
        let level = level_of(&op);
        // The left side of a chain needs no brackets; the right side does unless it binds closer.
        let left = nested(self.expr, level);
        let right = nested(other.expr, level + 1);
        let reads = self.reads.into_iter().chain(other.reads).collect();
        Sql { expr: Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }, reads }
    }

    pub(crate) fn plus(self, other: Sql) -> Sql {
        match (self.as_int(), other.as_int()) {
            (Some(0), _) => other,
            (_, Some(0)) => self,
            (_, Some(number)) if number < 0 && number != i64::MIN => self.binary(BinaryOperator::Minus, int(-number)),
            _ => self.binary(BinaryOperator::Plus, other),
        }
    }

    pub(crate) fn minus(self, other: Sql) -> Sql {
        match other.as_int() {
            Some(0) => self,
            Some(number) if number != i64::MIN => self.plus(int(-number)),
            _ => self.binary(BinaryOperator::Minus, other),
        }
    }

    pub(crate) fn times(self, other: Sql) -> Sql {
        match (self.as_int(), other.as_int()) {
            (Some(1), _) => other,
            (_, Some(1)) => self,
            _ => self.binary(BinaryOperator::Multiply, other),
        }
    }

    pub(crate) fn join(self, other: Sql) -> Sql {
        self.binary(BinaryOperator::StringConcat, other)
    }

    pub(crate) fn eq(self, other: Sql) -> Sql {
        match (self.as_int(), other.as_int()) {
            (Some(a), Some(b)) => truth(a == b),
            _ => self.binary(BinaryOperator::Eq, other),
        }
    }

    pub(crate) fn ne(self, other: Sql) -> Sql {
        match (self.as_int(), other.as_int()) {
            (Some(a), Some(b)) => truth(a != b),
            _ => self.binary(BinaryOperator::NotEq, other),
        }
    }

    pub(crate) fn lt(self, other: Sql) -> Sql {
        self.binary(BinaryOperator::Lt, other)
    }

    pub(crate) fn le(self, other: Sql) -> Sql {
        self.binary(BinaryOperator::LtEq, other)
    }

    pub(crate) fn gt(self, other: Sql) -> Sql {
        self.binary(BinaryOperator::Gt, other)
    }

    pub(crate) fn ge(self, other: Sql) -> Sql {
        self.binary(BinaryOperator::GtEq, other)
    }

    /// It lies between two numbers, both included.
    pub(crate) fn between(self, least: i64, most: i64) -> Sql {
        all(vec![self.clone().ge(int(least)), self.le(int(most))])
    }

    pub(crate) fn not(self) -> Sql {
        match self.as_truth() {
            Some(yes) => truth(!yes),
            None => Sql {
                expr: Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(nested(self.expr, NOT)) },
                reads: self.reads,
            },
        }
    }

    pub(crate) fn missing(self) -> Sql {
        Sql { expr: Expr::IsNull(Box::new(nested(self.expr, COMPARE + 1))), reads: self.reads }
    }

    /// It is one of these; of none, `FALSE`.
    pub(crate) fn one_of(self, list: Vec<Sql>) -> Sql {
        let mut list = list;
        match list.len() {
            0 => return truth(false),
            1 => return self.eq(list.swap_remove(0)),
            _ => {}
        }
        let mut reads = self.reads;
        reads.extend(list.iter().flat_map(|item| item.reads.iter().copied()));
        let list = list.into_iter().map(|item| item.expr).collect();
        let expr = Box::new(nested(self.expr, COMPARE + 1));
        let expr = Expr::In { expr, target: InTarget::List(list), negated: false, global: false };
        Sql { expr, reads }
    }

    /// Whether a text holds another.
    pub(crate) fn holds(self, part: Sql) -> Sql {
        let reads = self.reads.into_iter().chain(part.reads).collect();
        let position = Expr::Position {
            expr: Box::new(nested(part.expr, COMPARE + 1)),
            r#in: Box::new(nested(self.expr, COMPARE + 1)),
        };
        Sql { expr: position, reads }.gt(int(0))
    }

    pub(crate) fn cast(self, data_type: DataType) -> Sql {
        let expr = Expr::Cast { kind: CastKind::Cast, expr: Box::new(self.expr), data_type, format: None };
        Sql { expr, reads: self.reads }
    }
}

/// Levels of precedence, loosest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const JOIN: u8 = 5;
const ADD: u8 = 6;
const MULTIPLY: u8 = 7;
const ATOM: u8 = 9;

fn level_of(op: &BinaryOperator) -> u8 {
    match op {
        BinaryOperator::Or => OR,
        BinaryOperator::And => AND,
        BinaryOperator::StringConcat => JOIN,
        BinaryOperator::Plus | BinaryOperator::Minus => ADD,
        BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::DuckIntegerDivide
        | BinaryOperator::MyIntegerDivide => MULTIPLY,
        // Comparisons do not chain: both sides bind closer.
        _ => COMPARE,
    }
}

fn nested(expr: Expr, least: u8) -> Expr {
    let level = match &expr {
        Expr::BinaryOp { op, .. } => level_of(op),
        Expr::UnaryOp { op: UnaryOperator::Not, .. } => NOT,
        Expr::UnaryOp { .. } => ATOM,
        Expr::In { .. } | Expr::IsNull(_) => COMPARE,
        _ => ATOM,
    };
    if level < least || (level == COMPARE && least == COMPARE) { Expr::Nested(Box::new(expr)) } else { expr }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Sql {
        column(Ident::new(name), 0)
    }

    #[test]
    fn brackets_stand_where_precedence_asks_for_them() {
        let (a, b, c) = (name("a"), name("b"), name("c"));
        let sum = a.clone().minus(b.clone().plus(c.clone())).times(int(2));
        assert_eq!(sum.expr.to_string(), "(a - (b + c)) * 2");
        let condition = all(vec![any(vec![a.clone().eq(int(1)), b.clone().missing()]), c.clone().eq(int(-1)).not()]);
        assert_eq!(condition.expr.to_string(), "(a = 1 OR b IS NULL) AND NOT c = -1");
        assert_eq!(a.plus(int(-3)).minus(b.minus(c)).expr.to_string(), "a - 3 - (b - c)");
    }

    #[test]
    fn arms_that_cannot_be_reached_are_left_out() {
        let a = name("a");
        let one = case(vec![(truth(false), int(1)), (a.clone().eq(int(1)), int(2)), (truth(true), int(3))], int(4));
        assert_eq!(one.expr.to_string(), "CASE WHEN a = 1 THEN 2 ELSE 3 END");
        assert_eq!(case(vec![(a.eq(int(1)), int(2))], int(2)).expr.to_string(), "2");
    }
}
