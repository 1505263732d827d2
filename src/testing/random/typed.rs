//! Small random policies that use the whole language: facts of every type, every kind of comparison, every form of decision.

use super::dice::Dice;
use super::policy::{Atom, Cond, Decision, Policy, Rule, Slot};

/// What the slot of an atom is filled with.
#[derive(Debug, Clone, Copy)]
enum Fill {
    Fixed,
    Number(i64, i64),
    Cents(i64, i64),
    Day(i64, i64),
    Word(&'static [&'static str]),
}

use Fill::{Cents, Day, Fixed, Number, Word};

/// A theme: what it declares, and conditions over it.
struct Topic {
    name: &'static str,
    /// Names of topics whose facts it also reads.
    with: &'static [&'static str],
    declares: &'static [&'static str],
    atoms: &'static [(&'static str, Fill)],
    /// Expressions of a type, for decisions that are no yes/no.
    values: &'static [(&'static str, &'static str)],
}

const PROGRAMS: &[&str] = &["imp", "tfwp", "study"];
const COUNTRIES: &[&str] = &["US", "PM", "FR", "IN"];
const WEEKDAYS: &[&str] = &["monday", "friday", "saturday", "sunday"];
const TIMES: &[&str] = &["09:30", "12:00", "24:00"];
const MOMENTS: &[&str] = &["2024-03-31T23:59:00Z", "2024-04-01T00:00:00Z"];

