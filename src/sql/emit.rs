//! The third algebra of [`Walk`]: results are columns. What an operation means is in `eval::kernel`; here it is said again in
//! SQL, and `tests/scale` holds the two together.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::dialect::Dialect;
use super::expr::{Sql, all, case, int};
use super::facts::Inputs;
use super::layers::Layers;
use super::refuse::{ENGINE, Refusal};
use super::shape::{ERROR, Kind, Members, NO, Shape, State, UNKNOWN, YES};
use super::time::{self, Day};
use super::{logic, set};
use crate::eval::kernel::{self, Key};
use crate::eval::scope::{Scope, deciding};
use crate::eval::walk::{Algebra, Elements, Parts};
use crate::facts::Facts;
use crate::program::{DecisionId, EVALUATION_DATE, EVALUATION_TIME, FactId, FoldKind, NodeId, Op, Program, VersionId};
use crate::value::{Evaluated, Type, Value};

/// How many columns a query has at most.
const MAX_COLUMNS: usize = 4_000;
/// How many members an enum has at most over whose sets a quantifier is written out.
/// Countries are 249.
const MAX_MEMBERS: usize = 300;
/// How many constants of a range a quantifier is written out for.
const MAX_RANGE: usize = 100;

/// Makes the columns of one query.
pub(crate) struct Emit<'p> {
    pub(crate) program: &'p Program,
    pub(crate) scope: &'p Scope,
    pub(crate) dialect: Dialect,
    /// The day the whole query is asked on, if one is given.
    pub(crate) fixed: Facts,
    pub(crate) layers: Layers,
    pub(crate) inputs: Inputs,
    facts: BTreeMap<FactId, Shape>,
    /// By rule: whether it applies, whether it stands.
    pub(crate) rules: Vec<Option<(State, State)>>,
    /// By decision: the conditions that its rules conflict, and that it rests on what was tried.
    pub(crate) decided: Vec<Option<(Sql, Sql)>>,
}

impl<'p> Emit<'p> {
    pub(crate) fn new(program: &'p Program, scope: &'p Scope, dialect: Dialect, fixed: Facts) -> Self {
        Emit {
            program,
            scope,
            dialect,
            fixed,
            layers: Layers::default(),
            inputs: Inputs::default(),
            facts: BTreeMap::new(),
            rules: vec![None; program.rules.len()],
            decided: vec![None; program.decisions.len()],
        }
    }

    /// Makes a column of a state.
    pub(crate) fn state(&mut self, state: State) -> State {
        let may = state.all();
        State::new(self.layers.column(state.sql), &may)
    }

    pub(super) fn logic(&mut self, state: State) -> Shape {
        Shape::Logic(self.state(state))
    }

    pub(super) fn scalar(&mut self, state: State, value: Sql, kind: Kind) -> Shape {
        let state = self.state(state);
        Shape::Scalar(state, self.layers.column(value), kind)
    }

    /// Whether a version is in force.
    pub(crate) fn in_force(&mut self, version: VersionId) -> State {
        if let Some(pinned) = self.scope.pinned_in_force(self.program, version) {
            return State::always(i64::from(pinned));
        }
        let operands: Vec<Shape> = deciding(self.program, version).into_iter().map(|fact| self.fact(fact)).collect();
        match self.apply(Key::InForce(version), &operands) {
            shape @ (Shape::Logic(_) | Shape::Const(_)) => shape.state(),
            _ => State::always(UNKNOWN),
        }
    }

    /// A fact as it is stated, or assumed where it is not (V8).
    pub(super) fn stated(&mut self, fact: FactId) -> Result<Shape, Refusal> {
        if [EVALUATION_DATE, EVALUATION_TIME].contains(&fact)
            && let crate::facts::Slot::Given(value) = self.fixed.get(fact)
        {
            return Ok(Shape::Const(Evaluated::Value(value.clone())));
        }
        let (program, dialect) = (self.program, self.dialect);
        let stated = self.inputs.read(program, dialect, &mut self.layers, fact)?;
        let mut assumptions = Vec::new();
        for (id, version) in program.versions.iter().enumerate() {
            let id = VersionId(id as u32);
            let reached = self.scope.candidates(version.policy).contains(&id);
            for assumption in version.assumptions.iter().filter(|it| reached && it.fact == fact) {
                assumptions.push((id, assumption.value.clone()));
            }
        }
        if assumptions.is_empty() {
            return Ok(stated);
        }
        if program.policies.iter().any(|policy| policy.decided_by == fact) {
            return Err(Refusal::new("an assumption about the day that picks a version", ENGINE));
        }
        let policy = |id: VersionId| program.version(id).policy;
        if assumptions.iter().any(|(id, _)| policy(*id) != policy(assumptions[0].0)) {
            return Err(Refusal::new("a fact about which two policies assume something", ENGINE));
        }
        let open = self.inputs.not_stated(dialect, program, &mut self.layers, fact);
        let mut result = stated;
        for (version, value) in assumptions {
            let applies = all(vec![open.clone(), self.in_force(version).when(YES)]);
            let applies = State::new(case(vec![(applies, int(YES))], int(NO)), &[YES, NO]);
            let applies = self.logic(applies);
            result = self.apply(Key::If, &[applies, Shape::Const(Evaluated::Value(value)), result]);
        }
        Ok(result)
    }

