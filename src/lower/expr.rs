//! Expressions to nodes: names resolved, types checked.

use crate::diagnostic::{Code, Diagnostic, did_you_mean, suggest};
use crate::program::{Domain, FoldKind, Op, OriginKind};
use crate::source::Span;
use crate::syntax::ast::{Binder, BlockKind, Expr, ExprKind, Item, Name, Path, Quantifier, Text};
use crate::value::{EnumId, Type, Value};

use super::graph::Typed;
use super::guard::Chain;
use super::scope::{Entity, TypeEntity, Unit};
use super::types::percent;
use super::{Lowerer, Reported};

/// How deep quantifiers may stand inside each other: each level is a bit of [`crate::program::NodeInfo::free`].
pub const MAX_QUANTIFIERS: u32 = 32;

impl<'a> Lowerer<'a> {
    /// Lowers an expression whose type must fit `want`.
    pub(super) fn expr_as(&mut self, unit: &mut Unit<'a>, expr: &'a Expr, want: &Type) -> Result<Typed, Reported> {
        let typed = self.expr(unit, expr, Some(want))?;
        let typed = if want.is_optional() || Self::fits(&typed.ty, want) {
            typed
        } else {
            self.required(unit, typed, expr.span)
        };
        if Self::fits(&typed.ty, want) {
            return Ok(typed);
        }
        if *want == Type::Period
            && let Some(period) = self.as_period(&typed)
        {
            return Ok(period);
        }
        Err(self.mismatch(expr.span, want, &typed.ty))
    }

    /// Lowers a condition.
    pub(super) fn condition(&mut self, unit: &mut Unit<'a>, expr: &'a Expr) -> Result<Typed, Reported> {
        self.expr_as(unit, expr, &Type::YesNo)
    }

    /// Lowers a clause or block element and labels it.
    pub(super) fn item(&mut self, unit: &mut Unit<'a>, item: &'a Item, want: Option<&Type>) -> Result<Typed, Reported> {
        let typed = match want {
            Some(want) => self.expr_as(unit, &item.expr, want)?,
            None => self.expr(unit, &item.expr, None)?,
        };
        let origin =
            self.condition_origin(unit, OriginKind::Condition, item.expr.span, &item.tags, item.label.as_ref());
        Ok(self.graph.typed(Op::Clause(origin, typed.node), typed.ty))
    }