const TOPICS: &[Topic] = &[
    Topic {
        name: "flags",
        with: &[],
        declares: &["fact flag_a: yes/no", "fact flag_b: yes/no", "fact flag_c: yes/no"],
        atoms: &[("flag_a", Fixed), ("flag_b", Fixed), ("flag_c", Fixed), ("(flag_a implies flag_b)", Fixed)],
        values: &[],
    },
    Topic {
        name: "program",
        with: &[],
        declares: &[
            "enum program { imp, tfwp, study }",
            "fact work_program: program",
            "fact last_program: program or none",
        ],
        atoms: &[
            ("work_program is {}", Word(PROGRAMS)),
            ("work_program is not {}", Word(PROGRAMS)),
            ("work_program in {imp, study}", Fixed),
            ("last_program is none", Fixed),
            ("last_program is {}", Word(PROGRAMS)),
            ("last_program is work_program", Fixed),
        ],
        values: &[],
    },
    Topic {
        name: "port",
        with: &[],
        declares: &["enum port open { douglas, lacolle, windsor }", "fact place: port", "fact next_place: port"],
        atoms: &[
            ("place is {}", Word(&["douglas", "lacolle", "windsor"])),
            ("place in {douglas, windsor}", Fixed),
            ("place is next_place", Fixed),
            ("next_place is not lacolle", Fixed),
        ],
        values: &[],
    },
    Topic {
        name: "travel",
        with: &["dates"],
        declares: &[
            "fact home: country",
            "fact visited: set of country",
            "set near: set of country = {US, PM}",
            "set exempt: set of country read from \"exempt.csv\" column iso2 valid from start until end_day",
        ],
        atoms: &[
            ("home is {}", Word(COUNTRIES)),
            ("home in near", Fixed),
            ("{} in visited", Word(COUNTRIES)),
            ("home in visited", Fixed),
            ("visited overlaps near", Fixed),
            ("visited within {US, FR}", Fixed),
            ("visited is empty", Fixed),
            ("visited is {US}", Fixed),
            ("count(visited) >= {}", Number(1, 3)),
            ("(every c in visited: c in near)", Fixed),
            ("(any c in visited: c is home)", Fixed),
            ("home in exempt", Fixed),
            ("home in exempt as of applied", Fixed),
            ("visited overlaps exempt", Fixed),
        ],
        values: &[],
    },
    Topic {
        name: "numbers",
        with: &[],
        declares: &["fact age_years: integer within 0..120", "fact points: integer", "fact score: decimal"],
        atoms: &[
            ("age_years >= {}", Number(1, 40)),
            ("age_years < {}", Number(10, 70)),
            ("points > {}", Number(0, 9)),
            ("points is {}", Number(0, 9)),
            ("points + age_years > {}", Number(0, 60)),
            ("points - age_years < {}", Number(0, 9)),
            ("points * 2 < {}", Number(0, 30)),
            ("-points <= {}", Number(0, 9)),
            ("points is age_years", Fixed),
            ("min(age_years, points) < {}", Number(0, 20)),
            ("max(age_years, points, 5) >= {}", Number(4, 20)),
            ("score >= 0.5", Fixed),
            ("score * 3 < {}", Number(0, 9)),
            ("round (score) to 0 places half even is {}", Number(0, 4)),
            ("round (100 / points) to 0 places half up > {}", Number(0, 60)),
            ("(points is not 0 and round (100 / points) to 1 places half down >= {})", Number(0, 60)),
            ("(if points > age_years then points else age_years) > {}", Number(0, 60)),
        ],
        values: &[("integer", "points + 1"), ("integer", "age_years"), ("integer", "7"), ("integer", "min(points, 9)")],
    },
    Topic {
        name: "money",
        with: &["numbers"],
        declares: &[
            "fact pay: money CAD",
            "fact cost: money CAD",
            "parameter fee: money CAD = 100.00 CAD from 2020-01-01, 120.00 CAD from 2024-03-01, no value from 2030-01-01",
            "scale tax: money CAD = { 15% up to 500 CAD, 26% above } from 2020-01-01, { 10% above } from 2024-06-01",
            "table price(n: integer) -> amount: money CAD unique\n    | 0..17 -> 10.00 CAD\n    | 18..64 -> 155.00 CAD\n    otherwise 50.00 CAD",
            "table rebate(n: integer, a: money CAD) -> amount: money CAD first\n    | < 18, any -> 5.00 CAD\n    | any, >= 100.00 CAD -> 20.00 CAD\n    | 60..80, any -> 1.00 CAD",
        ],
        atoms: &[
            ("pay >= {}", Cents(0, 20_000)),
            ("pay < fee", Fixed),
            ("cost > fee", Fixed),
            ("pay * 15% > {}", Cents(0, 3_000)),
            ("round (pay * 7%) to 2 places half up >= {}", Cents(0, 2_000)),
            ("pay + cost > {}", Cents(0, 20_000)),
            ("pay - cost <= {}", Cents(0, 20_000)),
            ("pay is cost", Fixed),
            ("tax(pay) > {}", Cents(0, 9_000)),
            ("price(age_years) <= pay", Fixed),
            ("price(age_years) is {}", Cents(15_500, 15_500)),
            ("rebate(age_years, pay) >= {}", Cents(500, 2_000)),
            ("round (pay / 3) to 2 places half even > {}", Cents(0, 9_000)),
            ("round (pay / cost) to 1 places half up > {}", Number(0, 3)),
            ("pay * points > {}", Cents(0, 90_000)),
        ],
        values: &[
            ("money CAD", "10.00 CAD"),
            ("money CAD", "fee"),
            ("money CAD", "pay"),
            ("money CAD", "pay + cost"),
            ("money CAD", "round (pay * 15%) to 2 places half up"),
            ("money CAD", "price(age_years)"),
            ("money CAD", "cost * 0.01"),
        ],
    },
    Topic {
        name: "dates",
        with: &[],
        declares: &[
            "fact issued: date",
            "fact applied: date",
            "fact expires: date or none",
            "fact born: date",
            "fact extra: integer within 0..24",
            "calendar canada weekend {saturday, sunday} holidays {2024-02-19, 2024-07-01} covers 2023-06-01 through 2025-06-30",
        ],
        atoms: &[
            ("applied >= {}", Day(-30, 400)),
            ("issued < {}", Day(-30, 400)),
            ("issued is {}", Day(55, 62)),
            ("evaluation_date >= {}", Day(-30, 400)),
            ("issued <= applied", Fixed),
            ("issued is applied", Fixed),
            ("issued + {} months <= applied", Number(1, 14)),
            ("issued + {} months rounding up > applied", Number(1, 14)),
            ("issued + {} days < applied", Number(1, 60)),
            ("applied - {} weeks >= issued", Number(1, 9)),
            ("issued + extra months < applied", Fixed),
            ("issued + extra days is applied", Fixed),
            ("days from issued to applied <= {} days", Number(1, 200)),
            ("months from issued to applied rounding down >= {} months", Number(1, 14)),
            ("months from issued to applied rounding up < {} months", Number(1, 14)),
            ("age(born, applied) rounding down >= {}", Number(16, 22)),
            ("age(born, evaluation_date) rounding up < {}", Number(16, 22)),
            ("expires is none", Fixed),
            ("(expires is none or expires > applied)", Fixed),
            ("(expires is not none and expires >= applied + {} days)", Number(0, 40)),
            ("(expires is not none and expires - 3 months <= {})", Day(0, 200)),
            ("or_if_none(expires, issued) < applied", Fixed),
            ("expires is issued", Fixed),
            ("applied in ({} until 2024-06-01)", Day(0, 151)),
            ("applied in (issued through expires)", Fixed),
            ("(issued until applied) overlaps ({} through none)", Day(0, 200)),
            ("(issued through applied) within ({} until 2025-01-01)", Day(-60, 100)),
            ("weekday of applied is {}", Word(WEEKDAYS)),
            ("weekday of (issued + 1 day) in {monday, sunday}", Fixed),
            ("end of month issued < applied", Fixed),
            ("end of month applied is {}", Day(59, 59)),
            ("earliest(issued, applied) < {}", Day(0, 300)),
            ("latest(issued, applied, 2024-02-29) + 1 month > {}", Day(60, 150)),
            ("issued + 5 business days of canada <= {}", Day(0, 300)),
            ("applied - 2 business days of canada > {}", Day(0, 300)),
            ("(any k in 0 to 3: issued + k months is applied)", Fixed),
        ],
        values: &[
            ("date", "issued"),
            ("date", "applied + 1 month"),
            ("date", "latest(issued, applied)"),
            ("date", "2024-12-24"),
            ("date", "end of month issued"),
            ("days", "days from issued to applied"),
            ("integer", "age(born, applied) rounding down"),
        ],
    },
    Topic {
        name: "moments",
        with: &["dates"],
        declares: &["fact opens_at: time", "fact arrived: instant", "fact stay_length: days", "fact term: months"],
        atoms: &[
            ("opens_at >= {}", Word(TIMES)),
            ("opens_at < {}", Word(TIMES)),
            ("arrived >= {}", Word(MOMENTS)),
            ("date of arrived in \"America/Toronto\" < applied", Fixed),
            ("arrived + 2 hours < {}", Word(MOMENTS)),
            ("arrived < end of day applied in \"UTC\"", Fixed),
            ("stay_length > {} days", Number(0, 30)),
            ("stay_length - 2 days <= {} days", Number(0, 30)),
            ("days from issued to applied > stay_length", Fixed),
            ("term >= {} months", Number(0, 24)),
        ],
        values: &[("days", "stay_length"), ("days", "30 days")],
    },
    Topic {
        name: "lists",
        with: &["dates"],
        declares: &[
            "record stay { start: date, last: date or none } is period start through last",
            "record job { wage: money CAD, done: yes/no, land: country }",
            "fact stays: list of stay",
            "fact jobs: list of job",
        ],
        atoms: &[
            ("(any s in stays: s.start >= {})", Day(0, 200)),
            ("(every s in stays: s.last is none)", Fixed),
            ("(any s in stays: {} in s)", Day(0, 200)),
            ("(no s in stays: s.start > 2024-03-01)", Fixed),
            ("(any s in stays: s.start <= applied)", Fixed),
            ("stays is empty", Fixed),
            ("(any j in jobs: j.done and j.wage >= {})", Cents(0, 9_000)),
            ("(every j in jobs: j.done)", Fixed),
            ("(no j in jobs: j.land is {})", Word(COUNTRIES)),
            ("count(j in jobs: j.done) >= {}", Number(1, 3)),
            ("sum(j.wage for j in jobs: j.done) > {}", Cents(0, 9_000)),
            ("days covered by stays within (2024-01-01 until 2024-07-01) >= {} days", Number(0, 90)),
        ],
        values: &[],
    },
    Topic {
        name: "texts",
        with: &[],
        declares: &["fact full_name: text", "fact city: text"],
        atoms: &[
            ("full_name is \"Bob\"", Fixed),
            ("city is not \"Paris\"", Fixed),
            ("full_name is city", Fixed),
            ("city in {\"Paris\", \"Rome\"}", Fixed),
        ],
        values: &[],
    },
];