    /// What came of it; a refusal is a shape too, so that the walk goes on and finds what can be carried.
    pub(super) fn carried(&self, result: Result<Shape, Refusal>) -> Shape {
        let too_many = || {
            let help = "ask for fewer decisions with `--decision`";
            Refusal::new(format!("it takes more than {MAX_COLUMNS} columns"), help)
        };
        let result = if self.layers.len() > MAX_COLUMNS { Err(too_many()) } else { result };
        result.unwrap_or_else(|refusal| Shape::Refused(Rc::new(refusal)))
    }
}

pub(super) fn not_single() -> Refusal {
    Refusal::new("a value here that is neither a number, a date nor a word", ENGINE)
}

pub(super) fn no_set() -> Refusal {
    Refusal::new("a list of records", ENGINE)
}

impl Algebra for Emit<'_> {
    type Result = Shape;

    fn constant(&mut self, value: Evaluated) -> Shape {
        Shape::Const(value)
    }

    fn fact(&mut self, fact: FactId) -> Shape {
        if let Some(shape) = self.facts.get(&fact) {
            return shape.clone();
        }
        let stated = self.stated(fact);
        let shape = self.carried(stated);
        self.facts.insert(fact, shape.clone());
        shape
    }

    fn apply(&mut self, key: Key, operands: &[Shape]) -> Shape {
        if let Some(refused) = operands.iter().find(|operand| matches!(operand, Shape::Refused(_))) {
            // The innermost declaration around it is its place.
            return match (refused, key) {
                (Shape::Refused(refusal), Key::Node(id)) => match self.program.op(id) {
                    Op::Clause(origin, _) => Shape::Refused(Rc::new(refusal.at(*origin))),
                    _ => refused.clone(),
                },
                _ => refused.clone(),
            };
        }
        let known: Option<Vec<&Evaluated>> = operands
            .iter()
            .map(|operand| match operand {
                Shape::Const(value) => Some(value),
                _ => None,
            })
            .collect();
        if let Some(known) = known {
            return Shape::Const(kernel::apply(self.program, key, &known));
        }
        let logics = || operands.iter().map(Shape::logic).collect::<Option<Vec<_>>>();
        let conditions = || logics().ok_or_else(|| Refusal::new("a condition of this kind", ENGINE));
        let result = match key {
            Key::Node(id) => self.operation(id, operands),
            Key::All => conditions().map(|parts| self.logic(logic::all(&parts))),
            Key::Any => conditions().map(|parts| self.logic(logic::any(&parts))),
            Key::Not => conditions().map(|parts| self.logic(logic::not(&parts[0]))),
            Key::If => self.choose(&operands[0], &operands[1], &operands[2]),
            Key::Fold(kind) => self.fold(kind, operands),
            Key::InForce(version) => match Day::new(self.program, operands) {
                Some(day) => {
                    let version = self.program.version(version);
                    Ok(Shape::Logic(time::in_force(&mut self.layers, &day, &version.start, version.end.as_ref())))
                }
                None => Err(not_single()),
            },
            _ => Err(Refusal::new("this operation", ENGINE)),
        };
        self.carried(result)
    }

    fn field(&mut self, _node: NodeId, record: &Shape, index: u32) -> Shape {
        let result = match record {
            Shape::Refused(_) => return record.clone(),
            Shape::Const(known) => Ok(Shape::Const(kernel::field(known, index))),
            other => self.field(other, index),
        };
        self.carried(result)
    }

    fn elements(&mut self, node: NodeId, domain: &Shape, _fold: Option<FoldKind>) -> Elements<Shape> {
        let refuse = |refusal: Refusal| Elements::Whole(Shape::Refused(Rc::new(refusal)));
        match domain {
            Shape::Refused(_) => return Elements::Whole(domain.clone()),
            Shape::Const(known) => {
                return match kernel::elements(known) {
                    Ok(values) => crate::eval::walk::each(values, |value| Shape::Const(Evaluated::Value(value))),
                    Err(other) => Elements::Whole(Shape::Const(other)),
                };
            }
            _ => {}
        }
        let Some((_, members)) = self.members(domain) else { return refuse(no_set()) };
        let program = self.program;
        let members: Vec<(Value, Sql)> = match (members, &program.info(node).ty) {
            (Members::Listed(list), _) => list,
            (column, Type::Set(inner)) => match inner.as_ref() {
                Type::Enum(id)
                    if !program.enum_type(*id).open && program.enum_type(*id).members.len() <= MAX_MEMBERS =>
                {
                    let all = (0..program.enum_type(*id).members.len()).map(|index| Value::Member(*id, index as u32));
                    let each = all.map(|member| Ok((member.clone(), set::holds(program, &column, &member)?)));
                    match each.collect::<Result<_, Refusal>>() {
                        Ok(list) => list,
                        Err(refusal) => return refuse(refusal),
                    }
                }
                _ => {
                    let what = format!("a quantifier over a set of more than {MAX_MEMBERS} possible members");
                    return refuse(Refusal::new(what, "compare the set with `overlaps` or `within`"));
                }
            },
            _ => return refuse(no_set()),
        };
        let each = members.into_iter().map(|(member, when)| {
            let guard = self.logic(State::new(case(vec![(when, int(YES))], int(NO)), &[YES, NO]));
            (Some(guard), Shape::Const(Evaluated::Value(member)))
        });
        Elements::Each(each.collect())
    }

    /// A set that is not known makes the whole not known, whatever its members would make it.
    fn walked(&mut self, domain: &Shape, result: Shape) -> Shape {
        let state = domain.state();
        if matches!(domain, Shape::Const(_) | Shape::Refused(_)) || state.is(YES) {
            return result;
        }
        let there = State::new(logic::strict(&[&state]).sql, &[YES, UNKNOWN, ERROR]);
        let carried = match result {
            Shape::Refused(_) => return result,
            Shape::Scalar(of, value, kind) => Ok(self.scalar(logic::strict(&[&there, &of]), value, kind)),
            other => other.logic().ok_or_else(not_single).map(|of| {
                let arms = [UNKNOWN, ERROR].map(|bad| (there.when(bad), int(bad))).to_vec();
                let may = [of.all(), there.all()].concat();
                self.logic(State::new(case(arms, of.sql), &may))
            }),
        };
        self.carried(carried)
    }

    fn range(&mut self, from: &Shape, to: &Shape) -> Elements<Shape> {
        let known = |shape: &Shape| match shape {
            Shape::Const(known) => Some(known.clone()),
            _ => None,
        };
        let (Some(from), Some(to)) = (known(from), known(to)) else {
            return Elements::Whole(Shape::Refused(Rc::new(Refusal::new("a range whose ends are computed", ENGINE))));
        };
        match kernel::range(&from, &to) {
            Ok(values) if values.len() > MAX_RANGE => {
                let what = format!("a range of more than {MAX_RANGE} numbers");
                Elements::Whole(Shape::Refused(Rc::new(Refusal::new(what, ENGINE))))
            }
            Ok(values) => crate::eval::walk::each(values, |value| Shape::Const(Evaluated::Value(value))),
            Err(other) => Elements::Whole(Shape::Const(other)),
        }
    }

    fn decide(&mut self, decision: DecisionId, parts: Parts<Shape>) -> Shape {
        let result = self.by_rules(decision, parts);
        let ty = &self.program.decision(decision).ty;
        let result = result.and_then(|shape| self.checked(ty, shape));
        let origin = self.program.decision(decision).origin;
        self.carried(result.map_err(|refusal| refusal.at(origin)))
    }

    fn finish(&mut self, decision: DecisionId, value: &Shape) -> Shape {
        let declared = self.program.decision(decision);
        let result = match value {
            Shape::Refused(refusal) => Err(refusal.at(declared.origin)),
            Shape::Const(known) => Ok(Shape::Const(kernel::decide::finish(declared, known.clone()))),
            other => self.checked(&declared.ty, other.clone()),
        };
        self.carried(result.map_err(|refusal| refusal.at(declared.origin)))
    }
}