    /// Lowers an expression. `want` only helps to find members and the type of empty sets.
    pub(super) fn expr(&mut self, unit: &mut Unit<'a>, expr: &'a Expr, want: Option<&Type>) -> Result<Typed, Reported> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Bool(yes) => Ok(self.graph.constant(Value::Bool(*yes), Type::YesNo)),
            ExprKind::None => match want {
                Some(want) if want.is_optional() => Ok(self.graph.constant(Value::None, want.clone())),
                Some(want) => {
                    let text = self.graph.program.type_text(want);
                    Err(self.report(
                        Diagnostic::error(Code::TYPE, span, format!("`none` is no `{text}`"))
                            .help(format!("declare the type as `{text} or none` if it can be absent")),
                    ))
                }
                None => Err(self.report(
                    Diagnostic::error(Code::TYPE, span, "the type of this `none` is not known")
                        .help("compare with it: `x is none`"),
                )),
            },
            ExprKind::Number(number) => {
                let ty = if number.scale() == 0 { Type::Integer } else { Type::Decimal };
                Ok(self.graph.constant(Value::Number(*number), ty))
            }
            ExprKind::Percent(number) => Ok(self.graph.constant(percent(*number), Type::Decimal)),
            ExprKind::Money(amount, currency) => {
                let currency = self.currency(currency)?;
                Ok(self.graph.constant(Value::Number(*amount), Type::Money(currency)))
            }
            ExprKind::Date(date) => Ok(self.graph.constant(Value::Date(*date), Type::Date)),
            ExprKind::Time(minutes) => Ok(self.graph.constant(Value::Time(*minutes), Type::Time)),
            ExprKind::Instant(instant) => Ok(self.graph.constant(Value::Instant(instant.to_utc()), Type::Instant)),
            ExprKind::Text(text) => self.text_literal(span, text, want),
            ExprKind::Path(path) => self.path(unit, path, want),
            ExprKind::Set(members) => self.set(unit, span, members, want),
            ExprKind::Paren(inner) => {
                let outer = std::mem::replace(&mut unit.sum_rounding, unit.rounding);
                let typed = self.expr(unit, inner, want);
                unit.sum_rounding = outer;
                typed
            }
            ExprKind::Block(kind, items) => self.block(unit, span, *kind, items),
            ExprKind::And(parts) => self.chain(unit, Chain::And, parts),
            ExprKind::Or(parts) => self.chain(unit, Chain::Or, parts),
            ExprKind::Not(inner) => {
                let inner = self.condition(unit, inner)?;
                Ok(self.graph.typed(Op::Not(inner.node), Type::YesNo))
            }
            ExprKind::Implies(left, right) => {
                let (left, left_obligations) = self.apart(unit, |this, unit| this.part(unit, left));
                let (right, right_obligations) = self.apart(unit, |this, unit| this.part(unit, right));
                let (left, right) = (left?, right?);
                let not_left = self.graph.node(Op::Not(left.node), Type::YesNo);
                self.discharge_chain(
                    unit,
                    Chain::Or,
                    vec![(not_left, left_obligations), (right.node, right_obligations)],
                );
                Ok(self.graph.typed(Op::Any([not_left, right.node].into()), Type::YesNo))
            }
            ExprKind::Compare(op, left, right) => self.compare(unit, span, *op, left, right),
            ExprKind::IsEmpty(inner, negated) => {
                let typed = self.expr(unit, inner, None)?;
                let typed = self.required(unit, typed, inner.span);
                if !matches!(typed.ty, Type::Set(_) | Type::List(_)) {
                    return Err(self.not_a_collection(inner.span, &typed.ty));
                }
                let empty = self.graph.node(Op::IsEmpty(typed.node), Type::YesNo);
                let node = if *negated { self.graph.node(Op::Not(empty), Type::YesNo) } else { empty };
                Ok(Typed { node, ty: Type::YesNo })
            }
            ExprKind::Arithmetic(op, left, right) => self.arithmetic(unit, span, *op, left, right, want),
            ExprKind::Negate(inner) => {
                let typed = self.operand(unit, inner, want)?;
                match typed.ty {
                    Type::Integer | Type::Decimal | Type::Money(_) | Type::Months | Type::Days | Type::Minutes => {
                        Ok(self.graph.typed(Op::Negate(typed.node), typed.ty))
                    }
                    other => Err(self.mismatch(inner.span, &Type::Decimal, &other)),
                }
            }
            ExprKind::Rounding(inner, direction) => {
                let outer = unit.sum_rounding.replace(*direction);
                let typed = self.expr(unit, inner, want);
                unit.sum_rounding = outer;
                typed
            }
            ExprKind::Duration(number, unit_of_time) => self.duration(unit, span, number, unit_of_time),
            ExprKind::Period { start, end, inclusive } => {
                let start = self.expr_as(unit, start, &Type::Date)?;
                let end = self.expr_as(unit, end, &Type::Date.optional())?;
                Ok(self.graph.typed(Op::Period(start.node, end.node, *inclusive), Type::Period))
            }
            ExprKind::AsOf(inner, day) => {
                let day = self.expr(unit, day, Some(&Type::Date)).map(|typed| self.required(unit, typed, day.span))?;
                if !matches!(day.ty, Type::Date | Type::Instant) {
                    return Err(self.mismatch(span, &Type::Date, &day.ty));
                }
                let clock = crate::program::Clock { day: day.node, moment: None };
                let outer = std::mem::replace(&mut unit.clock, clock);
                let typed = self.expr(unit, inner, want);
                unit.clock = outer;
                typed
            }
            ExprKind::Call(callee, arguments) => self.call(unit, span, callee, arguments, want),
            ExprKind::Field(record, name) => {
                let record_span = record.span;
                let record = self.expr(unit, record, None)?;
                self.field(unit, record, record_span, name)
            }
            ExprKind::If(condition, then, otherwise) => self.conditional(unit, span, condition, then, otherwise, want),
            ExprKind::Quantified(quantifier, binder, body) => {
                let (domain, level, body) = self.bound(unit, binder, |this, unit| this.part(unit, body))?;
                let body = body.node;
                let op = match quantifier {
                    Quantifier::Every => Op::Every { domain, level, body },
                    Quantifier::Any | Quantifier::No => Op::Exists { domain, level, body },
                };
                let node = self.graph.node(op, Type::YesNo);
                let node =
                    if *quantifier == Quantifier::No { self.graph.node(Op::Not(node), Type::YesNo) } else { node };
                Ok(Typed { node, ty: Type::YesNo })
            }
            ExprKind::CountWhere(binder, condition) => {
                let one = self.graph.constant(Value::integer(1), Type::Integer).node;
                let (domain, level, filter) = self.bound(unit, binder, |this, unit| {
                    condition.as_ref().map(|condition| this.part(unit, condition)).transpose()
                })?;
                let filter = filter.map(|filter| filter.node);
                Ok(self
                    .graph
                    .typed(Op::Fold { fold: FoldKind::Count, domain, level, value: one, filter }, Type::Integer))
            }
            ExprKind::Count(inner) => {
                let typed = self.expr(unit, inner, None)?;
                let typed = self.required(unit, typed, inner.span);
                if !matches!(typed.ty, Type::Set(_) | Type::List(_)) {
                    return Err(self.not_a_collection(inner.span, &typed.ty));
                }
                Ok(self.graph.typed(Op::Count(typed.node), Type::Integer))
            }
            ExprKind::DaysFrom(from, to) => {
                let (from, to) = (self.expr_as(unit, from, &Type::Date)?, self.expr_as(unit, to, &Type::Date)?);
                Ok(self.graph.typed(Op::DaysBetween(from.node, to.node), Type::Days))
            }
            ExprKind::MonthsFrom(from, to) => {
                let rounding = self.rounding(unit, span, "months from … to …")?;
                let (from, to) = (self.expr_as(unit, from, &Type::Date)?, self.expr_as(unit, to, &Type::Date)?);
                Ok(self.graph.typed(Op::MonthsBetween(from.node, to.node, rounding), Type::Months))
            }
            ExprKind::DaysCovered(list, within) => self.days_covered(unit, list, within),
            ExprKind::Round(inner, places, half) => self.round(unit, inner, *places, *half),
            ExprKind::WeekdayOf(day) => {
                let day = self.expr_as(unit, day, &Type::Date)?;
                Ok(self.graph.typed(Op::WeekdayOf(day.node), Type::Enum(EnumId::WEEKDAY)))
            }
            ExprKind::EndOfMonth(day) => {
                let day = self.expr_as(unit, day, &Type::Date)?;
                Ok(self.graph.typed(Op::EndOfMonth(day.node), Type::Date))
            }
            ExprKind::EndOfDay(day, zone) => {
                let day = self.expr_as(unit, day, &Type::Date)?;
                let zone = self.zone(span, zone.as_ref())?;
                Ok(self.graph.typed(Op::EndOfDay(day.node, zone), Type::Instant))
            }
            ExprKind::DateOf(instant, zone) => {
                let instant = self.expr_as(unit, instant, &Type::Instant)?;
                let zone = self.zone(span, zone.as_ref())?;
                Ok(self.graph.typed(Op::DateOf(instant.node, zone), Type::Date))
            }
        }
    }

    /// Lowers a part of a chain and keeps its words.
    fn part(&mut self, unit: &mut Unit<'a>, expr: &'a Expr) -> Result<Typed, Reported> {
        let typed = self.condition(unit, expr)?;
        let origin = self.condition_origin(unit, OriginKind::Part, expr.span, &[], None);
        Ok(self.graph.typed(Op::Clause(origin, typed.node), typed.ty))
    }

    /// Lowers something with the obligations it leaves apart.
    pub(super) fn apart<T>(
        &mut self,
        unit: &mut Unit<'a>,
        lower: impl FnOnce(&mut Self, &mut Unit<'a>) -> T,
    ) -> (T, Vec<super::scope::Obligation>) {
        let outer = std::mem::take(&mut unit.obligations);
        let result = lower(self, unit);
        (result, std::mem::replace(&mut unit.obligations, outer))
    }

    fn chain(&mut self, unit: &mut Unit<'a>, chain: Chain, parts: &'a [Expr]) -> Result<Typed, Reported> {
        let lowered: Vec<_> = parts.iter().map(|part| self.apart(unit, |this, unit| this.part(unit, part))).collect();
        self.join_chain(unit, chain, lowered)
    }

    fn join_chain(
        &mut self,
        unit: &mut Unit<'a>,
        chain: Chain,
        lowered: Vec<(Result<Typed, Reported>, Vec<super::scope::Obligation>)>,
    ) -> Result<Typed, Reported> {
        let parts: Vec<_> = lowered.into_iter().map(|(typed, left)| typed.map(|typed| (typed.node, left))).collect();
        let parts: Vec<_> = parts.into_iter().collect::<Result<_, _>>()?;
        let nodes: Box<[_]> = parts.iter().map(|(node, _)| *node).collect();
        self.discharge_chain(unit, chain, parts);
        let op = if chain == Chain::And { Op::All(nodes) } else { Op::Any(nodes) };
        Ok(self.graph.typed(op, Type::YesNo))
    }

    fn block(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        kind: BlockKind,
        items: &'a [Item],
    ) -> Result<Typed, Reported> {
        let lowered: Vec<_> =
            items.iter().map(|item| self.apart(unit, |this, unit| this.item(unit, item, Some(&Type::YesNo)))).collect();
        match kind {
            BlockKind::All => self.join_chain(unit, Chain::And, lowered),
            BlockKind::Any => self.join_chain(unit, Chain::Or, lowered),
            BlockKind::None => {
                let any = self.join_chain(unit, Chain::Or, lowered)?;
                Ok(self.graph.typed(Op::Not(any.node), Type::YesNo))
            }
            BlockKind::AtLeast(least) => {
                if least as usize > items.len() || least == 0 {
                    self.report(
                        Diagnostic::error(
                            Code::BOUNDS,
                            span,
                            format!("`at least {least} of` {} elements", items.len()),
                        )
                        .help(format!("the number is between 1 and {}", items.len())),
                    );
                }
                let mut nodes = Vec::new();
                for (typed, obligations) in lowered {
                    nodes.push(typed?.node);
                    unit.obligations.extend(obligations);
                }
                Ok(self.graph.typed(Op::AtLeast(least, nodes.into()), Type::YesNo))
            }
        }
    }

    fn conditional(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        condition: &'a Expr,
        then: &'a Expr,
        otherwise: &'a Expr,
        want: Option<&Type>,
    ) -> Result<Typed, Reported> {
        let condition = self.condition(unit, condition)?;
        let (then_first, else_first) = (self.needs_type(unit, then), self.needs_type(unit, otherwise));
        let from = unit.obligations.len();
        let lower_then = |this: &mut Self, unit: &mut Unit<'a>, want: Option<&Type>| {
            let typed = this.expr(unit, then, want);
            this.discharge(unit, from, condition.node, true);
            typed.map(|typed| this.narrowed(typed, condition.node, true))
        };
        let (a, b) = if want.is_none() && then_first && !else_first {
            let from = unit.obligations.len();
            let b = self.expr(unit, otherwise, want)?;
            self.discharge(unit, from, condition.node, false);
            let b = self.narrowed(b, condition.node, false);
            (lower_then(self, unit, Some(&b.ty))?, b)
        } else {
            let a = lower_then(self, unit, want)?;
            let from = unit.obligations.len();
            let b = self.expr(unit, otherwise, want.or(Some(&a.ty.clone().optional())))?;
            self.discharge(unit, from, condition.node, false);
            (a, self.narrowed(b, condition.node, false))
        };
        match Self::join(&a.ty, &b.ty) {
            Some(ty) => Ok(self.graph.typed(Op::If(condition.node, a.node, b.node), ty)),
            None => Err(self.mismatch(span, &a.ty, &b.ty)),
        }
    }

    /// Lowers what a quantifier or aggregate binds: its domain, its level and its body.
    pub(super) fn bound<T>(
        &mut self,
        unit: &mut Unit<'a>,
        binder: &'a Binder,
        body: impl FnOnce(&mut Self, &mut Unit<'a>) -> Result<T, Reported>,
    ) -> Result<(Domain, u32, T), Reported> {
        let (domain, element) = self.domain(unit, binder)?;
        let name = &binder.name;
        if unit.has_value(&name.value) {
            return Err(self.report(
                Diagnostic::error(
                    Code::HIDES_NAME,
                    name.span,
                    format!("`{}` already names something here", name.value),
                )
                .help("choose another name for the bound variable"),
            ));
        }
        let level = unit.level;
        if level >= MAX_QUANTIFIERS {
            return Err(self.report(
                Diagnostic::error(
                    Code::TOO_DEEP,
                    name.span,
                    format!("more than {MAX_QUANTIFIERS} quantifiers stand inside each other"),
                )
                .help("move the inner ones into a `define`"),
            ));
        }
        let variable = self.graph.typed(Op::Bound(level), element);
        unit.locals.push((&name.value, variable));
        unit.level += 1;
        let outer = std::mem::take(&mut unit.obligations);
        let result = body(self, unit);
        self.report_obligations(unit, Some(level));
        let inner = std::mem::replace(&mut unit.obligations, outer);
        unit.obligations.extend(inner);
        unit.level -= 1;
        unit.locals.pop();
        Ok((domain, level, result?))
    }

    fn domain(&mut self, unit: &mut Unit<'a>, binder: &'a Binder) -> Result<(Domain, Type), Reported> {
        if let Some(last) = &binder.to {
            let first = self.expr_as(unit, &binder.domain, &Type::Integer)?;
            let last = self.expr_as(unit, last, &Type::Integer)?;
            return Ok((Domain::Range(first.node, last.node), Type::Integer));
        }
        let span = binder.domain.span;
        let typed = self.expr(unit, &binder.domain, None)?;
        let typed = self.required(unit, typed, span);
        match typed.ty {
            Type::List(record) => Ok((Domain::Each(typed.node), Type::Record(record))),
            Type::Set(element) => Ok((Domain::Each(typed.node), *element)),
            other => Err(self.not_a_collection(span, &other)),
        }
    }

    fn not_a_collection(&mut self, span: Span, found: &Type) -> Reported {
        let found = self.graph.program.type_text(found);
        self.report(
            Diagnostic::error(Code::TYPE, span, format!("expected a set or list, found `{found}`"))
                .found(format!("is `{found}`")),
        )
    }

    fn text_literal(&mut self, span: Span, text: &str, want: Option<&Type>) -> Result<Typed, Reported> {
        if let Some(Type::Enum(id)) = want.map(Type::required) {
            let members = &self.graph.program.enum_type(*id).members;
            let spelt = members
                .iter()
                .find(|(name, member)| member.written == text || *name == text)
                .map(|(name, _)| name.clone());
            let diagnostic =
                Diagnostic::error(Code::TYPE, span, "a member is written without quotes").found("is a text");
            return Err(self.report(match spelt {
                Some(name) => diagnostic.help(format!("write `{name}`")),
                None => diagnostic.help("policies name members; data spells them as `written` says"),
            }));
        }
        if matches!(want, Some(Type::YesNo)) && matches!(text, "yes" | "no") {
            return Err(self.report(
                Diagnostic::error(Code::WRONG_WORD, span, format!("`{text}` is written without quotes"))
                    .help(format!("write `{text}`")),
            ));
        }
        Ok(self.graph.constant(Value::text(text), Type::Text))
    }

    fn set(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        members: &'a [Expr],
        want: Option<&Type>,
    ) -> Result<Typed, Reported> {
        let mut element = match want.map(Type::required) {
            Some(Type::Set(element)) => Some((**element).clone()),
            _ => None,
        };
        let mut nodes = Vec::new();
        let hint = element.clone();
        for member in members {
            let typed = self.operand(unit, member, hint.as_ref().or(element.as_ref()))?;
            element = match element {
                None => Some(typed.ty),
                Some(known) => match Self::join(&known, &typed.ty) {
                    Some(joined) => Some(joined),
                    None => return Err(self.mismatch(member.span, &known, &typed.ty)),
                },
            };
            nodes.push(typed.node);
        }
        let Some(element) = element else {
            return Err(self.report(
                Diagnostic::error(Code::TYPE, span, "the type of this empty set is not known")
                    .help("compare it with a set: `s is empty`"),
            ));
        };
        Ok(self.graph.typed(Op::SetOf(nodes.into()), Type::Set(Box::new(element))))
    }

    /// Lowers an operand: a value that must be there.
    pub(super) fn operand(
        &mut self,
        unit: &mut Unit<'a>,
        expr: &'a Expr,
        want: Option<&Type>,
    ) -> Result<Typed, Reported> {
        let typed = self.expr(unit, expr, want)?;
        Ok(self.required(unit, typed, expr.span))
    }

    /// Whether an expression is a bare member, or a set of them, that only the other side's type can resolve.
    pub(super) fn needs_type(&self, unit: &Unit<'a>, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Paren(inner) => self.needs_type(unit, inner),
            ExprKind::Path(path) => path.single().is_some_and(|name| !unit.has_value(&name.value)),
            ExprKind::Set(members) => members.is_empty() || members.iter().any(|member| self.needs_type(unit, member)),
            ExprKind::None => true,
            ExprKind::If(_, a, b) => self.needs_type(unit, a) && self.needs_type(unit, b),
            _ => false,
        }
    }

    pub(super) fn path(&mut self, unit: &mut Unit<'a>, path: &'a Path, want: Option<&Type>) -> Result<Typed, Reported> {
        let (first, rest) = path.names.split_first().expect("a path has at least one word");
        if rest.is_empty() {
            return self.name(unit, first, want);
        }
        if !unit.has_value(&first.value)
            && let ([member], Some(id)) = (rest, self.enum_named(unit, &first.value))
        {
            return self.member(id, member).ok_or_else(|| self.unknown_member(unit, member, id));
        }
        let mut typed = self.name(unit, first, None)?;
        let mut span = first.span;
        for name in rest {
            typed = self.field(unit, typed, span, name)?;
            span = span.to(name.span);
        }
        Ok(typed)
    }

    fn enum_named(&mut self, unit: &Unit<'a>, name: &str) -> Option<EnumId> {
        match name {
            "country" => Some(EnumId::COUNTRY),
            "weekday" => Some(EnumId::WEEKDAY),
            _ => match unit.types.get(name) {
                Some(&(TypeEntity::Enum(id), span)) => {
                    self.mark_used(span);
                    Some(id)
                }
                _ => None,
            },
        }
    }

    fn field(&mut self, unit: &mut Unit<'a>, record: Typed, span: Span, name: &Name) -> Result<Typed, Reported> {
        let record = self.required(unit, record, span);
        let Type::Record(id) = record.ty else {
            let found = self.graph.program.type_text(&record.ty);
            return Err(self.report(
                Diagnostic::error(Code::TYPE, name.span, format!("`{found}` has no fields"))
                    .label(span, format!("is `{found}`")),
            ));
        };
        let fields = &self.graph.program.record(id).fields;
        if let Some(index) = fields.iter().position(|field| field.name == name.value) {
            let ty = fields[index].ty.clone();
            return Ok(self.graph.typed(Op::Field(record.node, index as u32), ty));
        }
        let hint = suggest(&name.value, fields.iter().map(|field| field.name.as_str()))
            .unwrap_or_else(|| format!("its fields are {}", list(fields.iter().map(|field| field.name.as_str()))));
        let record_name = &self.graph.program.record(id).name;
        let diagnostic =
            Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("`{record_name}` has no field `{}`", name.value))
                .help(hint);
        Err(self.report(diagnostic))
    }

    fn member(&mut self, id: EnumId, name: &Name) -> Option<Typed> {
        let index = self.graph.program.enum_type(id).members.get_index_of(&name.value)?;
        Some(self.graph.constant(Value::Member(id, index as u32), Type::Enum(id)))
    }

    /// Resolves a word: a bound variable, a value, or a member of the wanted type.
    fn name(&mut self, unit: &mut Unit<'a>, name: &'a Name, want: Option<&Type>) -> Result<Typed, Reported> {
        let enum_id = match want.map(Type::required) {
            Some(Type::Enum(id)) => Some(*id),
            _ => None,
        };
        let member = enum_id.filter(|&id| self.graph.program.enum_type(id).members.contains_key(&name.value));
        if unit.has_value(&name.value) {
            if let Some(id) = member {
                let ty = self.graph.program.enum_type(id).name.clone();
                return Err(self.report(
                    Diagnostic::error(
                        Code::AMBIGUOUS_MEMBER,
                        name.span,
                        format!("`{}` is a member of `{ty}` and also names a value here", name.value),
                    )
                    .help(format!("write `{ty}.{}` for the member, or rename the value", name.value)),
                ));
            }
            if let Some(local) = unit.local(&name.value) {
                return Ok(local.clone());
            }
            let (entity, site) = unit.values.get(name.value.as_str()).cloned().expect("has_value looked here");
            self.mark_used(site.span);
            return self.entity(unit, name, entity);
        }
        if let Some(id) = enum_id {
            return self.member(id, name).ok_or_else(|| self.unknown_member(unit, name, id));
        }
        Err(self.unknown_name(unit, name))
    }

    fn entity(&mut self, unit: &mut Unit<'a>, name: &'a Name, entity: Entity<'a>) -> Result<Typed, Reported> {
        match entity {
            Entity::Fact(id) => {
                let ty = self.graph.program.fact(id).ty.clone();
                Ok(self.graph.typed(Op::Fact(id), ty))
            }
            Entity::Define(define, site) if define.head.parameters.is_empty() => self.define(unit, define, site),
            Entity::Define(..) | Entity::Table(..) | Entity::Scale(..) => Err(self.report(
                Diagnostic::error(Code::TYPE, name.span, format!("`{}` needs its arguments", name.value))
                    .help(format!("write `{}(…)`", name.value)),
            )),
            Entity::Parameter(id, ty) => Ok(self.graph.typed(Op::Dated(id, unit.clock), ty)),
            Entity::DatedSet(id, ty) => Ok(self.graph.typed(Op::Dated(id, unit.clock), ty)),
            Entity::Set(typed) => Ok(typed),
            Entity::Decision(id, ty) => Ok(self.graph.typed(Op::Decision(id), ty)),
            Entity::Used(family, ty, outside) => self.used_decision(unit, name, family, ty, outside),
        }
    }

    fn unknown_member(&mut self, unit: &Unit<'a>, name: &Name, id: EnumId) -> Reported {
        let enum_type = self.graph.program.enum_type(id);
        let members = enum_type.members.keys().map(String::as_str);
        let by_data =
            enum_type.members.iter().find(|(_, member)| member.written == name.value).map(|(member, _)| member.clone());
        let near_value = did_you_mean(&name.value, unit.values.keys().copied());
        let help = if let Some(member) = by_data {
            format!("data spells it so; here it is `{member}`")
        } else if id == EnumId::COUNTRY {
            country_hint(&name.value)
        } else if let Some(near) = did_you_mean(&name.value, members.clone()) {
            format!("did you mean `{near}`?")
        } else if let Some(near) = near_value {
            format!("did you mean the value `{near}`?")
        } else {
            format!("its members are {}", list(members.take(12)))
        };
        let diagnostic = Diagnostic::error(
            Code::UNKNOWN_MEMBER,
            name.span,
            format!("`{}` is no member of `{}`", name.value, enum_type.name),
        )
        .help(help);
        self.report(diagnostic)
    }

    pub(super) fn unknown_name(&mut self, unit: &Unit<'a>, name: &Name) -> Reported {
        if let Some(mistake) = crate::syntax::suspect(&name.value, name.span) {
            return self.report(mistake);
        }
        let names = unit.values.keys().copied().chain(unit.locals.iter().map(|(name, _)| *name));
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("unknown name `{}`", name.value))
            .found("nothing has this name here");
        let near = did_you_mean(&name.value, names.iter().copied()).map(str::to_string);
        let member_of = self
            .graph
            .program
            .enums
            .iter()
            .find(|known| known.members.contains_key(&name.value))
            .map(|known| known.name.clone());
        let declared = near.as_deref().and_then(|near| unit.values.get(near)).map(|(_, site)| site.span);
        let diagnostic = match (near, member_of, self.declared_elsewhere(&name.value)) {
            (Some(near), ..) => {
                let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                match declared {
                    Some(span) => diagnostic.label(span, "declared here"),
                    None => diagnostic,
                }
            }
            (None, _, Some(path)) => diagnostic.help(format!("it is declared in `{path}`: add `use {path}`")),
            (None, Some(ty), None) => diagnostic.help(format!(
                "it is a member of `{ty}`: compare it with a value of that type, or write `{ty}.{}`",
                name.value
            )),
            (None, None, None) => diagnostic.help("declare it with `fact` or `define`, or `use` the library that does"),
        };
        self.report(diagnostic)
    }

    pub(super) fn zone(&mut self, span: Span, zone: Option<&Text>) -> Result<chrono_tz::Tz, Reported> {
        let Some(zone) = zone else {
            return Err(self.report(
                Diagnostic::error(Code::ZONE, span, "a day begins and ends in a zone")
                    .help("name it: `in \"UTC\"`, `in \"America/Toronto\"`"),
            ));
        };
        match zone.value.parse() {
            Ok(zone) => Ok(zone),
            Err(_) => {
                let hint = suggest(&zone.value, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
                let diagnostic = Diagnostic::error(Code::ZONE, zone.span, format!("there is no zone `{}`", zone.value));
                Err(self.report(
                    diagnostic.help(hint.unwrap_or_else(|| "zones are named as in `America/Toronto`".to_string())),
                ))
            }
        }
    }

    /// Reads a record that is a period as one.
    pub(super) fn as_period(&mut self, typed: &Typed) -> Option<Typed> {
        let Type::Record(id) = typed.ty else { return None };
        let (start, end, inclusive) = self.graph.program.record(id).period?;
        let fields = &self.graph.program.record(id).fields;
        let (start_ty, end_ty) = (fields[start as usize].ty.clone(), fields[end as usize].ty.clone());
        let start = self.graph.node(Op::Field(typed.node, start), start_ty);
        let end = self.graph.node(Op::Field(typed.node, end), end_ty);
        Some(self.graph.typed(Op::Period(start, end, inclusive), Type::Period))
    }
}

/// Lists names: `a`, `b` and `c`.
pub(super) fn list<'s>(names: impl IntoIterator<Item = &'s str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "none".to_string(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Says what to write for a country that is no ISO 3166-1 alpha-2 code.
fn country_hint(wrong: &str) -> String {
    let known = [
        ("USA", "US"),
        ("UK", "GB"),
        ("CAN", "CA"),
        ("MEX", "MX"),
        ("FRA", "FR"),
        ("IND", "IN"),
        ("CHN", "CN"),
        ("SPM", "PM"),
        ("EN", "GB"),
    ];
    match known.iter().find(|(written, _)| written.eq_ignore_ascii_case(wrong)) {
        Some((_, code)) => format!("did you mean `{code}`? countries are ISO 3166-1 codes of two letters"),
        None => "countries are ISO 3166-1 codes of two letters: `CA`, `US`, `PM`".to_string(),
    }
}
