//! Decisions by rules and tables as cases (D3 to D7, V12), as [`crate::eval::kernel::decide`] settles them.

use std::collections::BTreeSet;

use super::encode::{Case, Cases, Encoder, Truth, error, side};
use super::sat::Lit;
use crate::eval::exact::ground::Gid;
use crate::eval::kernel::decide::{exceptions, exceptions_first, rules, tried_together};
use crate::eval::kernel::{fault, placed};
use crate::program::{DecisionBody, DecisionId, HitKind};
use crate::value::{Evaluated, FaultKind, Value};

/// Rules with conditions that may be errors are tried applying and not (D6), those of one outcome together: with more to try, what
/// they come to where one is an error is vague. The interpreter tries more ([`crate::eval::kernel::decide`]), but not for all
/// applicants at once.
const MAX_TRIED: usize = 4;

/// How many different totals a decision may come to.
const MAX_TOTALS: usize = 1_024;

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

    /// The node of a decision by rules, from the operands of [`crate::eval::kernel::decide::outcome_of`].
    pub(crate) fn decide(&mut self, node: Gid, id: DecisionId, parts: &[Gid]) -> Cases {
        let count = rules(&self.ground.program.decision(id).body).len();
        let applies: Vec<Truth> = parts[..count].iter().map(|&part| self.truth(part)).collect();
        let failed: Vec<Lit> = applies.iter().map(|truth| self.gates.and(&[!truth.yes, !truth.no])).collect();
        let failing: Vec<usize> = (0..count).filter(|&rule| failed[rule] != Lit::FALSE).collect();
        let values: Vec<Cases> = parts[count..count * 2].iter().map(|&part| self.cases(part)).collect();
        let same = |a: usize, b: usize| {
            matches!(values[a][..], [(_, Case::Known(Evaluated::Value(_)))]) && values[a] == values[b]
        };
        let body = &self.ground.program.decision(id).body;
        let groups = tried_together(body, &exceptions(self.ground.program, rules(body)), &failing, same);
        let tried = if groups.len() > MAX_TRIED { 0 } else { groups.len() };
        let mut trials = Vec::new();
        for mask in 0..1usize << tried {
            // Where its condition is an error, a rule applies or not as the trial says.
            let as_tried: Vec<Truth> = (0..count)
                .map(|rule| {
                    let bit = groups.iter().position(|group| group.contains(&rule));
                    let yes = bit.is_some_and(|bit| bit < tried && mask >> bit & 1 == 1);
                    let yes = if yes { self.gates.or(&[applies[rule].yes, failed[rule]]) } else { applies[rule].yes };
                    Truth { yes, no: !yes }
                })
                .collect();
            trials.push(self.settled(node, id, parts, &as_tried));
        }
        let first = trials.swap_remove(0);
        if groups.len() > MAX_TRIED {
            let any = self.gates.or(&failed);
            let mut cases = vec![(any, Case::Vague(node))];
            for (lit, case) in first.iter() {
                cases.push((self.gates.and(&[!any, *lit]), case.clone()));
            }
            return self.merged(cases);
        }
        if trials.is_empty() {
            return first;
        }
        let mut cases = Vec::new();
        for (lit, case) in first.iter() {
            let mut all = vec![*lit];
            for trial in &trials {
                let mut alike = Vec::new();
                for (other_lit, other) in trial.iter() {
                    let same = self.same(case, other);
                    alike.push(self.gates.and(&[*other_lit, same]));
                }
                all.push(self.gates.or(&alike));
            }
            cases.push((self.gates.and(&all), case.clone()));
        }
        let told: Vec<Lit> = cases.iter().map(|(lit, _)| *lit).collect();
        let told = self.gates.or(&told);
        cases.push((!told, Case::Known(error())));
        self.merged(cases)
    }

    /// What a decision comes to where each rule applies or does not.
    fn settled(&mut self, node: Gid, id: DecisionId, parts: &[Gid], applies: &[Truth]) -> Cases {
        let program = self.ground.program;
        let decision = program.decision(id);
        let count = applies.len();
        let stands: Vec<Lit> = self.standing(id, applies).into_iter().map(|truth| truth.yes).collect();
        let values: Vec<Cases> = parts[count..count * 2].iter().map(|&part| self.cases(part)).collect();
        let otherwise = parts.get(count * 2).map(|&part| self.cases(part));
        let cases = match &decision.body {
            DecisionBody::Rules { outranks, .. } => {
                let none = Case::Known(placed(fault(FaultKind::NoRule), decision.origin.0));
                let otherwise = otherwise.unwrap_or_else(|| self.one(none));
                let conflict = Case::Known(placed(fault(FaultKind::Conflict), decision.origin.0));
                self.by_rank(&stands, &values, &otherwise, outranks, conflict)
            }
            DecisionBody::Includes(_) => self.gathered(node, &stands, &values),
            DecisionBody::Adds(_) => self.added(node, &stands, &values),
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

    /// The value of standing rules that no other one outranks (D6).
    fn by_rank(
        &mut self,
        stands: &[Lit],
        values: &[Cases],
        otherwise: &Cases,
        outranks: &[(Value, Value)],
        conflict: Case,
    ) -> Cases {
        let mut present: Vec<(Case, Lit)> = Vec::new();
        let mut failed = Vec::new();
        for (&stands, cases) in stands.iter().zip(values) {
            for (lit, case) in cases.iter() {
                let here = self.gates.and(&[stands, *lit]);
                let fails = match case {
                    Case::Known(Evaluated::Error(_)) => Lit::TRUE,
                    Case::Vague(id) => {
                        let free = self.free(*id);
                        self.gates.and(&[!free.yes, !free.no])
                    }
                    _ => Lit::FALSE,
                };
                failed.push(self.gates.and(&[here, fails]));
                let here = self.gates.and(&[here, !fails]);
                match present.iter_mut().find(|(other, _)| other == case) {
                    _ if here == Lit::FALSE => {}
                    Some((_, lit)) => *lit = self.gates.or(&[*lit, here]),
                    None => present.push((case.clone(), here)),
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
            .map(|(case, here)| {
                let mut parts = vec![*here];
                parts.extend(present.iter().filter(|(other, _)| beats(other, case)).map(|(_, other)| !*other));
                self.gates.and(&parts)
            })
            .collect();
        let mut cases: Vec<(Lit, Case)> = vec![(failed, Case::Known(error()))];
        let any: Vec<Lit> = present.iter().map(|(_, here)| *here).collect();
        let any = self.gates.or(&any);
        for (lit, case) in otherwise.iter() {
            cases.push((self.gates.and(&[!failed, !any, *lit]), case.clone()));
        }
        // One value is kept, or several that are equal; or two that are not.
        let mut clashes = Vec::new();
        for a in 0..present.len() {
            for b in 0..a {
                let same = self.same(&present[a].0, &present[b].0);
                clashes.push(self.gates.and(&[kept[a], kept[b], !same]));
            }
        }
        let clash = self.gates.or(&clashes);
        cases.push((self.gates.and(&[!failed, clash]), conflict));
        let mut earlier: Vec<Lit> = vec![!failed, !clash];
        for ((case, _), &kept) in present.iter().zip(&kept) {
            let mut parts = earlier.clone();
            parts.push(kept);
            cases.push((self.gates.and(&parts), case.clone()));
            earlier.push(!kept);
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
                let (pair, turned) = ((a.clone(), b.clone()), (b.clone(), a.clone()));
                let known = self.alike.get(&pair).or_else(|| self.alike.get(&turned)).copied();
                known.unwrap_or_else(|| {
                    let alike = self.gates.fresh();
                    self.alike.insert(pair, alike);
                    alike
                })
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

    /// A set of what standing rules include (D7).
    fn gathered(&mut self, node: Gid, stands: &[Lit], values: &[Cases]) -> Cases {
        let mut members: Vec<(Value, Vec<Lit>)> = Vec::new();
        let mut failed = Vec::new();
        let mut add = |value: &Value, lit: Lit| match members.iter_mut().find(|(other, _)| other == value) {
            Some((_, lits)) => lits.push(lit),
            None => members.push((value.clone(), vec![lit])),
        };
        let mut vague = Vec::new();
        for (&stands, cases) in stands.iter().zip(values) {
            for (lit, case) in cases.iter() {
                let lit = self.gates.and(&[stands, *lit]);
                match case {
                    Case::Known(Evaluated::Value(Value::Set(set))) => set.iter().for_each(|value| add(value, lit)),
                    Case::Known(Evaluated::Value(value)) => add(value, lit),
                    Case::Set(set) => {
                        for (value, when) in set.iter() {
                            let lit = self.gates.and(&[lit, *when]);
                            add(value, lit);
                        }
                    }
                    Case::Vague(_) => vague.push(lit),
                    _ => failed.push(lit),
                }
            }
        }
        members.sort_by(|a, b| a.0.cmp(&b.0));
        let members: Vec<(Value, Lit)> =
            members.into_iter().map(|(value, lits)| (value, self.gates.or(&lits))).collect();
        let failed = self.gates.or(&failed);
        let vague = self.gates.or(&vague);
        let (unclear, clear) = (self.gates.and(&[!failed, vague]), self.gates.and(&[!failed, !vague]));
        let set = Case::Set(members.into());
        self.merged([(failed, Case::Known(error())), (unclear, Case::Vague(node)), (clear, set)])
    }

    /// A total of what standing rules add (D7).
    fn added(&mut self, node: Gid, stands: &[Lit], values: &[Cases]) -> Cases {
        let mut totals: Vec<(Lit, Case)> = vec![(Lit::TRUE, Case::Known(Evaluated::Value(Value::integer(0))))];
        for (&stands, cases) in stands.iter().zip(values) {
            let mut next = Vec::new();
            for (lit, total) in &totals {
                next.push((self.gates.and(&[*lit, !stands]), total.clone()));
                for (other, case) in cases.iter() {
                    let lit = self.gates.and(&[*lit, stands, *other]);
                    let sum = match (total, case) {
                        (Case::Known(Evaluated::Value(a)), Case::Known(Evaluated::Value(b))) => {
                            let sum = crate::eval::kernel::number::sum(&[a, b]);
                            Case::Known(super::encode::normal(sum.into()))
                        }
                        (Case::Known(Evaluated::Error(_)), _) | (_, Case::Known(Evaluated::Error(_))) => {
                            Case::Known(error())
                        }
                        _ => Case::Vague(node),
                    };
                    next.push((lit, sum));
                }
            }
            let merged = self.merged(next);
            if merged.len() > MAX_TOTALS {
                return self.one(Case::Vague(node));
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
        let matches: Vec<Lit> = matches.iter().map(|row| row.yes).collect();
        self.by_rank(&matches, &outputs, &otherwise, &[], conflict)
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
