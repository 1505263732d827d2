//! W109: facts that decisions read although they change no outcome.
//!
//! Two applicants side by side, the same but for one fact: if no decision ever differs between them, the fact is idle. Invariants
//! are left out here, so that a fact which others settle is not called idle.

use super::claims::Claims;
use super::look::Look;
use super::two;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId};

/// Reports facts of this policy's texts that its decisions read for nothing.
pub(super) fn without_effect(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    // Notes show facts too.
    let notes = program.version(look.version).notes.iter().filter_map(|note| note.when);
    let mut shown: Vec<FactId> = Vec::new();
    for node in notes.chain(program.version(look.version).asserts.iter().map(|&(_, node)| node)) {
        if let Some(id) = look.graph_of(node) {
            let ground = &look.space.encoder.ground;
            shown.extend(ground.reads(id).iter().map(|&index| ground.variable(index).at.fact));
        }
    }
    let ground = &look.space.encoder.ground;
    let mut read: Vec<FactId> = Vec::new();
    for &root in &look.graphed.roots {
        read.extend(ground.reads(root).iter().map(|&index| ground.variable(index).at.fact));
    }
    read.sort_unstable();
    read.dedup();
    read.retain(|fact| {
        let span = program.fact(*fact).span;
        let own = span.is_some_and(|span| look.is_own(span) && !claims.is_busy(span));
        own && *fact != EVALUATION_DATE && *fact != EVALUATION_TIME
    });
    for fact in read.extract_if(.., |fact| shown.contains(fact)) {
        if let Some(span) = program.fact(fact).span {
            claims.idle(span, &program.fact(fact).name, None);
        }
    }
    if read.is_empty() {
        return;
    }
    let idle = two::with(look.program, &look.request, look.today, |two| two.idle(&read));
    for &fact in &read {
        let it = program.fact(fact);
        let Some(span) = it.span else { continue };
        let place = look.named(span, &it.name);
        let finding = idle.contains(&fact).then(|| {
            Diagnostic::warning(Code::UNUSED, place, format!("the fact `{}` is read, but changes no outcome", it.name))
                .help("a condition that should read it may be missing, or one that makes it idle may be too wide")
        });
        claims.idle(span, &it.name, finding);
    }
}
