//! The days on which anything that something asked reads changes.

use std::collections::BTreeSet;

use super::reach::Reach;
use crate::program::{Boundary, DatedId, FamilyId, Op, PolicyId, Program, ScaleId, VersionId};

/// What changes at a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A version comes into force.
    Starts(VersionId),
    /// A version ends and no other follows at once.
    Ends(VersionId),
    /// A parameter or dated set has another value.
    Dated(DatedId),
    /// A scale has other bands.
    Scale(ScaleId),
}

/// Returns the boundaries of everything that is reached from what is asked, in any version, sorted: versions of its policy
/// and of all policies it reads, dated parameters, sets and scales. Deciding days of other policies, and days named by
/// `as of`, may differ from the day of the run; their boundaries are listed too.
pub fn boundaries(program: &Program, asked: FamilyId) -> Vec<(Boundary, Cause)> {
    let mut reach = Reach::new(program);
    reach.family(asked, &|_, _| true, &|_| false);
    let mut found = BTreeSet::new();
    let mut policies: BTreeSet<PolicyId> =
        reach.families.iter().filter_map(|&family| program.family(family).policy).collect();
    for &node in &reach.nodes {
        match program.op(node) {
            Op::Dated(id, _) => {
                let values = program.dated[id.index()].values.iter();
                found.extend(values.map(|(boundary, _)| (*boundary, Cause::Dated(*id))));
            }
            Op::Scale(id, ..) => {
                let values = program.scales[id.index()].values.iter();
                found.extend(values.map(|(boundary, _)| (*boundary, Cause::Scale(*id))));
            }
            Op::InForce(version) => drop(policies.insert(program.version(*version).policy)),
            _ => {}
        }
    }
    for policy in policies {
        let versions = &program.policies[policy.index()].versions;
        let starts: BTreeSet<Boundary> = versions.iter().map(|&version| program.version(version).start).collect();
        for &id in versions {
            let version = program.version(id);
            found.insert((version.start, Cause::Starts(id)));
            found.extend(version.end.filter(|end| !starts.contains(end)).map(|end| (end, Cause::Ends(id))));
        }
    }
    // A table read from rows without a start begins at the first day there is: nothing changes on it.
    found.into_iter().filter(|(boundary, _)| boundary.date != chrono::NaiveDate::MIN).collect()
}
