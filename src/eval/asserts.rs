//! What the asserts of a policy come to on what is stated about one applicant: a test fails on one that is not kept.

use super::Request;
use super::interpret::Interpret;
use super::scope::Scope;
use crate::facts::Facts;
use crate::program::{OriginId, Program};
use crate::value::Evaluated;

/// Evaluates the asserts of the policy asked and of all it uses, in the versions in force; of a policy whose version is not
/// known, none. In the order of policies and text.
pub fn evaluate_asserts(program: &Program, request: &Request, facts: &Facts) -> Vec<(OriginId, Evaluated)> {
    let scope = Scope::new(program, request, facts);
    let mut walk = Interpret::walk(program, &scope);
    let versions = scope.reached().iter().filter_map(|&policy| scope.version(policy));
    versions
        .flat_map(|version| &program.version(version).asserts)
        .map(|&(origin, node)| (origin, walk.node(node)))
        .collect()
}
