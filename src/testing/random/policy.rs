//! A policy as data that can be edited and written down.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{NaiveDate, TimeDelta};

/// What an edit can move in an atom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Nothing.
    Fixed,
    /// A whole number.
    Number(i64),
    /// An amount in cents.
    Cents(i64),
    /// Days after 2024-01-01.
    Day(i64),
    /// One of these words.
    Word(&'static [&'static str], usize),
}

/// A condition that is not taken apart: a text in which `{}` stands for its slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    pub text: String,
    pub slot: Slot,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cond {
    Atom(Atom),
    Not(Box<Cond>),
    All(Vec<Cond>),
    Any(Vec<Cond>),
    AtLeast(usize, Vec<Cond>),
}

/// A rule of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub name: String,
    /// The value, as it is written after `is`, `includes`, `adds`.
    pub value: String,
    pub when: Vec<Cond>,
    pub unless: Vec<Cond>,
    /// Names of rules of the same decision.
    pub exception_to: Vec<String>,
}

/// A decision with its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub name: String,
    /// Its type, as it is written.
    pub ty: String,
    /// `is`, `includes`, `adds`.
    pub verb: &'static str,
    /// Values its rules can have.
    pub values: Vec<String>,
    pub outranks: Vec<(String, String)>,
    pub otherwise: Option<String>,
    /// It is an expression, and has no rules.
    pub body: Option<Cond>,
    pub rules: Vec<Rule>,
}

/// A policy `p` of one version, 2020-01-01.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Declarations that are not edited.
    pub declares: Vec<String>,
    pub invariants: Vec<Cond>,
    pub decisions: Vec<Decision>,
    /// Data files by path.
    pub data: BTreeMap<String, String>,
}

/// Writes a day that many days after 2024-01-01.
pub fn day(days: i64) -> String {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day");
    (first + TimeDelta::days(days)).format("%Y-%m-%d").to_string()
}

impl Atom {
    fn write(&self, out: &mut String) {
        let slot = match &self.slot {
            Slot::Fixed => String::new(),
            Slot::Number(number) => number.to_string(),
            Slot::Cents(cents) => format!("{}.{:02} CAD", cents / 100, cents % 100),
            Slot::Day(days) => day(*days),
            Slot::Word(words, index) => words[*index].to_owned(),
        };
        // Invariant: texts with a fixed slot may have braces of their own, others `{}` only.
        out.push_str(&if self.slot == Slot::Fixed { self.text.clone() } else { self.text.replace("{}", &slot) });
    }
}

impl Cond {
    /// Calls `f` with each atom.
    pub fn atoms<'a>(&'a mut self, f: &mut impl FnMut(&'a mut Atom)) {
        match self {
            Cond::Atom(atom) => f(atom),
            Cond::Not(part) => part.atoms(f),
            Cond::All(parts) | Cond::Any(parts) | Cond::AtLeast(_, parts) => {
                parts.iter_mut().for_each(|part| part.atoms(f));
            }
        }
    }

    fn write(&self, out: &mut String) {
        let mut block = |head: &str, parts: &[Cond]| {
            out.push_str(head);
            out.push_str(" { ");
            for (index, part) in parts.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                part.write(out);
            }
            out.push_str(" }");
        };
        match self {
            Cond::All(parts) => block("all of", parts),
            Cond::Any(parts) => block("any of", parts),
            Cond::AtLeast(least, parts) => block(&format!("at least {least} of"), parts),
            Cond::Atom(atom) => atom.write(out),
            Cond::Not(part) => {
                out.push_str("not (");
                part.write(out);
                out.push(')');
            }
        }
    }
}

impl Policy {
    /// Calls `f` with each atom.
    pub fn atoms<'a>(&'a mut self, f: &mut impl FnMut(&'a mut Atom)) {
        self.invariants.iter_mut().for_each(|cond| cond.atoms(f));
        for decision in &mut self.decisions {
            decision.body.iter_mut().for_each(|cond| cond.atoms(f));
            for rule in &mut decision.rules {
                rule.when.iter_mut().chain(&mut rule.unless).for_each(|cond| cond.atoms(f));
            }
        }
    }

    /// Returns the text.
    pub fn text(&self) -> String {
        let mut out = String::from("policy p effective from 2020-01-01 months round down\n");
        for line in &self.declares {
            let _ = writeln!(out, "{line}");
        }
        for (index, cond) in self.invariants.iter().enumerate() {
            let _ = write!(out, "invariant inv_{index}: ");
            cond.write(&mut out);
            out.push('\n');
        }
        for decision in &self.decisions {
            let _ = write!(out, "decision {}: {}", decision.name, decision.ty);
            for (higher, lower) in &decision.outranks {
                let _ = write!(out, " {higher} outranks {lower}");
            }
            if let Some(value) = &decision.otherwise {
                let _ = write!(out, " otherwise {value}");
            }
            if let Some(body) = &decision.body {
                out.push_str(" = ");
                body.write(&mut out);
            }
            out.push('\n');
            for rule in &decision.rules {
                rule.write(decision, &mut out);
            }
        }
        out
    }

    /// Returns the files of a root that holds the policy alone, by path.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::from([("p/2020-01-01.enact".to_owned(), self.text().into_bytes())]);
        files.extend(self.data.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())));
        files
    }
}

impl Rule {
    fn write(&self, decision: &Decision, out: &mut String) {
        let _ = write!(out, "rule {} {} {} {}", self.name, decision.name, decision.verb, self.value);
        match &self.when[..] {
            [] => {}
            [only] => {
                out.push_str(" when ");
                only.write(out);
            }
            all => {
                out.push_str(" when ");
                Cond::All(all.to_vec()).write(out);
            }
        }
        for unless in &self.unless {
            out.push_str(" unless ");
            unless.write(out);
        }
        if !self.exception_to.is_empty() {
            let _ = write!(out, " exception to {}", self.exception_to.join(", "));
        }
        out.push('\n');
    }
}
