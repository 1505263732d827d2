//! Decisions, tables and aggregates: who speaks, and what comes of it.

use super::date;
use super::emit::Emit;
use super::expr::{all, case, int};
use super::logic;
use super::refuse::{ENGINE, Refusal};
use super::settle::{self, Rules, Voice};
use super::shape::{ERROR, Kind, NO, Shape, State, YES};
use crate::eval::kernel::decide::{exceptions, exceptions_first, rules};
use crate::eval::walk::Parts;
use crate::program::{DecisionBody, DecisionId, FoldKind, HitKind};
use crate::value::{Evaluated, Type, Value};

impl Emit<'_> {
    /// Decides by rules (D3 to D7).
    pub(super) fn by_rules(&mut self, id: DecisionId, parts: Parts<Shape>) -> Result<Shape, Refusal> {
        let program = self.program;
        let decision = program.decision(id);
        let ids = rules(&decision.body);
        let at = |place: usize, refusal: &Refusal| refusal.at(program.rule(ids[place]).origin);
        for (place, shape) in parts.applies.iter().zip(&parts.values).enumerate() {
            for part in [shape.0, shape.1] {
                if let Shape::Refused(refusal) = part {
                    return Err(at(place, refusal));
                }
            }
        }
        if let Some(Shape::Refused(refusal)) = &parts.otherwise {
            return Err(refusal.at(decision.origin));
        }
        let applies = parts.applies.iter().map(|shape| Some(self.state(shape.logic()?)));
        let applies = applies.collect::<Option<Vec<_>>>();
        let applies = applies.ok_or_else(|| Refusal::new("a rule's condition of this kind", ENGINE))?;
        let exceptions = exceptions(program, ids);
        let mut stands = applies.clone();
        for rule in exceptions_first(&exceptions) {
            if !exceptions[rule].is_empty() {
                let denied = exceptions[rule].iter().map(|&exception| logic::not(&stands[exception]));
                let denied: Vec<State> = denied.collect::<Vec<_>>().into_iter().map(|it| self.state(it)).collect();
                let all = logic::all(&[vec![applies[rule].clone()], denied].concat());
                stands[rule] = self.state(all);
            }
        }
        for (place, &rule) in ids.iter().enumerate() {
            self.rules[rule.index()] = Some((applies[place].clone(), stands[place].clone()));
        }
        let tied = exceptions.iter().any(|list| !list.is_empty());
        let constants: Option<Vec<Value>> = parts.values.iter().map(|shape| shape.known().cloned()).collect();
        let no_constants = || Refusal::new("rules that include or add what is computed", ENGINE);
        match &decision.body {
            DecisionBody::Expr(_) => Err(no_constants()),
            DecisionBody::Rules { outranks, .. } => {
                let rules = Rules { outranks, otherwise: parts.otherwise, tied };
                let settled = match constants {
                    Some(values) => {
                        let voices: Vec<(State, Value)> = stands.into_iter().zip(values).collect();
                        settle::constants(&mut self.layers, &voices, &rules)
                    }
                    None => {
                        let voices: Vec<Voice> = stands.into_iter().zip(parts.values).collect();
                        settle::computed(program, &mut self.layers, &voices, &rules)?
                    }
                };
                let conflict = self.layers.column(settled.conflict);
                let tried = self.layers.column(settled.tried);
                self.decided[id.index()] = Some((conflict, tried));
                match settled.shape {
                    choice @ Shape::Choice(..) => self.based(choice, rules.otherwise),
                    other => Ok(other),
                }
            }
            DecisionBody::Includes(_) => {
                let values = constants.ok_or_else(no_constants)?;
                let (shape, tried) = settle::included(&mut self.layers, &stands, &values, tied);
                self.decided[id.index()] = Some((super::expr::truth(false), tried));
                Ok(shape)
            }
            DecisionBody::Adds(_) => {
                let (shape, tried) = settle::added(program, &mut self.layers, &stands, &parts.values, tied)?;
                self.decided[id.index()] = Some((super::expr::truth(false), tried));
                Ok(shape)
            }
        }
    }

    pub(super) fn rows(
        &mut self,
        hit: &HitKind,
        operands: &[Shape],
        otherwise: Option<Shape>,
    ) -> Result<Shape, Refusal> {
        let conditions = operands.iter().step_by(2).map(|shape| Some(self.state(shape.logic()?)));
        let conditions = conditions.collect::<Option<Vec<_>>>();
        let conditions = conditions.ok_or_else(|| Refusal::new("a row's condition of this kind", ENGINE))?;
        let outputs: Vec<&Shape> = operands.iter().skip(1).step_by(2).collect();
        let constants: Option<Vec<Value>> = outputs.iter().map(|shape| shape.known().cloned()).collect();
        match (hit, constants) {
            (HitKind::First, Some(values)) => settle::first(&mut self.layers, &conditions, &values, otherwise.as_ref()),
            (HitKind::Unique | HitKind::Any, Some(values)) => {
                let voices: Vec<(State, Value)> = conditions.into_iter().zip(values).collect();
                let rules = Rules { outranks: &[], otherwise, tied: false };
                let settled = settle::constants(&mut self.layers, &voices, &rules);
                self.based(settled.shape, rules.otherwise)
            }
            (HitKind::Unique | HitKind::Any, None) => {
                let voices: Vec<Voice> = conditions.into_iter().zip(outputs.into_iter().cloned()).collect();
                let rules = Rules { outranks: &[], otherwise, tied: false };
                Ok(settle::computed(self.program, &mut self.layers, &voices, &rules)?.shape)
            }
            (HitKind::First, None) => Err(Refusal::new("a table read in order whose outputs are computed", ENGINE)),
            _ => Err(Refusal::new("a table with this hit word", ENGINE)),
        }
    }

    /// A choice of constants whose base is computed.
    pub(super) fn based(&mut self, shape: Shape, otherwise: Option<Shape>) -> Result<Shape, Refusal> {
        let (Shape::Choice(_, key, _), Some(base)) = (&shape, otherwise) else { return Ok(shape) };
        if matches!(base, Shape::Const(_)) {
            return Ok(shape);
        }
        // Where the base holds, its state is there already, and its value takes the place of the choice.
        let holds = State::new(case(vec![(key.clone().eq(int(settle::SILENT)), int(YES))], int(NO)), &[YES, NO]);
        let holds = self.logic(holds);
        self.choose(&holds, &base, &shape)
    }

    /// The outcome of a value: `!` outside the range of its type.
    pub(crate) fn checked(&mut self, ty: &Type, shape: Shape) -> Result<Shape, Refusal> {
        let Shape::Scalar(state, value, kind) = &shape else { return Ok(shape) };
        let (low, high) = match (ty.required(), kind) {
            (Type::Money(_), Kind::Number { scale, .. }) if *scale > 2 => {
                return Err(Refusal::new("an outcome that may have parts of a cent", "round it to 2 places"));
            }
            (Type::Integer | Type::Months | Type::Days | Type::Minutes, Kind::Number { scale, least, most }) => {
                let fits = |bound: &i128| i64::try_from(*bound).is_ok();
                if *scale > 0 || !fits(least) || !fits(most) {
                    let help = format!("state `within` for the facts it is made of, or {ENGINE}");
                    return Err(Refusal::new("an outcome that may need more than 64 bits", help));
                }
                return Ok(shape);
            }
            (_, Kind::Date { least, most }) if *least < date::CIVIL.0 || *most > date::CIVIL.1 => date::CIVIL,
            _ => return Ok(shape),
        };
        let outside = all(vec![state.when(YES), value.clone().between(low, high).not()]);
        let may = [state.all(), vec![ERROR]].concat();
        let state = State::new(case(vec![(outside, int(ERROR))], state.sql.clone()), &may);
        Ok(self.scalar(state, value.clone(), Kind::Date { least: low, most: high }))
    }

    pub(super) fn fold(&mut self, kind: FoldKind, pairs: &[Shape]) -> Result<Shape, Refusal> {
        let conditions = pairs.iter().step_by(2).map(|shape| Some(self.state(shape.logic()?)));
        let conditions = conditions.collect::<Option<Vec<_>>>();
        let conditions = conditions.ok_or_else(|| Refusal::new("a condition of this kind", ENGINE))?;
        let values: Vec<&Shape> = pairs.iter().skip(1).step_by(2).collect();
        match kind {
            FoldKind::Count => {
                let ones = vec![Shape::Const(Evaluated::Value(Value::integer(1))); values.len()];
                settle::folded(self.program, &mut self.layers, &conditions, &ones)
            }
            FoldKind::Sum => {
                let values: Vec<Shape> = values.into_iter().cloned().collect();
                settle::folded(self.program, &mut self.layers, &conditions, &values)
            }
            _ => Err(Refusal::new("the least or greatest of what a condition picks", ENGINE)),
        }
    }
}