const EXEMPT: &str = "iso2,start,end_day\nFR,2020-01-01,2024-04-01\nIN,2024-02-01,\nUS,2023-01-01,2024-01-01\n";

/// A policy under construction.
struct Writer<'d> {
    dice: &'d mut Dice,
    topics: Vec<&'static Topic>,
    /// Conditions that read earlier decisions.
    read: Vec<String>,
}

/// Writes a random policy.
pub fn typed(dice: &mut Dice) -> Policy {
    let mut topics: Vec<&'static Topic> = Vec::new();
    for _ in 0..1 + dice.roll(3) {
        let topic = dice.one_of(TOPICS);
        if !topics.iter().any(|other| other.name == topic.name) {
            topics.push(topic);
        }
    }
    let needed = |name: &str| topics.iter().any(|topic| topic.name == name || topic.with.contains(&name));
    let declared: Vec<&Topic> = TOPICS.iter().filter(|topic| needed(topic.name)).collect();
    let declares = declared.iter().flat_map(|topic| topic.declares.iter().map(|&line| line.to_owned())).collect();
    let mut policy = Policy { declares, ..Policy::default() };
    if needed("travel") {
        policy.data.insert("p/exempt.csv".into(), EXEMPT.into());
    }
    let mut writer = Writer { dice, topics, read: Vec::new() };
    for _ in 0..writer.dice.roll(3).min(writer.dice.roll(3)) {
        let cond = writer.cond(1);
        policy.invariants.push(cond);
    }
    for index in 0..1 + writer.dice.roll(3) {
        let decision = writer.decision(index);
        policy.decisions.push(decision);
    }
    policy
}

