//! Decisions that reach themselves (P5), in any combination of versions that can be in force together.

use std::collections::HashSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Asked, Decision, DecisionBody, DecisionId, NodeId, Op, Program};

/// Reports each circle of decisions once, with its path.
pub(super) fn decision_cycles(program: &Program) -> Vec<Diagnostic> {
    let reads: Vec<Vec<DecisionId>> =
        program.decisions.iter().map(|decision| decisions_read(program, decision)).collect();
    let mut state = vec![State::New; program.decisions.len()];
    let mut found = Vec::new();
    for start in 0..program.decisions.len() {
        if state[start] != State::New {
            continue;
        }
        // Depth first with an explicit stack: chains of decisions may be long.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        state[start] = State::Open;
        while let Some(&mut (at, ref mut next)) = path.last_mut() {
            let Some(&target) = reads[at].get(*next) else {
                state[at] = State::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match state[target.index()] {
                State::New => {
                    state[target.index()] = State::Open;
                    path.push((target.index(), 0));
                }
                State::Open => {
                    let from = path.iter().position(|&(decision, _)| decision == target.index()).unwrap_or(0);
                    let circle: Vec<usize> = path[from..].iter().map(|&(decision, _)| decision).collect();
                    found.push(report(program, &circle));
                }
                State::Done => {}
            }
        }
    }
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

fn report(program: &Program, circle: &[usize]) -> Diagnostic {
    let name = |decision: usize| program.family(program.decisions[decision].family).name.as_str();
    let mut names: Vec<&str> = circle.iter().map(|&decision| name(decision)).collect();
    names.push(name(circle[0]));
    let origin = |decision: usize| program.origin(program.decisions[decision].origin);
    let mut diagnostic =
        Diagnostic::error(Code::CYCLE, origin(circle[0]).span, format!("the decision `{}` reaches itself", names[0]))
            .found(names.join(" -> "))
            .help("break the circle: a decision reads facts, definitions and other decisions, never itself");
    for &decision in &circle[1..] {
        diagnostic = diagnostic.label(origin(decision).span, "and through this one");
    }
    diagnostic
}

/// Returns the decisions that a decision reads, of any version that can be in force together with its own.
fn decisions_read(program: &Program, decision: &Decision) -> Vec<DecisionId> {
    let mut work = roots(program, decision);
    let mut seen: HashSet<NodeId> = work.iter().copied().collect();
    let mut found = Vec::new();
    while let Some(node) = work.pop() {
        let op = program.op(node);
        match op {
            Op::Decision(read) => found.push(*read),
            Op::Used(family, _) => {
                for (version, asked) in &program.family(*family).members {
                    if let (Some(version), Asked::Decision(read)) = (version, asked)
                        && together(program, decision.version, *version)
                    {
                        found.push(*read);
                    }
                }
            }
            _ => {}
        }
        work.extend(op.children().into_iter().filter(|&child| seen.insert(child)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns the nodes a decision starts from.
fn roots(program: &Program, decision: &Decision) -> Vec<NodeId> {
    let rules = match &decision.body {
        DecisionBody::Expr(node) => return vec![*node],
        DecisionBody::Rules { rules, .. } | DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => rules,
    };
    let mut nodes = Vec::new();
    for &rule in rules {
        let rule = program.rule(rule);
        nodes.push(rule.value);
        nodes.extend(rule.when);
        nodes.extend(&rule.unless);
    }
    if let DecisionBody::Rules { otherwise: Some((_, otherwise)), .. } = &decision.body {
        nodes.push(*otherwise);
    }
    nodes
}

/// Whether two versions can be in force for one set of facts.
fn together(program: &Program, a: crate::program::VersionId, b: crate::program::VersionId) -> bool {
    let (a, b) = (program.version(a), program.version(b));
    let deciding = |version: &crate::program::Version| program.policies[version.policy.index()].decided_by;
    if deciding(a) != deciding(b) {
        return true;
    }
    a.end.is_none_or(|end| b.start < end) && b.end.is_none_or(|end| a.start < end)
}
