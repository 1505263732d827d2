//! Decisions by rules and tables as cases (D3 to D7, V12), as [`crate::eval::kernel::decide`] settles them.

use std::collections::BTreeSet;

use super::encode::{Case, Cases, Encoder, Truth, error, side};
use super::sat::Lit;
use crate::eval::exact::ground::Gid;
use crate::eval::kernel::decide::{exceptions, exceptions_first, rules};
use crate::eval::kernel::{fault, placed};
use crate::eval::walk::Algebra;
use crate::program::{DecisionBody, DecisionId, HitKind};
use crate::value::{Evaluated, FaultKind, Value};

/// How many different totals a decision may come to.
const MAX_TOTALS: usize = 1_024;

/// A value that may be present: when a rule with it stands for certain, and when it may (its condition is an error).
struct Present {
    case: Case,
    sure: Lit,
    maybe: Lit,
}

impl Encoder<'_> {
    /// Returns the conditions under which each rule applies and stands, from whether it applies (D4).
    fn standing(&mut self, decision: DecisionId, applies: &[Truth]) -> Vec<Truth> {
        let program = self.ground.program;
        let list = exceptions(program, rules(&program.decision(decision).body));
        let mut stands = applies.to_vec();
        for rule in exceptions_first(&list) {
            if !list[rule].is_empty() {
                let mut yes = vec![applies[rule].yes];
                let mut no = vec![applies[rule].no];
                for &exception in &list[rule] {
                    yes.push(stands[exception].no);
                    no.push(stands[exception].yes);
                }
                stands[rule] = Truth { yes: self.gates.and(&yes), no: self.gates.or(&no) };
            }
        }
        stands
    }

    /// A decision by rules, from the operands of [`crate::eval::kernel::decide::outcome_of`].
    pub(crate) fn decide(&mut self, id: DecisionId, parts: &[Gid]) -> Cases {
        let program = self.ground.program;
        let decision = program.decision(id);
        let count = rules(&decision.body).len();
        let applies: Vec<Truth> = parts[..count].iter().map(|&part| self.truth(part)).collect();
        let stands = self.standing(id, &applies);
        let values: Vec<Cases> = parts[count..count * 2].iter().map(|&part| self.cases(part)).collect();
        let otherwise = parts.get(count * 2).map(|&part| self.cases(part));
        let cases = match &decision.body {
            DecisionBody::Rules { outranks, .. } => {
                let none = Case::Known(placed(fault(FaultKind::NoRule), decision.origin.0));
                let otherwise = otherwise.unwrap_or_else(|| self.one(none));
                let conflict = Case::Known(placed(fault(FaultKind::Conflict), decision.origin.0));
                self.by_rank(&stands, &values, &otherwise, outranks, conflict)
            }
            DecisionBody::Includes(_) => self.gathered(&stands, &values),
            DecisionBody::Adds(_) => self.added(parts, &stands, &values),
            DecisionBody::Expr(_) => self.known(error()),
        };
        match decision.body {
            // Its own pseudo-outcomes are no errors of its range.
            DecisionBody::Rules { .. } => {
                let own: Vec<(Lit, Case)> = cases.iter().filter(|(_, case)| is_pseudo(case)).cloned().collect();
                let rest: Cases = cases.iter().filter(|(_, case)| !is_pseudo(case)).cloned().collect();
                let checked = self.checked(&rest, &decision.ty);
                let all: Vec<(Lit, Case)> = own.into_iter().chain(checked.iter().cloned()).collect();
                self.merged(all)
            }
            _ => self.checked(&cases, &decision.ty),
        }
    }

    fn by_rank(
        &mut self,
        stands: &[Truth],
        values: &[Cases],
        otherwise: &Cases,
        outranks: &[(Value, Value)],
        conflict: Case,
    ) -> Cases {
        let mut present: Vec<Present> = Vec::new();
        let (mut failed, mut maybe_failed) = (Vec::new(), Vec::new());
        for (stands, cases) in stands.iter().zip(values) {
            let maybe = self.gates.and(&[!stands.yes, !stands.no]);
            for (lit, case) in cases.iter() {
                let (sure, maybe) = (self.gates.and(&[stands.yes, *lit]), self.gates.and(&[maybe, *lit]));
                if let Case::Known(Evaluated::Error(_)) = case {
                    failed.push(sure);
                    maybe_failed.push(maybe);
                    continue;
                }
                match present.iter_mut().find(|one| one.case == *case) {
                    Some(one) => {
                        one.sure = self.gates.or(&[one.sure, sure]);
                        one.maybe = self.gates.or(&[one.maybe, maybe]);
                    }
                    None => present.push(Present { case: case.clone(), sure, maybe }),
                }
            }
        }
        let failed = self.gates.or(&failed);
        let beats = |a: &Case, b: &Case| match (a, b) {
            (Case::Known(Evaluated::Value(a)), Case::Known(Evaluated::Value(b))) => {
                outranks.iter().any(|(higher, lower)| higher == a && lower == b)
            }
            _ => false,
        };
        let kept: Vec<Lit> = present
            .iter()
            .map(|one| {
                let mut parts = vec![one.sure];
                parts.extend(present.iter().filter(|other| beats(&other.case, &one.case)).map(|other| !other.sure));
                self.gates.and(&parts)
            })
            .collect();
        let mut cases: Vec<(Lit, Case)> = vec![(failed, Case::Known(error()))];
        let any: Vec<Lit> = present.iter().map(|one| one.sure).collect();
        let any = self.gates.or(&any);
        // Nothing stands: the `otherwise`, if what may stand comes to the same.
        let nothing = self.gates.and(&[!failed, !any]);
        for (lit, case) in otherwise.iter() {
            let mut parts = vec![nothing, *lit];
            parts.extend(maybe_failed.iter().map(|&lit| !lit));
            for one in &present {
                if one.case != *case {
                    let same = self.same(&one.case, case);
                    parts.push(self.gates.or(&[!one.maybe, same]));
                }
            }
            cases.push((self.gates.and(&parts), case.clone()));
        }
        // One value is kept, or several that are equal; or two that are not.
        let mut clashes = Vec::new();
        let mut certain_clashes = Vec::new();
        for a in 0..present.len() {
            for b in 0..a {
                let same = self.same(&present[a].case, &present[b].case);
                let clash = self.gates.and(&[kept[a], kept[b], !same]);
                if clash == Lit::FALSE {
                    continue;
                }
                clashes.push(clash);
                let mut parts = vec![clash];
                parts.extend(maybe_failed.iter().map(|&lit| !lit));
                for one in &present {
                    if beats(&one.case, &present[a].case) || beats(&one.case, &present[b].case) {
                        parts.push(!one.maybe);
                    }
                }
                certain_clashes.push(self.gates.and(&parts));
            }
        }
        let (clash, certain_clash) = (self.gates.or(&clashes), self.gates.or(&certain_clashes));
        cases.push((self.gates.and(&[!failed, certain_clash]), conflict));
        let mut earlier: Vec<Lit> = Vec::new();
        for (index, one) in present.iter().enumerate() {
            let mut parts = vec![!failed, !clash, kept[index]];
            parts.extend(earlier.iter().map(|&lit: &Lit| !lit));
            parts.extend(maybe_failed.iter().map(|&lit| !lit));
            for other in &present {
                if other.case != one.case && !beats(&one.case, &other.case) {
                    let same = self.same(&one.case, &other.case);
                    parts.push(self.gates.or(&[!other.maybe, same]));
                }
            }
            cases.push((self.gates.and(&parts), one.case.clone()));
            earlier.push(kept[index]);
        }
        // Whatever is left rests on an error.
        let told: Vec<Lit> = cases.iter().map(|(lit, _)| *lit).collect();
        let told = self.gates.or(&told);
        if !maybe_failed.iter().all(|&lit| lit == Lit::FALSE) || present.iter().any(|one| one.maybe != Lit::FALSE) {
            cases.push((!told, Case::Known(error())));
        }
        self.merged(cases)
    }

    /// When two cases are the same value.
    pub(crate) fn same(&mut self, a: &Case, b: &Case) -> Lit {
        if a == b {
            return Lit::TRUE;
        }
        match (a, b) {
            (Case::Vague(_), _) | (_, Case::Vague(_)) => {
                let id = self.vague_pair(a, b);
                let Encoder { vague, gates, .. } = self;
                *vague.entry(id).or_insert_with(|| gates.fresh())
            }
            (Case::Term(_), _) | (_, Case::Term(_)) => match (side(a), side(b)) {
                (Some(a), Some(b)) => {
                    let (before, after) = (self.less(&a, &b), self.less(&b, &a));
                    self.gates.and(&[!before, !after])
                }
                _ => Lit::FALSE,
            },
            (Case::Set(_), _) | (_, Case::Set(_)) => {
                let members = |case: &Case| match case {
                    Case::Set(members) => Some(members.to_vec()),
                    Case::Known(Evaluated::Value(Value::Set(members))) => {
                        Some(members.iter().map(|member| (member.clone(), Lit::TRUE)).collect())
                    }
                    _ => None,
                };
                let (Some(a), Some(b)) = (members(a), members(b)) else { return Lit::FALSE };
                let all: BTreeSet<&Value> = a.iter().chain(&b).map(|(member, _)| member).collect();
                let of = |list: &[(Value, Lit)], member: &Value| {
                    list.iter().find(|(other, _)| other == member).map_or(Lit::FALSE, |(_, lit)| *lit)
                };
                let mut parts = Vec::new();
                for member in all {
                    let (a, b) = (of(&a, member), of(&b, member));
                    parts.push(self.equal(a, b));
                }
                self.gates.and(&parts)
            }
            _ => Lit::FALSE,
        }
    }

    /// When two conditions are both true or both false.
    pub(crate) fn equal(&mut self, a: Lit, b: Lit) -> Lit {
        if a == b {
            return Lit::TRUE;
        }
        let (both, neither) = (self.gates.and(&[a, b]), self.gates.and(&[!a, !b]));
        self.gates.or(&[both, neither])
    }

    fn vague_pair(&mut self, a: &Case, b: &Case) -> Gid {
        let mut id = |case: &Case| match case {
            Case::Vague(id) | Case::Term(id) => *id,
            Case::Known(value) => self.ground.known(value.clone()),
            Case::Set(_) => self.ground.known(error()),
        };
        let pair = [id(a), id(b)];
        self.ground.apply(crate::eval::kernel::Key::Less, &pair)
    }

    /// A set of what standing rules include (D7).
    fn gathered(&mut self, stands: &[Truth], values: &[Cases]) -> Cases {
        let mut members: Vec<(Value, Vec<Lit>)> = Vec::new();
        let mut failed = Vec::new();
        let mut add = |value: &Value, lit: Lit| match members.iter_mut().find(|(other, _)| other == value) {
            Some((_, lits)) => lits.push(lit),
            None => members.push((value.clone(), vec![lit])),
        };
        let mut whole = Vec::new();
        for (stands, cases) in stands.iter().zip(values) {
            whole.push(self.gates.and(&[!stands.yes, !stands.no]));
            for (lit, case) in cases.iter() {
                let lit = self.gates.and(&[stands.yes, *lit]);
                match case {
                    Case::Known(Evaluated::Value(Value::Set(set))) => set.iter().for_each(|value| add(value, lit)),
                    Case::Known(Evaluated::Value(value)) => add(value, lit),
                    Case::Set(set) => {
                        for (value, when) in set.iter() {
                            let lit = self.gates.and(&[lit, *when]);
                            add(value, lit);
                        }
                    }
                    _ => failed.push(lit),
                }
            }
        }
        members.sort_by(|a, b| a.0.cmp(&b.0));
        let members: Vec<(Value, Lit)> =
            members.into_iter().map(|(value, lits)| (value, self.gates.or(&lits))).collect();
        failed.extend(whole);
        let failed = self.gates.or(&failed);
        self.merged([(failed, Case::Known(error())), (!failed, Case::Set(members.into()))])
    }

    /// A total of what standing rules add (D7).
    fn added(&mut self, parts: &[Gid], stands: &[Truth], values: &[Cases]) -> Cases {
        let vague = parts.first().copied().unwrap_or_default();
        let mut totals: Vec<(Lit, Case)> = vec![(Lit::TRUE, Case::Known(Evaluated::Value(Value::integer(0))))];
        for (stands, cases) in stands.iter().zip(values) {
            let mut next = Vec::new();
            for (lit, total) in &totals {
                next.push((self.gates.and(&[*lit, stands.no]), total.clone()));
                let open = self.gates.and(&[*lit, !stands.yes, !stands.no]);
                next.push((open, Case::Known(error())));
                for (other, case) in cases.iter() {
                    let lit = self.gates.and(&[*lit, stands.yes, *other]);
                    let sum = match (total, case) {
                        (Case::Known(Evaluated::Value(a)), Case::Known(Evaluated::Value(b))) => {
                            let sum = crate::eval::kernel::number::sum(&[a, b]);
                            Case::Known(super::encode::normal(sum.into()))
                        }
                        (Case::Known(Evaluated::Error(_)), _) | (_, Case::Known(Evaluated::Error(_))) => {
                            Case::Known(error())
                        }
                        _ => Case::Vague(vague),
                    };
                    next.push((lit, sum));
                }
            }
            let merged = self.merged(next);
            if merged.len() > MAX_TOTALS {
                return self.one(Case::Vague(vague));
            }
            totals = merged.to_vec();
        }
        totals.into()
    }

    /// A table: conditions and outputs of its rows in turn, then what holds where none matches.
    pub(crate) fn rows(&mut self, id: Gid, hit: &HitKind, parts: &[Gid], has_otherwise: bool) -> Cases {
        let count = parts.len() / 2;
        let matches: Vec<Truth> = (0..count).map(|row| self.truth(parts[row * 2])).collect();
        let outputs: Vec<Cases> = (0..count).map(|row| self.cases(parts[row * 2 + 1])).collect();
        let otherwise = match parts.last() {
            Some(&last) if has_otherwise => self.cases(last),
            _ => self.known(error()),
        };
        let failed: Vec<Lit> = matches.iter().map(|row| self.gates.and(&[!row.yes, !row.no])).collect();
        let plain = failed.iter().all(|&lit| lit == Lit::FALSE);
        if !plain || matches!(hit, HitKind::Collect | HitKind::Highest(_)) {
            return self.one(Case::Vague(id));
        }
        let mut cases: Vec<(Lit, Case)> = Vec::new();
        if *hit == HitKind::First {
            let mut before = Lit::TRUE;
            for (row, output) in matches.iter().zip(&outputs) {
                let here = self.gates.and(&[before, row.yes]);
                for (lit, case) in output.iter() {
                    cases.push((self.gates.and(&[here, *lit]), case.clone()));
                }
                before = self.gates.and(&[before, row.no]);
            }
            for (lit, case) in otherwise.iter() {
                cases.push((self.gates.and(&[before, *lit]), case.clone()));
            }
            return self.merged(cases);
        }
        // Rows that match must agree: as rules without rank, where a conflict is an error.
        let conflict = Case::Known(error());
        let failing: Cases = self.by_rank(&matches, &outputs, &otherwise, &[], conflict);
        failing
    }
}

fn is_pseudo(case: &Case) -> bool {
    matches!(
        case,
        Case::Known(Evaluated::Error(crate::value::Fault {
            kind: FaultKind::Conflict | FaultKind::NoRule,
            origin: Some(_)
        }))
    )
}