impl Writer<'_> {
    fn atom(&mut self) -> Cond {
        if !self.read.is_empty() && self.dice.one_in(6) {
            let text = self.dice.one_of(&self.read).clone();
            return Cond::Atom(Atom { text, slot: Slot::Fixed });
        }
        let topic = *self.dice.one_of(&self.topics);
        let (text, fill) = *self.dice.one_of(topic.atoms);
        let slot = match fill {
            Fixed => Slot::Fixed,
            Number(least, greatest) => Slot::Number(self.dice.between(least, greatest)),
            Cents(least, greatest) => Slot::Cents(self.dice.between(least, greatest)),
            Day(least, greatest) => Slot::Day(self.dice.between(least, greatest)),
            Word(words) => Slot::Word(words, self.dice.roll(words.len())),
        };
        Cond::Atom(Atom { text: text.to_owned(), slot })
    }

    fn cond(&mut self, depth: usize) -> Cond {
        if depth == 0 || self.dice.one_in(3) {
            return self.atom();
        }
        let parts: Vec<Cond> = (0..2 + self.dice.roll(2)).map(|_| self.cond(depth - 1)).collect();
        match self.dice.roll(6) {
            0 => Cond::Not(Box::new(parts.into_iter().next().unwrap_or(Cond::All(Vec::new())))),
            1 | 2 => Cond::Any(parts),
            3 => Cond::AtLeast(1 + self.dice.roll(parts.len()), parts),
            _ => Cond::All(parts),
        }
    }

    fn decision(&mut self, index: usize) -> Decision {
        let name = format!("decision_{index}");
        let owned = |list: &[&str]| list.iter().map(|&value| value.to_owned()).collect::<Vec<String>>();
        let expressions: Vec<(&str, &str)> = self.topics.iter().flat_map(|topic| topic.values).copied().collect();
        let mut decision = Decision {
            name: name.clone(),
            ty: "yes/no".into(),
            verb: "is",
            values: owned(&["yes", "no"]),
            outranks: Vec::new(),
            otherwise: None,
            body: None,
            rules: Vec::new(),
        };
        match self.dice.roll(9) {
            0 => decision.body = Some(self.cond(2)),
            1 | 2 => {
                decision.ty = "{low, middle, high}".into();
                decision.values = owned(&["low", "middle", "high"]);
                self.read.push(format!("{name} is low"));
            }
            3 => {
                decision.ty = "set of {passport, letter, photo}".into();
                decision.verb = "includes";
                decision.values = owned(&["passport", "letter", "photo", "{letter, photo}"]);
                self.read.push(format!("passport in {name}"));
            }
            4 => {
                decision.ty = "total of integer".into();
                decision.verb = "adds";
                decision.values = owned(&["1", "2", "5"]);
                self.read.push(format!("{name} >= 3"));
            }
            5 | 6 if !expressions.is_empty() => {
                let ty = self.dice.one_of(&expressions).0;
                decision.ty = ty.into();
                let of = expressions.iter().filter(|(other, _)| *other == ty);
                decision.values = of.map(|(_, value)| (*value).to_owned()).collect();
            }
            _ => {}
        }
        if decision.ty == "yes/no" {
            self.read.push(name.clone());
        }
        if decision.body.is_some() {
            return decision;
        }
        let ruled = decision.verb == "is";
        if ruled && decision.values.len() > 1 && self.dice.one_in(2) {
            let ranked = matches!(decision.ty.as_str(), "yes/no" | "{low, middle, high}");
            if ranked {
                let pairs = decision.values.windows(2).map(|pair| (pair[1].clone(), pair[0].clone()));
                decision.outranks = pairs.collect();
            }
        }
        if ruled && !self.dice.one_in(4) {
            decision.otherwise = Some(self.dice.one_of(&decision.values).clone());
        }
        // What is read above is of earlier decisions only.
        let own = self.read.iter().position(|text| text.contains(&name));
        let later = own.map_or_else(Vec::new, |own| self.read.split_off(own));
        let count = 1 + self.dice.roll(4);
        for number in 0..count {
            let mut rule = Rule {
                name: format!("rule_{index}_{number}"),
                value: self.dice.one_of(&decision.values).clone(),
                when: (0..1 + self.dice.roll(2)).map(|_| self.cond(1)).collect(),
                unless: Vec::new(),
                exception_to: Vec::new(),
            };
            if self.dice.one_in(3) {
                rule.unless.push(self.cond(1));
            }
            if number > 0 && self.dice.one_in(3) {
                rule.exception_to.push(format!("rule_{index}_{}", self.dice.roll(number)));
            }
            decision.rules.push(rule);
        }
        self.read.extend(later);
        decision
    }
}
