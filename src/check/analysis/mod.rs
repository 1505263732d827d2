//! What policies mean, looked at for all applicants at once: conflicts, rules that never apply, asserts that do not hold.
//!
//! ```text
//! look        one version of a policy: its graph, and questions about everybody it is meant for
//! claims      findings of all versions together
//! conflicts   E105: rules of different outcomes stand together
//! incomplete  W106: nothing decides
//! conditions  E101, W102: conditions that are never or always true
//! rules       E101, W103, W104, W108, I114: rules that never apply, never decide, are covered; exceptions that never bite
//! redundant   W107: conditions that others imply
//! either      I112: a condition and its opposite lead to the same
//! tables      rows that match together, rows that never match
//! errors      W117: error values that reach an outcome
//! thresholds  W111: a hole of width one between two thresholds
//! asserts     E113: what must be true of the whole policy
//! facts       W109: facts that change no outcome
//! sweep       outcomes around every number and date
//! pairs       a pair of tests for each condition
//! two         two applicants side by side
//! texts       W119, I124, I126: what the texts alone show
//! ```
//!
//! Each version is looked at with its text pinned, for applicants who keep its invariants, on days on which it is in force. A
//! finding that says *never* or *always* must hold in every version that has the text: what one version makes impossible may be
//! why another has it. A finding that says *there is somebody* shows them, and the interpreter has decided about them first.

mod asserts;
mod claims;
mod conditions;
mod conflicts;
mod either;
mod errors;
mod facts;
mod incomplete;
mod look;
mod pairs;
mod redundant;
mod rules;
mod sweep;
mod tables;
#[cfg(test)]
mod tests;
mod texts;
mod thresholds;
mod two;

pub use self::pairs::{PairTests, pair_tests};
pub use self::sweep::{Around, Threshold, sweep};

use self::claims::Claims;
use self::look::Look;
use crate::diagnostic::{self, Code, Diagnostic};
use crate::load::Loaded;
use crate::program::{PolicyId, Program, VersionId};
use crate::solve::graph::{nothing_but, scopes};

/// How many questions are asked about one version at most. A version of 400 rules over 150 facts takes some four thousand.
const MAX_QUESTIONS: usize = 20_000;

/// What analyses of meaning give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Analysis {
    /// What was found, by place.
    pub findings: Vec<Diagnostic>,
    /// How many versions were looked at.
    pub versions: usize,
    /// How many asserts hold for everybody, each text counted once.
    pub proved: usize,
    /// How many questions were asked.
    pub questions: usize,
    /// Whether a question was left open because it would have taken too long: some findings may be missing.
    pub open: bool,
}

/// Looks at what all policies under a root mean.
pub fn analyse(loaded: &Loaded, program: &Program) -> Analysis {
    let mut claims = Claims::default();
    let mut analysis = Analysis::default();
    for policy in 0..program.policies.len() {
        for &version in &program.policies[policy].versions {
            let (questions, open) = version_of(loaded, program, PolicyId(policy as u32), version, &mut claims);
            analysis.questions += questions;
            analysis.open |= open;
            analysis.versions += 1;
        }
    }
    texts::assumptions(program, &mut claims);
    texts::late_sources(loaded, program, &mut claims);
    texts::every(program, &mut claims);
    (analysis.findings, analysis.proved) = claims.finish(&loaded.sources);
    diagnostic::sort(&mut analysis.findings);
    analysis
}

/// Looks at one version. Returns how many questions that took, and whether one was left open.
fn version_of(
    loaded: &Loaded,
    program: &Program,
    policy: PolicyId,
    version: VersionId,
    claims: &mut Claims,
) -> (usize, bool) {
    let request = look::request(program, policy, version);
    let facts = nothing_but(program, &[]);
    let scopes = scopes(program, std::slice::from_ref(&request), &facts);
    let mut look = Look::new(loaded, program, version, request, &scopes);
    let span = program.version(version).span;
    if look.nobody() {
        let message = "no applicant keeps the invariants of this version on a day on which it is in force";
        let finding = Diagnostic::error(Code::NEVER_TRUE, span, message);
        claims.found(finding.help("an invariant asks too much, or two of them exclude each other"));
        return (look.space.questions, false);
    }
    conflicts::conflicts(&mut look, claims);
    incomplete::incomplete(&mut look, claims);
    rules::rules(&mut look, claims);
    conditions::constant(&mut look, claims);
    redundant::redundant(&mut look, claims);
    either::either_way(&mut look, claims);
    tables::tables(&mut look, claims);
    errors::errors(&mut look, claims);
    thresholds::thresholds(&mut look, claims);
    asserts::asserts(&mut look, claims);
    facts::without_effect(&mut look, claims);
    look.say_vague(claims);
    (look.space.questions, look.is_open())
}
