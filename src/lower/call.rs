//! Calls: definitions and tables with arguments, scales, built-in functions; and decisions of other policies.

use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::program::{FamilyId, FoldKind, NodeId, Op, OriginKind};
use crate::source::Span;
use crate::syntax::ast::{Argument, DefineDecl, Expr, Head, Name, Outside, Path, TableDecl};
use crate::value::{FaultKind, Type};

use super::graph::Typed;
use super::scope::{Entity, Progress, Site, Unit};
use super::{Lowerer, Reported};

/// The names of built-in functions called with brackets; `count` and `round` have forms of their own.
const BUILT_IN: &[&str] = &["age", "earliest", "latest", "max", "min", "or_if_none", "sum"];

impl<'a> Lowerer<'a> {
    pub(super) fn call(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        callee: &'a Path,
        arguments: &'a [Argument],
        want: Option<&Type>,
    ) -> Result<Typed, Reported> {
        let Some(name) = callee.single() else {
            return Err(self.report(Diagnostic::error(
                Code::UNKNOWN_NAME,
                callee.span,
                format!("`{}` is no function", callee.text()),
            )));
        };
        if let Some((entity, site)) = unit.values.get(name.value.as_str()).cloned() {
            self.mark_used(site.span);
            return match entity {
                Entity::Define(define, site) if !define.head.parameters.is_empty() => {
                    self.call_define(unit, span, define, site, arguments)
                }
                Entity::Table(table, site) => self.call_table(unit, span, table, site, arguments),
                Entity::Scale(scale, ty) => {
                    let [amount] = self.plain_arguments(span, name, arguments)?[..] else {
                        return Err(self.wrong_count(span, name, 1, arguments.len()));
                    };
                    let amount = self.expr_as(unit, amount, &ty)?;
                    Ok(self.graph.typed(Op::Scale(scale, amount.node, unit.clock), ty))
                }
                _ => Err(self.report(
                    Diagnostic::error(Code::TYPE, name.span, format!("`{}` takes no arguments", name.value))
                        .help(format!("write `{}` without brackets", name.value)),
                )),
            };
        }
        self.built_in(unit, span, name, arguments, want)
    }

