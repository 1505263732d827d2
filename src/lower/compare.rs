//! Comparisons.

use crate::diagnostic::{Code, Diagnostic};
use crate::program::Op;
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Expr, ExprKind};
use crate::value::Type;

use super::graph::Typed;
use super::scope::Unit;
use super::{Lowerer, Reported};

impl<'a> Lowerer<'a> {
    pub(super) fn compare(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        op: CompareOp,
        left: &'a Expr,
        right: &'a Expr,
    ) -> Result<Typed, Reported> {
        let node = match op {
            CompareOp::Is | CompareOp::IsNot => self.equal(unit, span, left, right)?,
            CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual => {
                let (a, b) = self.pair(unit, left, right)?;
                let (a, b) = (self.required(unit, a, left.span), self.required(unit, b, right.span));
                let same = Self::join(&a.ty, &b.ty).is_some_and(|ty| ty.is_ordered());
                if !same {
                    return Err(self.incomparable(span, left.span, &a.ty, right.span, &b.ty));
                }
                match op {
                    CompareOp::Less => self.graph.node(Op::Less(a.node, b.node), Type::YesNo),
                    CompareOp::LessEqual => self.graph.node(Op::LessEqual(a.node, b.node), Type::YesNo),
                    CompareOp::Greater => self.graph.node(Op::Less(b.node, a.node), Type::YesNo),
                    _ => self.graph.node(Op::LessEqual(b.node, a.node), Type::YesNo),
                }
            }
            CompareOp::In | CompareOp::NotIn => self.membership(unit, span, left, right)?,
            CompareOp::Within | CompareOp::Overlaps => {
                let (a, b) = self.pair(unit, left, right)?;
                let (a, b) = (self.required(unit, a, left.span), self.required(unit, b, right.span));
                let a = self.as_period(&a).unwrap_or(a);
                let b = self.as_period(&b).unwrap_or(b);
                let fit = matches!((&a.ty, &b.ty), (Type::Period, Type::Period))
                    || matches!((&a.ty, &b.ty), (Type::Set(_), Type::Set(_))) && Self::join(&a.ty, &b.ty).is_some();
                if !fit {
                    let text = op.text();
                    let (found_a, found_b) = (self.graph.program.type_text(&a.ty), self.graph.program.type_text(&b.ty));
                    return Err(self.report(
                        Diagnostic::error(Code::TYPE, span, format!("`{text}` compares two sets or two periods"))
                            .label(left.span, format!("is `{found_a}`"))
                            .label(right.span, format!("is `{found_b}`"))
                            .help("for one member or day write `in`"),
                    ));
                }
                let node =
                    if op == CompareOp::Within { Op::Within(a.node, b.node) } else { Op::Overlaps(a.node, b.node) };
                self.graph.node(node, Type::YesNo)
            }
        };
        let negated = matches!(op, CompareOp::IsNot | CompareOp::NotIn);
        let node = if negated { self.graph.node(Op::Not(node), Type::YesNo) } else { node };
        Ok(Typed { node, ty: Type::YesNo })
    }

    fn equal(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        left: &'a Expr,
        right: &'a Expr,
    ) -> Result<crate::program::NodeId, Reported> {
        for (none, other) in [(right, left), (left, right)] {
            if matches!(none.kind, ExprKind::None) {
                let value = self.expr(unit, other, None)?;
                if !value.ty.is_optional() {
                    let ty = self.graph.program.type_text(&value.ty);
                    let text = self.text(other.span);
                    return Err(self.report(
                        Diagnostic::error(Code::TYPE, span, format!("`{text}` is never none"))
                            .label(other.span, format!("is `{ty}`"))
                            .help(format!("declare it as `{ty} or none` if it can be absent; a fact that is not stated is unknown, not none")),
                    ));
                }
                return Ok(self.graph.node(Op::IsNone(value.node), Type::YesNo));
            }
        }
        let (a, b) = self.pair(unit, left, right)?;
        if Self::join(&a.ty, &b.ty).is_none() {
            return Err(self.incomparable(span, left.span, &a.ty, right.span, &b.ty));
        }
        Ok(self.graph.node(Op::Equal(a.node, b.node), Type::YesNo))
    }

