//! What tests reach: rules that stand and do not, exceptions that bite and do not, conditions that come to yes and to no,
//! versions in force.
//!
//! [`Coverage::new`] lists everything there is to reach, [`Coverage::add`] takes note of one run. What counts is where a thing
//! is declared: a rule that later versions inherit, a definition called twice, are one [`Item`], and what any version or call
//! of it came to counts. What no applicant can reach is counted as well: it is for the author to see. Only runs count, in
//! whatever order; nothing here evaluates.
//!
//! ```text
//! list     everything there is to reach
//! text     a table, then what is lacking, for people
//! record   the same as data
//! html     the texts with marks on every line
//! ```

pub mod html;
mod list;
pub mod record;
pub mod text;

use crate::eval::{Picked, Verdicts};
use crate::program::{NodeId, PolicyId, RuleId, VersionId};
use crate::source::{SourceId, Span};
use crate::value::Evaluated;

/// What kind of thing is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A rule: stands and does not.
    Rule,
    /// An `exception to` or an `unless`: bites and does not, where the rule's `when` holds.
    Exception,
    /// An item of a clause or block, or a definition, that is yes/no: comes to yes and to no.
    Condition,
    /// A version: in force.
    Version,
}

impl Kind {
    /// All kinds, in the order of reports.
    pub const ALL: [Kind; 4] = [Kind::Rule, Kind::Exception, Kind::Condition, Kind::Version];

    /// Returns the word for several.
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Rule => "rules",
            Kind::Exception => "exceptions",
            Kind::Condition => "conditions",
            Kind::Version => "versions",
        }
    }
}

/// One thing to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Where it is declared.
    pub place: Span,
    /// What it is, in words: ``rule `ban` ``.
    pub name: String,
    /// Whether a run must also show that it does *not* hold: a rule without conditions always stands, and a version is
    /// followed by another or by none.
    pub two_sided: bool,
    /// Whether a run showed that it holds: stands, bites, is yes, is in force.
    pub yes: bool,
    /// Whether a run showed that it does not.
    pub no: bool,
}

/// How much of an item was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// All of it.
    Full,
    /// One side of two.
    Half,
    /// Nothing.
    None,
}

impl Item {
    /// Returns how much of it was reached.
    pub fn reach(&self) -> Reach {
        match (self.yes, self.no) {
            (true, no) if no || !self.two_sided => Reach::Full,
            (false, false) => Reach::None,
            (false, true) if !self.two_sided => Reach::None,
            _ => Reach::Half,
        }
    }

    /// Says what is lacking: `never stands`; nothing when all was reached.
    pub fn lacking(&self) -> Option<&'static str> {
        let never = match self.reach() {
            Reach::Full => return None,
            Reach::None if self.kind != Kind::Version => return Some("never reached"),
            _ => !self.yes,
        };
        Some(match (self.kind, never) {
            (Kind::Rule, true) => "never stands",
            (Kind::Rule, false) => "always stands",
            (Kind::Exception, true) => "never bites",
            (Kind::Exception, false) => "always bites",
            (Kind::Condition, true) => "never yes",
            (Kind::Condition, false) => "never no",
            (Kind::Version, _) => "never in force",
        })
    }
}

/// How many things of a kind there are and how many of them were reached on all sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Those reached.
    pub covered: usize,
    /// All.
    pub total: usize,
}

impl Count {
    /// Returns the share in tenths of a percent, rounded down: only everything is 1000. Of nothing, everything is reached.
    pub fn permille(self) -> usize {
        (self.covered * 1000).checked_div(self.total).unwrap_or(1000)
    }

    /// Whether at least so many percent were reached, exactly.
    pub fn at_least(self, percent: u8) -> bool {
        self.covered * 100 >= usize::from(percent) * self.total
    }
}

/// What to look at in a run, for which item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Watch {
    /// Whether a rule stands.
    Rule(RuleId),
    /// Whether the second rule stands where the first applies.
    Exception(RuleId, RuleId),
    /// Whether an `unless` holds where the rule's `when` does.
    Unless(Option<NodeId>, NodeId),
    /// What a condition comes to, for each element if it stands under a quantifier.
    Condition(NodeId),
    /// Whether a version is picked.
    Version(PolicyId, VersionId),
}

/// Everything there is to reach, and what was reached so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    items: Vec<Item>,
    watches: Vec<(Watch, usize)>,
}

impl Coverage {
    /// Takes note of what a run came to.
    pub fn add(&mut self, verdicts: &Verdicts) {
        for &(watch, index) in &self.watches {
            let item = &mut self.items[index];
            let mut see = |result: &Evaluated| {
                item.yes |= result.is_yes();
                item.no |= result.is_no();
            };
            match watch {
                Watch::Rule(rule) => {
                    verdicts.rules[rule.index()].iter().for_each(|verdict| see(&verdict.stands));
                }
                Watch::Exception(rule, exception) => {
                    let applies = verdicts.rules[rule.index()].as_ref().is_some_and(|rule| rule.applies.is_yes());
                    let exception = verdicts.rules[exception.index()].as_ref().filter(|_| applies);
                    exception.iter().for_each(|verdict| see(&verdict.stands));
                }
                Watch::Unless(when, unless) => {
                    let holds = |node: NodeId| verdicts.nodes[node.index()].as_ref().is_some_and(Evaluated::is_yes);
                    if when.is_none_or(holds) {
                        verdicts.nodes[unless.index()].iter().for_each(see);
                    }
                }
                Watch::Condition(node) => {
                    verdicts.nodes[node.index()].iter().for_each(&mut see);
                    let elements = verdicts.elements.range((node, Vec::new())..(NodeId(node.0 + 1), Vec::new()));
                    elements.for_each(|(_, result)| see(result));
                }
                Watch::Version(policy, version) => {
                    item.yes |= verdicts.picked[policy.index()] == Some(Picked::Version(version));
                }
            }
        }
    }

    /// Returns all items, by file and place; those of one place by kind.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Returns the same for some files only.
    pub fn of_files(&self, wanted: impl Fn(SourceId) -> bool) -> Self {
        let items = self.items.iter().filter(|item| wanted(item.place.source)).cloned().collect();
        Coverage { items, watches: Vec::new() }
    }

    /// Counts the things of a kind.
    pub fn count(&self, kind: Kind) -> Count {
        let mut count = Count::default();
        for item in self.items.iter().filter(|item| item.kind == kind) {
            count.total += 1;
            count.covered += usize::from(item.reach() == Reach::Full);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn item(kind: Kind, two_sided: bool, yes: bool, no: bool) -> Item {
        let mut sources = Sources::new();
        let place = Span::new(sources.add("p.enact", "x"), 0, 1);
        Item { kind, place, name: String::new(), two_sided, yes, no }
    }

    #[test]
    fn both_sides_are_needed_where_there_are_two() {
        let rule = |yes, no| item(Kind::Rule, true, yes, no).lacking();
        assert_eq!(rule(true, true), None);
        assert_eq!(rule(true, false), Some("always stands"));
        assert_eq!(rule(false, true), Some("never stands"));
        assert_eq!(rule(false, false), Some("never reached"));
        assert_eq!(item(Kind::Rule, false, true, false).lacking(), None);
        assert_eq!(item(Kind::Version, false, false, false).lacking(), Some("never in force"));
    }

    #[test]
    fn a_share_is_never_rounded_up() {
        let count = Count { covered: 1999, total: 2000 };
        assert_eq!(count.permille(), 999);
        assert!(!count.at_least(100) && count.at_least(99));
        assert!(Count::default().at_least(100));
        assert_eq!(Count::default().permille(), 1000);
    }
}
