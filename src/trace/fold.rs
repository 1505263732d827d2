//! Levels: what of a full explanation is shown, and what is folded into one line.
//!
//! **Invariant:** at `why` every tag of what was looked at is present: on a node, or on a folded line.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Folded, Kind, Level, Node, Role, Trace, Verdict};

/// Returns the trace at a level. The trace must be full.
pub fn at_level(trace: &Trace, level: Level) -> Trace {
    let mut shown = Trace { branches: Vec::new(), ..trace.clone() };
    shown.level = level;
    match level {
        Level::Full => shown.branches.clone_from(&trace.branches),
        Level::Reason => {
            let decides = |node: &&Node| {
                matches!(node.role, Role::DecidedBy | Role::Also | Role::Either | Role::Gives(_) | Role::Violated)
            };
            let bare = |node: &Node| Node { children: Vec::new(), see: None, ..node.clone() };
            shown.branches = trace.branches.iter().filter(decides).map(bare).collect();
        }
        Level::Why => {
            let mut view = View { bodies: trace.by_id(), shown: BTreeMap::new(), depth: 0, all: false };
            let wanted = |node: &&Node| !(node.kind == Kind::Otherwise && node.role == Role::NotNeeded);
            let branches: Vec<Node> = trace.branches.iter().filter(wanted).map(|node| view.node(node)).collect();
            shown.branches = branches.into_iter().map(Node::collapse).collect();
            let mut seen: BTreeSet<String> = BTreeSet::new();
            for branch in &shown.branches {
                branch.walk(&mut |node| seen.extend(node.tags.iter().cloned()));
            }
            shown.branches.iter_mut().for_each(|node| thin(node, &mut seen));
            let renamed = renames(&shown.branches, &view.shown);
            shown.branches.iter_mut().for_each(|node| rename(node, &renamed));
        }
    }
    shown
}

/// Returns the view of one rule: why it stands, or why not, with all its conditions. The rule is named by its name or one of its
/// tags; nothing is returned when the answer looked at no such rule. The trace must be full.
pub fn why_not(trace: &Trace, rule: &str) -> Option<Trace> {
    let named = |node: &&Node| {
        let rule_itself = node.kind == Kind::Rule && node.role != Role::Exception;
        rule_itself && (node.name == rule || node.tags.iter().any(|tag| tag == rule))
    };
    let bodies = trace.by_id();
    let found: Vec<&Node> = bodies.values().copied().filter(named).collect();
    if found.is_empty() {
        return None;
    }
    let mut view = View { bodies, shown: BTreeMap::new(), depth: 0, all: true };
    let branches = found.into_iter().map(|node| view.node(node)).collect();
    Some(Trace { level: Level::Full, branches, ..trace.clone() })
}

/// Returns every clause tag that the explanation holds at level `why`.
pub fn tags_at_why(trace: &Trace) -> BTreeSet<String> {
    let shown = if trace.level == Level::Full { at_level(trace, Level::Why) } else { trace.clone() };
    let mut tags: BTreeSet<String> = shown.tags.iter().cloned().collect();
    for branch in &shown.branches {
        branch.walk(&mut |node| {
            tags.extend(node.tags.iter().cloned());
            tags.extend(node.folded.iter().flat_map(|folded| folded.tags.iter().cloned()));
        });
    }
    tags.extend(shown.reasons.iter().flat_map(|reason| reason.tags.iter().cloned()));
    tags.extend(shown.notes.iter().flat_map(|note| note.clauses.iter().cloned()));
    tags.extend(shown.open_questions.iter().flat_map(|question| question.clauses.iter().cloned()));
    tags.extend(shown.across.iter().flat_map(|across| across.clauses.iter().cloned()));
    tags
}

/// Makes the view at `why`.
struct View<'a> {
    /// Every expanded node by number.
    bodies: BTreeMap<u32, &'a Node>,
    /// The nodes expanded so far, and the number under which they are.
    shown: BTreeMap<u32, u32>,
    /// How deep the node lies that is being shown.
    depth: u32,
    /// Whether nothing is folded.
    all: bool,
}

