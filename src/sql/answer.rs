//! From columns to answers: status, value and version of what is asked (D2, D8, D15).

use std::collections::BTreeMap;

use sqlparser::ast::DataType;

use super::dialect::{Dialect, decimal};
use super::emit::Emit;
use super::expr::{Sql, all, any, case, int, null, text};
use super::facts::ColumnType;
use super::refuse::{ENGINE, Refusal};
use super::shape::{ERROR, Kind, NO, NONE, Shape, State, UNKNOWN, YES};
use super::{Output, set};
use crate::eval::walk::Walk;
use crate::program::{FamilyId, Invariant, PolicyId, Program, VersionId};
use crate::value::Evaluated;

/// How many paths from policy to policy are followed to find out whether one is reached.
const MAX_PATHS: usize = 64;

/// The columns of one thing asked.
pub(crate) struct Answer {
    pub(crate) status: Sql,
    pub(crate) value: Sql,
    pub(crate) ty: Output,
    pub(crate) version: Sql,
    /// By version, its number in `code`.
    pub(crate) code: Sql,
}

/// What invariants and versions come to, the same for everything asked of one policy.
pub(crate) struct Frame {
    /// The version in force: its place in the list from 1, 0 for none, -1 where it is not known.
    code: Sql,
    versions: Vec<VersionId>,
    broken: Sql,
    open: Sql,
}

/// Makes the columns that do not depend on what is asked.
pub(crate) fn frame(walk: &mut Walk<'_, Emit<'_>>, policy: PolicyId) -> Result<Frame, Refusal> {
    let versions = walk.algebra.scope.candidates(policy).to_vec();
    let states: Vec<State> = versions.iter().map(|&version| walk.algebra.in_force(version)).collect();
    let mut arms: Vec<(Sql, Sql)> =
        states.iter().enumerate().map(|(at, state)| (state.when(YES), int(at as i64 + 1))).collect();
    let unknown = states.iter().map(|state| any(vec![state.when(UNKNOWN), state.when(ERROR)])).collect();
    arms.push((any(unknown), int(-1)));
    let code = walk.algebra.layers.column(case(arms, int(0)));
    let (mut broken, mut open) = (Vec::new(), Vec::new());
    for (invariant, conditions) in invariants(&mut walk.algebra, policy)? {
        let state = match walk.node(invariant.node) {
            Shape::Refused(refusal) => return Err(refusal.at(invariant.origin)),
            shape => {
                shape.logic().ok_or_else(|| Refusal::new("an invariant of this kind", ENGINE).at(invariant.origin))?
            }
        };
        let certain = any(conditions.iter().map(|(certain, _)| certain.clone()).collect());
        let possible = any(conditions.into_iter().map(|(_, possible)| possible).collect());
        broken.push(all(vec![state.when(NO), certain.clone()]));
        open.push(all(vec![state.when(UNKNOWN), possible.clone()]));
        open.push(all(vec![state.when(NO), possible, certain.not()]));
    }
    let (broken, open) = (walk.algebra.layers.column(any(broken)), walk.algebra.layers.column(any(open)));
    Ok(Frame { code, versions, broken, open })
}

/// Invariants, each with pairs of conditions.
type Held = Vec<(Invariant, Vec<(Sql, Sql)>)>;

/// Invariants, each with the conditions that a version which has it is in force: for sure, and maybe.
fn invariants(emit: &mut Emit<'_>, root: PolicyId) -> Result<Held, Refusal> {
    let program = emit.program;
    let mut found: BTreeMap<u32, (Invariant, Vec<(Sql, Sql)>)> = BTreeMap::new();
    for policy in reached(program, emit, root) {
        let there = reach(emit, root, policy, &mut vec![], &mut 0)?;
        for version in emit.scope.candidates(policy).to_vec() {
            let state = emit.in_force(version);
            let certain = all(vec![there.clone(), state.when(YES)]);
            let possible = all(vec![there.clone(), state.when(NO).not()]);
            let library = program.version(version).library_invariants.iter();
            let all = library
                .map(|&index| program.invariants[index as usize])
                .chain(program.version(version).invariants.iter().copied());
            for invariant in all {
                let entry = found.entry(invariant.origin.0).or_insert_with(|| (invariant, Vec::new()));
                entry.1.push((certain.clone(), possible.clone()));
            }
        }
    }
    Ok(found.into_values().collect())
}

/// The policies that one uses, by the text.
fn reached(program: &Program, emit: &Emit<'_>, root: PolicyId) -> Vec<PolicyId> {
    let mut list = vec![root];
    let mut next = 0;
    while let Some(&policy) = list.get(next) {
        next += 1;
        for &version in emit.scope.candidates(policy) {
            for used in &program.version(version).uses {
                if !list.contains(used) {
                    list.push(*used);
                }
            }
        }
    }
    list
}

/// The condition that a policy is used by a version that may be in force, and so on up to the one asked.
fn reach(
    emit: &mut Emit<'_>,
    root: PolicyId,
    policy: PolicyId,
    seen: &mut Vec<PolicyId>,
    paths: &mut usize,
) -> Result<Sql, Refusal> {
    if policy == root {
        return Ok(super::expr::truth(true));
    }
    *paths += 1;
    if *paths > MAX_PATHS {
        return Err(Refusal::new("policies that use each other in too many ways", ENGINE));
    }
    seen.push(policy);
    let program = emit.program;
    let mut ways = Vec::new();
    for user in reached(program, emit, root) {
        if seen.contains(&user) {
            continue;
        }
        let versions: Vec<VersionId> = emit.scope.candidates(user).to_vec();
        let uses = |version: &VersionId| program.version(*version).uses.contains(&policy);
        if !versions.iter().any(uses) {
            continue;
        }
        // Recursion: as deep as policies use each other.
        let above = reach(emit, root, user, seen, paths)?;
        let states: Vec<Sql> = versions
            .iter()
            .filter(|version| uses(version))
            .map(|&version| emit.in_force(version).when(NO).not())
            .collect();
        ways.push(all(vec![above, any(states)]));
    }
    seen.pop();
    Ok(emit.layers.column(any(ways)))
}