    fn built_in(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        name: &'a Name,
        arguments: &'a [Argument],
        want: Option<&Type>,
    ) -> Result<Typed, Reported> {
        let fold = match name.value.as_str() {
            "min" | "earliest" => FoldKind::Min,
            "max" | "latest" => FoldKind::Max,
            "sum" => FoldKind::Sum,
            "age" => {
                let [born, day] = self.plain_arguments(span, name, arguments)?[..] else {
                    return Err(self.wrong_count(span, name, 2, arguments.len()));
                };
                let rounding = self.rounding(unit, span, &self.text(span))?;
                let (born, day) = (self.expr_as(unit, born, &Type::Date)?, self.expr_as(unit, day, &Type::Date)?);
                return Ok(self.graph.typed(Op::Age(born.node, day.node, rounding), Type::Integer));
            }
            "or_if_none" => {
                let [value, fallback] = self.plain_arguments(span, name, arguments)?[..] else {
                    return Err(self.wrong_count(span, name, 2, arguments.len()));
                };
                let value = self.expr(unit, value, want)?;
                let inner = value.ty.required().clone();
                let fallback_typed = self.expr(unit, fallback, Some(&inner))?;
                let Some(ty) = Self::join(&inner, &fallback_typed.ty) else {
                    return Err(self.mismatch(fallback.span, &inner, &fallback_typed.ty));
                };
                let absent = self.graph.node(Op::IsNone(value.node), Type::YesNo);
                return Ok(self.graph.typed(Op::If(absent, fallback_typed.node, value.node), ty));
            }
            wrong => {
                let names = BUILT_IN.iter().copied().chain(unit.values.keys().copied()).chain(["count"]);
                let diagnostic =
                    Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("unknown function `{wrong}`"));
                return Err(match suggest(wrong, names) {
                    Some(hint) => self.report(diagnostic.help(hint)),
                    None => self.report(diagnostic.help("declare it: `define name(parameter: type) = …`")),
                });
            }
        };
        if let [Argument { value, each: Some((binder, condition)) }] = arguments {
            let (domain, level, (value, filter)) = self.bound(unit, binder, |this, unit| {
                let from = unit.obligations.len();
                let filter = condition.as_ref().map(|condition| this.condition(unit, condition)).transpose()?;
                let start = unit.obligations.len();
                let typed = this.operand(unit, value, want)?;
                if let Some(filter) = &filter {
                    this.discharge(unit, start.max(from), filter.node, true);
                }
                Ok((typed, filter))
            })?;
            self.check_folded(fold, span, &value.ty)?;
            let filter = filter.map(|filter| filter.node);
            return Ok(self.graph.typed(Op::Fold { fold, domain, level, value: value.node, filter }, value.ty));
        }
        let values = self.plain_arguments(span, name, arguments)?;
        if fold == FoldKind::Sum || values.len() < 2 {
            let example = if fold == FoldKind::Sum {
                "sum(j.pay for j in jobs)"
            } else {
                "min(a, b)` or `earliest(s.start for s in stays)"
            };
            return Err(self.report(
                Diagnostic::error(Code::TYPE, span, format!("`{}` needs more to work on", name.value))
                    .help(format!("write `{example}`")),
            ));
        }
        let mut ty: Option<Type> = None;
        let mut nodes = Vec::new();
        for value in values {
            let typed = self.operand(unit, value, ty.as_ref().or(want))?;
            ty = match ty {
                None => Some(typed.ty),
                Some(known) => match Self::join(&known, &typed.ty) {
                    Some(joined) => Some(joined),
                    None => return Err(self.mismatch(value.span, &known, &typed.ty)),
                },
            };
            nodes.push(typed.node);
        }
        let ty = ty.unwrap_or(Type::Integer);
        self.check_folded(fold, span, &ty)?;
        let op = if fold == FoldKind::Min { Op::Min(nodes.into()) } else { Op::Max(nodes.into()) };
        Ok(self.graph.typed(op, ty))
    }

    fn check_folded(&mut self, fold: FoldKind, span: Span, ty: &Type) -> Result<(), Reported> {
        let fits = match fold {
            FoldKind::Sum => {
                matches!(ty, Type::Integer | Type::Decimal | Type::Money(_) | Type::Days | Type::Months | Type::Minutes)
            }
            _ => ty.is_ordered(),
        };
        if fits { Ok(()) } else { Err(self.mismatch(span, &Type::Integer, ty)) }
    }

    fn plain_arguments(
        &mut self,
        span: Span,
        name: &Name,
        arguments: &'a [Argument],
    ) -> Result<Vec<&'a Expr>, Reported> {
        if arguments.iter().any(|argument| argument.each.is_some()) {
            return Err(self.report(
                Diagnostic::error(Code::TYPE, span, format!("`{}` takes no `for … in …`", name.value))
                    .help("`for` belongs to `sum`, `min`, `max`, `earliest` and `latest`, as their only argument"),
            ));
        }
        Ok(arguments.iter().map(|argument| &argument.value).collect())
    }

    fn wrong_count(&mut self, span: Span, name: &Name, expected: usize, found: usize) -> Reported {
        self.report(Diagnostic::error(
            Code::TYPE,
            span,
            format!(
                "`{}` takes {expected} argument{}, {found} given",
                name.value,
                if expected == 1 { "" } else { "s" }
            ),
        ))
    }

    /// Lowers a definition without parameters, once a version.
    pub(super) fn define(
        &mut self,
        unit: &mut Unit<'a>,
        define: &'a DefineDecl,
        site: Site,
    ) -> Result<Typed, Reported> {
        let name = define.head.name.value.as_str();
        match unit.defines.get(name) {
            Some(Progress::Done(Some(typed))) => return Ok(typed.clone()),
            Some(Progress::Done(None)) => return Err(Reported),
            Some(Progress::Running) => return Err(self.cycle(unit, define)),
            None => {}
        }
        unit.defines.insert(name, Progress::Running);
        let result = self.define_body(unit, define, site, Vec::new());
        unit.defines.insert(name, Progress::Done(result.as_ref().ok().cloned()));
        result
    }

    pub(super) fn define_body(
        &mut self,
        unit: &mut Unit<'a>,
        define: &'a DefineDecl,
        site: Site,
        locals: Vec<(&'a str, Typed)>,
    ) -> Result<Typed, Reported> {
        if unit.stack.len() >= super::MAX_DEFINE_DEPTH {
            return Err(self.report(
                Diagnostic::error(
                    Code::TOO_DEEP,
                    define.head.name.span,
                    format!("more than {} definitions use each other in turn", super::MAX_DEFINE_DEPTH),
                )
                .help("shorten the chain of definitions"),
            ));
        }
        unit.stack.push(&define.head.name.value);
        let outer_locals = std::mem::replace(&mut unit.locals, locals);
        let outer_obligations = std::mem::take(&mut unit.obligations);
        let outer_rounding = std::mem::replace(&mut unit.sum_rounding, unit.rounding);
        let outer_made_by = std::mem::replace(&mut unit.made_by, site.made_by);
        let result = self.define_value(unit, define, site);
        self.report_obligations(unit, None);
        unit.made_by = outer_made_by;
        unit.sum_rounding = outer_rounding;
        unit.obligations = outer_obligations;
        unit.locals = outer_locals;
        unit.stack.pop();
        result
    }

    fn define_value(&mut self, unit: &mut Unit<'a>, define: &'a DefineDecl, site: Site) -> Result<Typed, Reported> {
        let ty = define.ty.as_ref().map(|ty| self.ty(unit, ty)).transpose()?;
        let typed = match &ty {
            Some(ty) => self.expr_as(unit, &define.item.expr, ty)?,
            None => self.expr(unit, &define.item.expr, None)?,
        };
        let ty = ty.unwrap_or(typed.ty);
        let node = if define.item.tags.is_empty() && define.item.label.is_none() {
            typed.node
        } else {
            let item = &define.item;
            let origin =
                self.condition_origin(unit, OriginKind::Condition, item.expr.span, &item.tags, item.label.as_ref());
            self.graph.node(Op::Clause(origin, typed.node), ty.clone())
        };
        let text = self.text(define.item.expr.span);
        let origin = self.declared(unit, OriginKind::Define, &define.head, site, &define.common, text);
        Ok(self.graph.typed(Op::Clause(origin, node), ty))
    }

    /// Lowers the arguments of a definition or table, each with the type its parameter declares.
    fn declared_arguments(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        head: &'a Head,
        arguments: &'a [Argument],
    ) -> Result<Vec<(Typed, Type)>, Reported> {
        let values = self.plain_arguments(span, &head.name, arguments)?;
        if values.len() != head.parameters.len() {
            return Err(self.wrong_count(span, &head.name, head.parameters.len(), values.len()));
        }
        let mut given = Vec::new();
        for (parameter, value) in head.parameters.iter().zip(values) {
            let ty = self.ty(unit, &parameter.ty)?;
            given.push((self.expr_as(unit, value, &ty)?, ty));
        }
        Ok(given)
    }

    fn call_define(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        define: &'a DefineDecl,
        site: Site,
        arguments: &'a [Argument],
    ) -> Result<Typed, Reported> {
        let name = &define.head.name;
        let given = self.declared_arguments(unit, span, &define.head, arguments)?;
        let key = (name.value.as_str(), given.iter().map(|(typed, _)| typed.node).collect(), unit.clock);
        let names = define.head.parameters.iter().map(|parameter| parameter.name.value.as_str());
        let locals = names.zip(given).map(|(name, (typed, ty))| (name, Typed { node: typed.node, ty })).collect();
        match unit.calls.get(&key) {
            Some(Progress::Done(Some(typed))) => return Ok(typed.clone()),
            Some(Progress::Done(None)) => return Err(Reported),
            Some(Progress::Running) => return Err(self.cycle(unit, define)),
            None => {}
        }
        if unit.stack.contains(&name.value.as_str()) {
            return Err(self.cycle(unit, define));
        }
        unit.calls.insert(key.clone(), Progress::Running);
        let result = self.define_body(unit, define, site, locals);
        unit.calls.insert(key, Progress::Done(result.as_ref().ok().cloned()));
        result
    }

    fn cycle(&mut self, unit: &Unit<'a>, define: &'a DefineDecl) -> Reported {
        let name = define.head.name.value.as_str();
        let from = unit.stack.iter().position(|known| *known == name).unwrap_or(0);
        let path: Vec<&str> = unit.stack[from..].iter().copied().chain([name]).collect();
        self.report(
            Diagnostic::error(Code::CYCLE, define.head.name.span, format!("`{name}` is defined through itself"))
                .found(path.join(" -> "))
                .help("a definition reads facts and other definitions; break the circle"),
        )
    }

    fn call_table(
        &mut self,
        unit: &mut Unit<'a>,
        span: Span,
        table: &'a TableDecl,
        site: Site,
        arguments: &'a [Argument],
    ) -> Result<Typed, Reported> {
        // A row may test for none itself: an input `T or none` takes the value as it is.
        let given = self.declared_arguments(unit, span, &table.head, arguments)?;
        let inputs: Vec<Typed> = given.into_iter().map(|(typed, _)| typed).collect();
        let nodes: Vec<NodeId> = inputs.iter().map(|input| input.node).collect();
        let key = (table.head.name.value.as_str(), nodes, unit.clock);
        if let Some(Progress::Done(done)) = unit.calls.get(&key) {
            return done.clone().ok_or(Reported);
        }
        let outer = std::mem::replace(&mut unit.made_by, site.made_by);
        let result = self.table_rows(unit, table, site, &inputs);
        unit.made_by = outer;
        unit.calls.insert(key, Progress::Done(result.as_ref().ok().cloned()));
        result
    }

    /// Reads a decision of another policy: outside its time, what the reader's `outside` says.
    pub(super) fn used_decision(
        &mut self,
        unit: &mut Unit<'a>,
        name: &'a Name,
        family: FamilyId,
        ty: Type,
        outside: Option<&'a Outside>,
    ) -> Result<Typed, Reported> {
        let fallback = match outside {
            None => None,
            Some(clause) => {
                let inner = match &clause.value {
                    Some(value) => self.expr_as(unit, value, &ty)?.node,
                    None => self.graph.node(Op::Fail(FaultKind::NotInForce), ty.clone()),
                };
                let origin = self.outside_origin(unit, name, clause);
                Some(self.graph.node(Op::Clause(origin, inner), ty.clone()))
            }
        };
        if let Some(version) = unit.version {
            self.reads.push(super::Read { version, family, span: name.span, outside: outside.is_some() });
        }
        Ok(self.graph.typed(Op::Used(family, fallback), ty))
    }
}
