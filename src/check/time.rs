//! Holes in time: versions that leave days without one, and used decisions read where they have no value (P4).

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::lower::Read;
use crate::program::{Boundary, Program, VersionId};

/// Reports decisions of other policies that are read on days without a version of them, and no `outside` says what holds.
pub(super) fn outside_its_time(program: &Program, reads: &[Read]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for read in reads {
        if read.outside || !seen.insert((read.version, read.family)) {
            continue;
        }
        let reader = program.version(read.version);
        let family = program.family(read.family);
        let Some(policy) = family.policy else { continue };
        let reader_policy = &program.policies[reader.policy.index()];
        let used = &program.policies[policy.index()];
        let message = |why: String| {
            Diagnostic::error(Code::OUTSIDE_ITS_TIME, read.span, why).help(format!(
                "add `outside {0} is … because \"…\"` to `use {1}`, or `outside {0} has no value because \"…\"`",
                family.name, used.name
            ))
        };
        if used.decided_by != reader_policy.decided_by {
            let (by, its) = (&program.fact(used.decided_by).name, &program.fact(reader_policy.decided_by).name);
            found.push(message(format!(
                "`{}` is decided by `{by}`, `{}` by `{its}`: nothing proves it in force whenever it is read",
                used.name, reader_policy.name
            )));
            continue;
        }
        let versions: Vec<VersionId> = family.members.iter().filter_map(|(version, _)| *version).collect();
        let mut spans: Vec<(Boundary, Option<Boundary>)> =
            versions.iter().map(|&version| (program.version(version).start, program.version(version).end)).collect();
        spans.sort();
        if let Some((from, until)) = first_hole(reader.start, reader.end, &spans) {
            let days = match until {
                Some(until) => format!("from {} until {}", day(from), day(until)),
                None => format!("from {}", day(from)),
            };
            let mut diagnostic = message(format!(
                "`{}` has no value {days}, where `{} {}` reads it",
                family.name, reader_policy.name, reader.name
            ))
            .found("read here")
            .label(reader.span, format!("in force since {}", day(reader.start)));
            if let Some((start, _)) = spans.first() {
                let first = versions.iter().find(|&&version| program.version(version).start == *start);
                if let Some(&first) = first {
                    diagnostic = diagnostic.label(program.version(first).span, format!("starts {}", day(*start)));
                }
            }
            found.push(diagnostic);
        }
    }
    found
}

/// Returns the first part of a time that the sorted spans do not cover.
fn first_hole(
    start: Boundary,
    end: Option<Boundary>,
    spans: &[(Boundary, Option<Boundary>)],
) -> Option<(Boundary, Option<Boundary>)> {
    let mut covered = start;
    for &(from, until) in spans {
        if from > covered {
            let until = end.map_or(from, |end| end.min(from));
            return (covered < until).then_some((covered, Some(until)));
        }
        match until {
            None => return None,
            Some(until) => covered = covered.max(until),
        }
        if end.is_some_and(|end| covered >= end) {
            return None;
        }
    }
    Some((covered, end))
}

/// Warns of days between two versions of a policy on which none is in force.
pub(super) fn holes(program: &Program) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for policy in &program.policies {
        for pair in policy.versions.windows(2) {
            let (earlier, later) = (program.version(pair[0]), program.version(pair[1]));
            if let Some(end) = earlier.end
                && end < later.start
            {
                found.push(
                    Diagnostic::warning(Code::TIME_HOLE, later.span, format!("no version of `{}` is in force from {} until {}", policy.name, day(end), day(later.start)))
                        .found(format!("starts {}", day(later.start)))
                        .label(earlier.span, format!("ends {}", day(end)))
                        .help("take `until` out of the earlier version, or leave the hole on purpose: answers there are `not_in_force`"),
                );
            }
        }
    }
    found
}

fn day(boundary: Boundary) -> String {
    match boundary.moment {
        Some(moment) => moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        None => boundary.date.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn at(year: i32) -> Boundary {
        Boundary { date: NaiveDate::from_ymd_opt(year, 1, 1).expect("a first of January"), moment: None }
    }

    #[test]
    fn a_hole_is_found_before_between_and_after() {
        let spans = [(at(2010), Some(at(2012))), (at(2014), Some(at(2016)))];
        assert_eq!(first_hole(at(2009), None, &spans), Some((at(2009), Some(at(2010)))));
        assert_eq!(first_hole(at(2010), None, &spans), Some((at(2012), Some(at(2014)))));
        assert_eq!(first_hole(at(2014), None, &spans), Some((at(2016), None)));
        assert_eq!(first_hole(at(2014), Some(at(2015)), &spans), None);
    }
}