/// How deep the view may grow: things folded away where they were first read are expanded where they first show.
const MAX_DEPTH: u32 = 100;

impl<'a> View<'a> {
    /// Returns a node as it is shown, with what matters below it.
    fn node(&mut self, node: &'a Node) -> Node {
        let mut shown = Node { children: Vec::new(), ..node.clone() };
        let body = self.body(node);
        if let Some(&at) = self.shown.get(&body.id).filter(|_| !body.children.is_empty()) {
            shown.see = Some(at);
            return shown;
        }
        if node.see.is_some() && body.role == Role::More {
            shown.see = Some(body.id);
            return shown;
        }
        shown.see = None;
        if body.children.is_empty() {
            return shown;
        }
        if !self.all && folds_all(node) || self.depth == MAX_DEPTH {
            self.fold(&mut shown, body.children.iter());
            return shown;
        }
        self.shown.insert(body.id, shown.id);
        let (kept, left): (Vec<&Node>, Vec<&Node>) =
            body.children.iter().partition(|child| self.all || keeps(node, child));
        self.depth += 1;
        shown.children = kept.into_iter().map(|child| self.node(child)).collect();
        self.depth -= 1;
        self.fold(&mut shown, left.into_iter());
        shown
    }

    /// Returns where a node is expanded: itself, unless it names another.
    fn body(&self, node: &'a Node) -> &'a Node {
        let mut body = node;
        // A reference leads to an expanded node in one step, or in two through one that lay too deep.
        for _ in 0..4 {
            match body.see.and_then(|id| self.bodies.get(&id)) {
                Some(next) => body = next,
                None => break,
            }
        }
        body
    }

    fn fold(&self, shown: &mut Node, left: impl Iterator<Item = &'a Node>) {
        for child in left {
            let tags = self.tags_below(child);
            // An `otherwise` that is not needed says nothing.
            if child.kind == Kind::Otherwise && tags.is_empty() {
                continue;
            }
            let label = child.label.clone();
            shown.folded.push(Folded {
                label,
                role: child.role.clone(),
                verdict: child.verdict,
                own: child.tags.len(),
                tags,
            });
        }
    }

    /// Returns the tags of a node and of everything below it, wherever that is expanded.
    fn tags_below(&self, node: &'a Node) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        let (mut known, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut todo = vec![node];
        while let Some(next) = todo.pop() {
            tags.extend(next.tags.iter().filter(|&tag| known.insert(tag)).cloned());
            let body = self.body(next);
            if seen.insert(body.id) {
                todo.extend(body.children.iter().rev());
            }
        }
        tags
    }
}

/// Whether all parts of a node go into its folded line.
fn folds_all(node: &Node) -> bool {
    match &node.role {
        Role::SetAside(_) | Role::NotNeeded => true,
        // A rule for another value that fails on several conditions is no near miss: they are named in one line.
        Role::WhyNot(_) => {
            let failing = node.children.iter().filter(|child| child.matters && child.role == Role::When).count();
            failing > 2 && node.near_miss.is_none()
        }
        // A condition that holds, in a branch that does not decide.
        Role::When | Role::Part | Role::Unless => {
            node.verdict == Verdict::Yes && !node.rests && node.kind != Kind::Element
        }
        _ => false,
    }
}

/// Whether a part is shown below a node.
fn keeps(node: &Node, child: &Node) -> bool {
    match &child.role {
        Role::Note => true,
        Role::NotNeeded => false,
        // Under a decision that holds, or has a value, the rules that give it are enough.
        Role::SetAside(_) | Role::NotBarred | Role::WhyNot(_) if node.kind == Kind::Decision => {
            !matches!(node.verdict, Verdict::Yes | Verdict::Value)
        }
        _ => child.matters,
    }
}

/// Leaves out tags of folded parts that show elsewhere; their own stay.
fn thin(node: &mut Node, seen: &mut BTreeSet<String>) {
    for folded in &mut node.folded {
        let own = folded.own;
        let mut index = 0;
        folded.tags.retain(|tag| {
            index += 1;
            seen.insert(tag.clone()) || index <= own
        });
    }
    node.children.iter_mut().for_each(|child| thin(child, seen));
}

impl Node {
    /// Merges a part with the same words into the node above it: a rule and the definition it is about.
    fn absorb(&mut self) {
        let same = |child: &Node| {
            let words = |text: &str| text.to_lowercase();
            let says_nothing = child.label == "all of these hold" && child.tags.is_empty();
            child.see.is_none()
                && child.verdict == self.verdict
                && child.folded.is_empty()
                && (says_nothing || words(&child.label) == words(&self.label))
                && !matches!(child.role, Role::Unless | Role::Exception | Role::Note)
        };
        if !self.folded.is_empty() || self.children.len() != 1 || !same(&self.children[0]) {
            return;
        }
        let child = self.children.remove(0);
        for tag in child.tags {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
        self.summary = self.summary.take().or(child.summary);
        self.near_miss = self.near_miss.take().or(child.near_miss);
        self.reads.extend(child.reads);
        self.remarks.extend(child.remarks);
        self.cites.extend(child.cites);
        self.relies.extend(child.relies);
        self.children = child.children;
    }

    /// Merges a rule that passes on a decision with the one rule of that decision: *Flagpoling bar [POE-W-14, FLAG-02]*.
    fn collapse(mut self) -> Node {
        self.children = std::mem::take(&mut self.children).into_iter().map(Node::collapse).collect();
        self.absorb();
        let passes_on = self.kind == Kind::Rule
            && matches!(
                self.role,
                Role::DecidedBy | Role::Also | Role::Either | Role::NotBarred | Role::Open(_) | Role::Gives(_)
            )
            && self.folded.is_empty()
            && self.children.len() == 1
            && self.children[0].kind == Kind::Decision
            && self.children[0].see.is_none()
            && self.children[0].folded.is_empty()
            && self.children[0].verdict == self.verdict;
        if !passes_on {
            return self;
        }
        let rules = self.children[0].children.iter().filter(|child| child.kind == Kind::Rule).count();
        let notes = self.children[0].children.iter().filter(|child| child.kind == Kind::Note).count();
        if rules != 1
            || rules + notes != self.children[0].children.iter().filter(|child| child.kind != Kind::Otherwise).count()
        {
            return self;
        }
        let decision = self.children.remove(0);
        let mut parts = Vec::new();
        let add_tags = |tags: &[String], own: &mut Vec<String>| {
            let new: Vec<String> = tags.iter().filter(|tag| !own.contains(tag)).cloned().collect();
            own.extend(new);
        };
        add_tags(&decision.tags, &mut self.tags);
        for part in decision.children {
            match part.kind {
                Kind::Rule => {
                    add_tags(&part.tags, &mut self.tags);
                    self.near_miss = part.near_miss;
                    self.because = self.because.or(part.because);
                    self.cites.extend(part.cites);
                    self.relies.extend(part.relies);
                    self.folded.extend(part.folded);
                    self.under = part.under;
                    parts.splice(0..0, part.children);
                }
                Kind::Note => parts.push(part),
                _ => add_tags(&part.tags, &mut self.tags),
            }
        }
        self.children = parts;
        self
    }
}

/// Returns for each number that is no longer there the one that took its place: none, if nothing refers to it.
fn renames(branches: &[Node], shown: &BTreeMap<u32, u32>) -> BTreeMap<u32, u32> {
    let mut present = BTreeSet::new();
    for branch in branches {
        branch.walk(&mut |node| {
            present.insert(node.id);
        });
    }
    shown
        .values()
        .filter(|id| !present.contains(id))
        .filter_map(|&id| {
            // A merged decision stands at the nearest node before it that is left: its rule.
            present.range(..id).next_back().map(|&rule| (id, rule))
        })
        .collect()
}

fn rename(node: &mut Node, renamed: &BTreeMap<u32, u32>) {
    if let Some(id) = node.see {
        node.see = Some(renamed.get(&id).copied().unwrap_or(id));
    }
    node.children.iter_mut().for_each(|child| rename(child, renamed));
}