    fn membership(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        left: &'a Expr,
        right: &'a Expr,
    ) -> Result<crate::program::NodeId, Reported> {
        let (member, set) = if self.needs_type(unit, left) && !self.needs_type(unit, right) {
            let set = self.operand(unit, right, None)?;
            let element = element(&set.ty);
            (self.operand(unit, left, element.as_ref())?, set)
        } else {
            let member = self.operand(unit, left, None)?;
            let want = Type::Set(Box::new(member.ty.clone()));
            (member, self.operand(unit, right, Some(&want))?)
        };
        let set = self.as_period(&set).unwrap_or(set);
        let fit = match &set.ty {
            Type::Set(element) => Self::join(&member.ty, element).is_some(),
            Type::Period => member.ty == Type::Date,
            _ => false,
        };
        if fit {
            return Ok(self.graph.node(Op::In(member.node, set.node), Type::YesNo));
        }
        let (found_a, found_b) = (self.graph.program.type_text(&member.ty), self.graph.program.type_text(&set.ty));
        let help = match (&member.ty, &set.ty) {
            (Type::Set(_), Type::Set(_)) => "for a subset write `within`, for a member in common `overlaps`",
            (_, Type::List(_)) => "ask about the elements of a list: `any x in …: …`",
            _ => "`in` asks for a member of a set or a day of a period",
        };
        Err(self.report(
            Diagnostic::error(Code::TYPE, span, format!("`{found_a}` is never in `{found_b}`"))
                .label(left.span, format!("is `{found_a}`"))
                .label(right.span, format!("is `{found_b}`"))
                .help(help),
        ))
    }

    /// Lowers both sides of a comparison; a bare member takes its type from the other side.
    fn pair(&mut self, unit: &mut Unit<'a>, left: &'a Expr, right: &'a Expr) -> Result<(Typed, Typed), Reported> {
        if self.needs_type(unit, left) && !self.needs_type(unit, right) {
            let b = self.expr(unit, right, None)?;
            let a = self.expr(unit, left, Some(&b.ty))?;
            Ok((a, b))
        } else {
            let a = self.expr(unit, left, None)?;
            let b = self.expr(unit, right, Some(&a.ty))?;
            Ok((a, b))
        }
    }

    fn incomparable(&mut self, span: Span, left: Span, a: &Type, right: Span, b: &Type) -> Reported {
        let (found_a, found_b) = (self.graph.program.type_text(a), self.graph.program.type_text(b));
        let (code, help) = match (a.required(), b.required()) {
            (Type::Days, Type::Months) | (Type::Months, Type::Days) => {
                (Code::UNITS, "a month has no fixed number of days: compare dates, or say both in one unit")
            }
            (Type::Days | Type::Months, Type::Integer | Type::Decimal)
            | (Type::Integer | Type::Decimal, Type::Days | Type::Months) => {
                (Code::UNITS, "name the unit: `30 days`, `12 months`")
            }
            (Type::Money(_), Type::Money(_)) => (Code::UNITS, "amounts compare in one currency only"),
            (Type::Money(_), Type::Integer | Type::Decimal) | (Type::Integer | Type::Decimal, Type::Money(_)) => {
                (Code::UNITS, "name the currency: `100.00 CAD`")
            }
            (Type::Date, Type::Instant) | (Type::Instant, Type::Date) => {
                (Code::UNITS, "a date is no moment: `date of … in \"UTC\"` makes a date of an instant")
            }
            (Type::Set(_), _) | (_, Type::Set(_)) => (Code::TYPE, "for a member of a set write `in`"),
            _ => (Code::TYPE, "both sides must have one type, and `<` needs numbers, amounts, dates or times"),
        };
        self.report(
            Diagnostic::error(code, span, format!("`{found_a}` does not compare with `{found_b}`"))
                .label(left, format!("is `{found_a}`"))
                .label(right, format!("is `{found_b}`"))
                .help(help),
        )
    }
}

fn element(ty: &Type) -> Option<Type> {
    match ty {
        Type::Set(element) => Some((**element).clone()),
        Type::Period => Some(Type::Date),
        _ => None,
    }
}