/// Makes the columns of one thing asked.
pub(crate) fn answer(
    walk: &mut Walk<'_, Emit<'_>>,
    frame: &Frame,
    family: FamilyId,
    policy: PolicyId,
) -> Result<Answer, Refusal> {
    let program = walk.algebra.program;
    let certain = walk.algebra.scope.version(policy).is_some();
    let shape = walk.asked(family, &frame.versions, certain);
    let shape = match shape {
        Shape::Refused(refusal) => return Err(refusal.as_ref().clone()),
        other => other,
    };
    let ty = crate::eval::conclude::type_of(program, family);
    let shape = match shape {
        Shape::Const(known) => Shape::Const(crate::eval::kernel::outcome::of_definition(program, family, &known)),
        other => walk.algebra.checked(&ty, other)?,
    };
    // A decision's own conflict is one; and what would come of a condition that is an error is for the engine to say.
    let (mut conflicts, mut tried) = (Vec::new(), Vec::new());
    for (at, &version) in frame.versions.iter().enumerate() {
        if let Some(decision) = crate::eval::conclude::decision_in(program, family, version)
            && let Some((conflict, open)) = &walk.algebra.decided[decision.index()]
        {
            let in_force = frame.code.clone().eq(int(at as i64 + 1));
            conflicts.push(all(vec![in_force.clone(), conflict.clone()]));
            tried.push(all(vec![in_force, open.clone()]));
        }
    }
    let state = shape.state();
    // The version in force may not have it.
    let has = |version: &&VersionId| super::reasons::member(program, family, **version).is_some();
    let absent = frame.versions.iter().enumerate().filter(|(_, version)| !has(version));
    let absent = absent.map(|(at, _)| int(at as i64 + 1)).collect();
    let status = case(
        vec![
            (frame.code.clone().eq(int(-1)), text("deferred")),
            (frame.code.clone().eq(int(0)), text("not_in_force")),
            (frame.broken.clone(), text("contradictory")),
            (frame.open.clone(), text("deferred")),
            (frame.code.clone().one_of(absent), text("not_in_force")),
            (state.when(UNKNOWN), text("deferred")),
            (any(tried), text("deferred")),
            (any(conflicts), text("conflict")),
            (state.when(ERROR), text("error")),
        ],
        text("decided"),
    );
    let status = walk.algebra.layers.column(status);
    let decided = status.clone().eq(text("decided"));
    let (value, ty) = value(walk.algebra.program, walk.algebra.dialect, &shape)?;
    let there = all(vec![decided, state.when(NONE).not()]);
    let value = case(vec![(there, value)], null());
    let names = frame
        .versions
        .iter()
        .enumerate()
        .map(|(at, &version)| (frame.code.clone().eq(int(at as i64 + 1)), text(&program.version(version).name)));
    let version = case(names.collect(), null());
    Ok(Answer { status, value, ty, version, code: frame.code.clone() })
}

/// The value as readers of the result want it.
fn value(program: &Program, dialect: Dialect, shape: &Shape) -> Result<(Sql, Output), Refusal> {
    let column = |ty| Output::Column(ty);
    if let Shape::Set(_, members) = shape {
        let written =
            set::written(program, members).ok_or_else(|| Refusal::new("a set of what are no words", ENGINE))?;
        return Ok((written, column(ColumnType::Text)));
    }
    if let Shape::Const(Evaluated::Value(crate::value::Value::Set(members))) = shape {
        let listed = members.iter().map(|member| (member.clone(), super::expr::truth(true))).collect();
        let written = set::written(program, &super::shape::Members::Listed(listed));
        return Ok((
            written.ok_or_else(|| Refusal::new("a set of what are no words", ENGINE))?,
            column(ColumnType::Text),
        ));
    }
    if let Some(state) = shape.logic() {
        return Ok((state.when(YES), column(ColumnType::Boolean)));
    }
    let single = shape.scalar(program).ok_or_else(|| Refusal::new("an outcome that is no single value", ENGINE))?;
    Ok(match single {
        (_, sql, Kind::Number { scale: 0, .. }) => (sql, column(ColumnType::Integer)),
        (_, sql, Kind::Number { scale, .. }) => {
            // One times ten to the power of -scale, exactly.
            let mut unit = String::from("0.");
            unit.extend(std::iter::repeat_n('0', scale as usize - 1));
            unit.push('1');
            let wide = sql.cast(decimal(20, 0));
            let unit = super::expr::number(&unit).cast(decimal(scale + 1, scale));
            (wide.times(unit), Output::Decimal { scale })
        }
        (_, sql, Kind::Date { .. }) => {
            // Days that are no outcome must not reach the engine's calendar.
            let held = super::expr::call("GREATEST", vec![sql, int(super::date::CIVIL.0)]);
            let held = super::expr::call("LEAST", vec![held, int(super::date::CIVIL.1)]);
            (dialect.date_of(held), column(ColumnType::Date))
        }
        (_, sql, Kind::Time | Kind::Instant) => (sql, column(ColumnType::Integer)),
        (_, sql, Kind::Word) => (sql, column(ColumnType::Text)),
        (_, _, Kind::Nothing) => (null().cast(DataType::Varchar(None)), column(ColumnType::Text)),
    })
}
