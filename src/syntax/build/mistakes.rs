//! Mistakes that the grammar parses on purpose (SEMANTICS M): what each says, and what was meant.

use super::declarations::RuleClauses;
use super::operators::Operator;
use super::*;

/// Returns the operator that a wrong one stands for: `AND`, `==`, `is at least`.
pub(super) fn meant_operator(text: &str) -> Operator {
    let words: Vec<&str> = text.split_whitespace().collect();
    let words = if words.len() > 1 && words[0].eq_ignore_ascii_case("is") { &words[1..] } else { &words[..] };
    let (negated, words) = match words {
        [not, rest @ ..] if not.eq_ignore_ascii_case("not") => (true, rest),
        _ => (false, words),
    };
    let op = match words.first().copied().unwrap_or("") {
        "AND" | "&&" => return Operator::And,
        "OR" | "||" => return Operator::Or,
        "contains" | "includes" => return Operator::Contains,
        "–" | "—" | "−" => return Operator::Arithmetic(ArithmeticOp::Subtract),
        "×" => return Operator::Arithmetic(ArithmeticOp::Multiply),
        "÷" => return Operator::Arithmetic(ArithmeticOp::Divide),
        "!=" | "<>" | "≠" => CompareOp::IsNot,
        "=<" | "≤" | "<=" => CompareOp::LessEqual,
        "=>" | "≥" | ">=" => CompareOp::GreaterEqual,
        "more" | "greater" | "older" if words.last() == Some(&"to") => CompareOp::GreaterEqual,
        "less" | "fewer" | "younger" if words.last() == Some(&"to") => CompareOp::LessEqual,
        "at" if words.get(1) == Some(&"most") => CompareOp::LessEqual,
        "at" => CompareOp::GreaterEqual,
        "more" | "greater" | "older" | "exceeds" => CompareOp::Greater,
        "less" | "fewer" | "younger" => CompareOp::Less,
        "in" | "IN" if negated => CompareOp::NotIn,
        "in" | "IN" => CompareOp::In,
        "within" => CompareOp::Within,
        _ if negated => CompareOp::IsNot,
        _ => CompareOp::Is,
    };
    Operator::Compare(op)
}

/// Returns how an operator is written.
fn operator_text(operator: Operator) -> &'static str {
    match operator {
        Operator::And => "and",
        Operator::Or => "or",
        Operator::Implies => "implies",
        Operator::Compare(op) => op.text(),
        Operator::Contains => "in",
        Operator::IsEmpty(false) => "is empty",
        Operator::IsEmpty(true) => "is not empty",
        Operator::Period { inclusive: false } => "until",
        Operator::Period { inclusive: true } => "through",
        Operator::Rounding => "rounding",
        Operator::Arithmetic(ArithmeticOp::Add) => "+",
        Operator::Arithmetic(ArithmeticOp::Subtract) => "-",
        Operator::Arithmetic(ArithmeticOp::Multiply) => "*",
        Operator::Arithmetic(ArithmeticOp::Divide) => "/",
        Operator::Between => "between",
        Operator::Dangling => "",
    }
}

/// Operators.
impl<'t> Builder<'t> {
    /// Reports `AND`, `==`, `contains` with the corrected comparison.
    pub(super) fn mistaken_operator(&mut self, node: &Node<'t>, meant: Operator, left: Option<Span>, right: Span) {
        let span = self.tight(node);
        let written = self.text(span);
        let word = operator_text(meant);
        let left = left.map_or(String::new(), |left| self.text(left));
        let right = self.text(right);
        let corrected =
            if meant == Operator::Contains { format!("{right} in {left}") } else { format!("{left} {word} {right}") };
        let message = match meant {
            Operator::Contains => format!("`{written}` is no operator of a condition"),
            _ => format!("`{written}` is written `{word}`"),
        };
        self.error(Code::WRONG_OPERATOR, span, message, "", format!("write `{corrected}`"));
    }

    /// Reports `NOT a`, `!a`.
    pub(super) fn mistaken_not(&mut self, span: Span, of: Span) {
        let (written, of) = (self.text(span), self.text(of));
        self.error(
            Code::WRONG_OPERATOR,
            span,
            format!("`{written}` is written `not`"),
            "",
            format!("write `not {of}`"),
        );
    }

    /// Reports `either a or b`.
    pub(super) fn mistaken_either(&mut self, span: Span) {
        self.error(
            Code::WRONG_WORD,
            span,
            "`either` is no word of a condition",
            "",
            "write `a or b`, or `any of { a, b }`",
        );
    }

    /// Reports `x is (not y)` without brackets.
    pub(super) fn not_inside(&mut self, expr: &Expr) {
        let text = self.text(expr.span);
        self.error(
            Code::NEEDS_BRACKETS,
            expr.span,
            "`not` stands before a whole condition, not inside one",
            "",
            format!("write `({text})`, or put `not` before the whole condition"),
        );
    }

    /// Reports `a and every x in L: p`.
    pub(super) fn needs_brackets(&mut self, chain: Span, expr: &Expr, what: &str) {
        let before = self.text(Span { end: expr.span.start, ..chain });
        let text = self.text(expr.span);
        let mut help = format!("write `{before} ({text})`");
        if let (true, ExprKind::Quantified(_, _, body)) = (before.ends_with("not"), &expr.kind) {
            let head = self.text(Span { end: body.span.start, ..expr.span });
            help = format!("{help} or `{head} not ({})`", self.text(body.span));
        }
        self.error(
            Code::NEEDS_BRACKETS,
            expr.span,
            format!("a {what} inside a chain needs brackets"),
            "its body reaches to the end",
            help,
        );
    }

    /// Reports `1 month and 2 days`.
    pub(super) fn and_duration(&mut self, left: Expr, node: &Node<'t>) {
        let span = self.tight(node);
        let left = self.text(left.span);
        let right = self.text(span);
        let right = right.trim_start_matches("and").trim_start();
        self.error(Code::UNIT, span, "durations are added with `+`", "", format!("write `{left} + {right}`"));
    }

    /// Reports a chain of `and` and `or` with both readings and an applicant on whom they differ.
    pub(super) fn mixed_and_or(&mut self, operands: &[Expr], ors: &[bool], operators: &[Span], span: Span) {
        let texts: Vec<String> = operands.iter().map(|operand| self.text(operand.span)).collect();
        let and_first = bracketed(&texts, ors, false);
        let or_first = bracketed(&texts, ors, true);
        let mut help = format!("write `{and_first}` or `{or_first}`");
        if let Some(witness) = difference(&texts, ors) {
            help.push_str(&witness);
        }
        let changed = ors.iter().position(|&or| or != ors[0]).unwrap_or(0);
        let word = |or: bool| if or { "`or`" } else { "`and`" };
        let diagnostic =
            Diagnostic::error(Code::MIXED_AND_OR, span, "`and` and `or` in one chain can be read in two ways")
                .label(operators[0], word(ors[0]))
                .label(operators[changed], word(ors[changed]))
                .help(help);
        self.report(diagnostic);
    }

    /// Reports `18 <= age < 65`: operators with what stands before and after each.
    pub(super) fn chained_comparison(&mut self, parts: &[(Span, Operator, Option<Span>)], span: Span) {
        let parts: Vec<String> = parts
            .iter()
            .map(|&(left, operator, right)| {
                let right = right.map_or(String::new(), |right| format!(" {}", self.text(right)));
                format!("{} {}{right}", self.text(left), operator_text(operator))
            })
            .collect();
        let help = format!("write `{}`", parts.join(" and "));
        self.error(Code::CHAINED_COMPARISON, span, "comparisons do not chain", "", help);
    }

    /// Reports `a implies b implies c`.
    pub(super) fn chained_implies(&mut self, first: Span, left: Span, right: Span) {
        let (left, right) = (self.text(left), self.text(right));
        let help = match left.split_once(" implies ") {
            Some((a, b)) => format!("write `({left}) implies {right}` or `{a} implies ({b} implies {right})`"),
            None => format!("write `({left}) implies {right}`"),
        };
        self.error(Code::NEEDS_BRACKETS, first, "`implies` does not chain", "", help);
    }

    /// Reports `between 17 and 20`, and builds both comparisons.
    pub(super) fn build_between_mistake(&mut self, left: Expr, node: Node<'t>) -> Expr {
        let place = self.tight(&node);
        let mut ends = inner(node)
            .filter(|part| part.as_rule() == Rule::sum)
            .map(|part| self.build_chain(part))
            .collect::<Vec<_>>()
            .into_iter();
        let span = left.span.to(place);
        let (Some(low), Some(high)) = (ends.next(), ends.next()) else { return left };
        let (x, a, b) = (self.text(left.span), self.text(low.span), self.text(high.span));
        self.error(
            Code::WRONG_OPERATOR,
            place,
            "`between` does not say whether its ends are included",
            "",
            format!("write `{x} >= {a} and {x} <= {b}` if {b} is included, `{x} >= {a} and {x} < {b}` if not"),
        );
        let compare =
            |op, right: Expr| Expr { span, kind: ExprKind::Compare(op, Box::new(left.clone()), Box::new(right)) };
        let both = vec![compare(CompareOp::GreaterEqual, low), compare(CompareOp::LessEqual, high)];
        Expr { kind: ExprKind::And(both), span }
    }

    /// Reports `a and unless …`.
    pub(super) fn dangling(&mut self, node: &Node<'t>) {
        let span = self.tight(node);
        let word = self.text(span);
        self.error(
            Code::UNFINISHED,
            span,
            format!("nothing follows this `{word}`"),
            "the condition is unfinished",
            format!("write the condition after `{word}`, or remove `{word}`"),
        );
    }

    /// Reports `/` outside `round (…)`.
    pub(super) fn division(&mut self, slash: Span, sum: Span) {
        let text = self.text(sum);
        self.error(
            Code::DIVISION_NEEDS_ROUND,
            slash,
            "`/` stands only inside `round (…)`",
            "a division can have endless digits",
            format!("write `round ({text}) to 2 places half even`"),
        );
    }

    /// Reports a tag after `a or b`.
    pub(super) fn ambiguous_tag(&mut self, expr: &Expr, tag: &Tag) {
        let (operands, block) = match &expr.kind {
            ExprKind::And(operands) => (operands, "all of"),
            ExprKind::Or(operands) => (operands, "any of"),
            _ => return,
        };
        let texts: Vec<String> = operands.iter().map(|operand| self.text(operand.span)).collect();
        let (whole, tag_text) = (self.text(expr.span), &tag.value);
        let help = format!("write `{block} {{ {} [{tag_text}] }}` or `({whole}) [{tag_text}]`", texts.join(", "));
        let diagnostic = Diagnostic::error(
            Code::AMBIGUOUS_TAG,
            tag.span,
            format!("`[{tag_text}]` can belong to the last condition or to all of them"),
        )
        .label(expr.span, "the chain")
        .help(help);
        self.report(diagnostic);
    }

    /// Reports `;` or nothing where a comma stands.
    pub(super) fn mistaken_separator(&mut self, node: &Node<'t>) {
        let start = node.as_span().start();
        if node.as_str().starts_with(';') {
            let span = self.place(start, start + 1);
            self.error(Code::MISSING_COMMA, span, "elements are separated by commas", "", "write `,`");
        } else {
            let before = self.text[..start].trim_end().len();
            let span = self.place(before.min(start), start);
            self.error(Code::MISSING_COMMA, span, "a comma is missing here", "", "write `,` between two elements");
        }
    }

    /// Reports `all {`, `one of {`.
    pub(super) fn mistaken_block_head(&mut self, node: &Node<'t>) {
        let span = self.tight(node);
        let written = self.text(span);
        let help = if written.starts_with("one") {
            "write `any of { … }`".to_owned()
        } else {
            format!("write `{written} of {{ … }}`")
        };
        self.error(Code::BLOCK, span, format!("`{written}` opens no block"), "", help);
    }

    /// Builds `true`, `null`, `unknown`: a mistake unless the file declares the word.
    pub(super) fn build_suspect(&mut self, node: Node<'t>) -> ExprKind {
        let span = self.span(&node);
        let word = node.as_str();
        let name = || ExprKind::Path(Path { names: vec![Spanned::new(word.to_owned(), span)], span });
        if (self.declares)(word) {
            return name();
        }
        match suspect(word, span) {
            Some(diagnostic) => self.report(diagnostic),
            None => return name(),
        }
        match word {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            _ => ExprKind::None,
        }
    }
}

/// Returns what to say of a word of another language that nothing declares: `true`, `null`, `unknown`.
///
/// A file that uses others cannot know whether they declare `unknown`: then the word stays a name, and who looks names up
/// asks here before saying that nothing has it.
pub fn suspect(word: &str, span: Span) -> Option<Diagnostic> {
    let meant = match word {
        "true" => "yes",
        "false" => "no",
        "null" | "nil" => "none",
        "unknown" | "known" | "missing" => {
            let help = "say it in `assume … unless stated`, or ask for a value: `is none` means known to be absent";
            let message = "an answer may not depend on what is not known";
            return Some(Diagnostic::error(Code::TEST_FOR_IGNORANCE, span, message).help(help));
        }
        _ => return None,
    };
    let message = format!("`{word}` is written `{meant}`");
    Some(Diagnostic::error(Code::WRONG_WORD, span, message).help(format!("write `{meant}`")))
}

/// Brackets the runs of one word of a mixed chain: `(a and b) or c`.
fn bracketed(texts: &[String], ors: &[bool], inner_or: bool) -> String {
    let mut groups: Vec<Vec<&str>> = vec![vec![&texts[0]]];
    for (text, &or) in texts[1..].iter().zip(ors) {
        match groups.last_mut() {
            Some(group) if or == inner_or => group.push(text),
            _ => groups.push(vec![text]),
        }
    }
    let (inside, outside) = if inner_or { (" or ", " and ") } else { (" and ", " or ") };
    let groups: Vec<String> = groups
        .iter()
        .map(|group| if group.len() == 1 { group[0].to_owned() } else { format!("({})", group.join(inside)) })
        .collect();
    groups.join(outside)
}

/// Finds values of the operands for which the two readings differ, as a sentence.
fn difference(texts: &[String], ors: &[bool]) -> Option<String> {
    /// Chains longer than this get no witness: the search doubles with each operand.
    const MOST_OPERANDS: usize = 12;
    if texts.len() > MOST_OPERANDS {
        return None;
    }
    let value = |bits: usize, inner_or: bool| {
        let bit = |index: usize| bits >> index & 1 == 1;
        let (mut total, mut group) = (!inner_or, bit(0));
        total = !total;
        let mut groups = Vec::new();
        for (index, &or) in ors.iter().enumerate() {
            let next = bit(index + 1);
            if or == inner_or {
                group = if inner_or { group || next } else { group && next };
            } else {
                groups.push(group);
                group = next;
            }
        }
        groups.push(group);
        let _ = total;
        if inner_or { groups.iter().all(|&group| group) } else { groups.iter().any(|&group| group) }
    };
    let bits = (0..1usize << texts.len()).find(|&bits| value(bits, false) != value(bits, true))?;
    let side = |yes: bool| {
        let names: Vec<String> = texts
            .iter()
            .enumerate()
            .filter(|(index, _)| (bits >> index & 1 == 1) == yes)
            .map(|(_, text)| format!("`{text}`"))
            .collect();
        (!names.is_empty()).then(|| format!("{} {}", names.join(", "), if yes { "yes" } else { "no" }))
    };
    let sides: Vec<String> = [side(true), side(false)].into_iter().flatten().collect();
    let answer = if value(bits, false) { "yes" } else { "no" };
    Some(format!("; they differ for an applicant with {}: the first reading says {answer}", sides.join(" and ")))
}

/// Words and clauses.
impl<'t> Builder<'t> {
    /// Reports `add rule …`.
    pub(super) fn mistaken_verb(&mut self, node: Node<'t>) -> Verb {
        let span = self.tight(&node);
        let word = self.text(span);
        let verb = if word == "add" { Verb::Insert } else { Verb::Replace };
        let meant = if verb == Verb::Insert { "insert" } else { "replace" };
        self.error(
            Code::VERB,
            span,
            format!("`{word}` is no verb of an amending file"),
            "",
            format!("write `{meant}`"),
        );
        verb
    }

    /// Reports an outcome outside a rule.
    pub(super) fn outcome_without_rule(&mut self, node: Node<'t>) {
        let Some(outcome) = inner(node).find(|part| part.as_rule() == Rule::outcome) else { return };
        let span = self.tight(&outcome);
        let text = self.text(span);
        self.error(
            Code::ONE_RULE_ONE_OUTCOME,
            span,
            "an outcome stands in a rule",
            "",
            format!("write `rule some_name {text} when …`"),
        );
    }

    /// Reports `rule ok is yes`.
    pub(super) fn rule_without_name(&mut self, span: Span, decision: &Name) {
        let help = format!("write `rule some_name {} …`", decision.value);
        self.error(
            Code::ONE_RULE_ONE_OUTCOME,
            span,
            "the rule has no name",
            "explanations, tests and amendments refer to it by name",
            help,
        );
    }

    /// Reports a second outcome.
    pub(super) fn second_outcome(&mut self, node: Node<'t>, span: Span) {
        let Some(outcome) = inner(node).find(|part| part.as_rule() == Rule::outcome) else { return };
        let at = self.tight(&outcome);
        let text = self.text(at);
        self.error(
            Code::ONE_RULE_ONE_OUTCOME,
            span,
            "a rule has one outcome",
            "the second",
            format!("write another rule: `rule some_name {text} when …`"),
        );
    }

    /// Reports a second `when`.
    pub(super) fn two_whens(&mut self, first: &Item, first_place: Span, second: &Item, place: Span) {
        let help = format!("write `when all of {{ {}, {} }}`", self.text(first.expr.span), self.text(second.expr.span));
        let diagnostic = Diagnostic::error(Code::CLAUSE_TWICE, place, "`when` is given twice")
            .found("the second")
            .label(first_place, "the first")
            .help(help);
        self.report(diagnostic);
    }

    /// Reports `but not a`, `provided that a`, and adds the clause that was meant.
    pub(super) fn mistaken_clause(&mut self, node: Node<'t>, place: Span, clauses: &mut RuleClauses) {
        let mut parts = inner(node);
        let Some((guess, item)) = parts.next().zip(parts.next()) else { return };
        let written = guess.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        let is_when = !(written.starts_with("but") || written.starts_with("except"));
        let span = self.span(&guess);
        let item = self.build_item(item);
        let text = self.text(item.expr.span);
        let help = match (&clauses.when, is_when) {
            (Some((first, _)), true) => format!("write `when all of {{ {}, {text} }}`", self.text(first.expr.span)),
            (None, true) => format!("write `when {text}`"),
            (_, false) => format!("write `unless {text}`"),
        };
        self.error(Code::WRONG_WORD, span, format!("`{written}` starts no clause"), "", help);
        if is_when && clauses.when.is_some() {
            return;
        }
        self.add_condition(is_when, item, place, clauses);
    }

    /// Reports `exception of s`.
    pub(super) fn mistaken_exception(&mut self, node: &Node<'t>) {
        let span = self.tight(node);
        let word = self.text(span);
        self.error(
            Code::WRONG_WORD,
            span,
            format!("`exception {word}` is written `exception to`"),
            "",
            "write `exception to RULE`",
        );
    }

    /// Reports `overrides s`.
    pub(super) fn mistaken_overrides(&mut self, node: Node<'t>, place: Span, clauses: &mut RuleClauses) {
        let mut names = Vec::new();
        let mut word = place;
        for part in inner(node) {
            match part.as_rule() {
                Rule::name => names.push(self.word(&part)),
                Rule::comma => {}
                _ => word = self.span(&part),
            }
        }
        let written = self.text(word);
        let list = names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", ");
        let found = if written == "outranks" { "`outranks` orders outcomes, in the decision" } else { "" };
        self.error(
            Code::WRONG_WORD,
            word,
            format!("`{written}` is no clause of a rule"),
            found,
            format!("write `exception to {list}`"),
        );
        clauses.exception_to.extend(names);
    }

    /// Reports `none`, `26.1`, `"work permit"` as enum members.
    pub(super) fn mistaken_member(&mut self, node: &Node<'t>) -> (Name, Option<Text>) {
        let span = self.span(node);
        let spelling = node.as_str().trim_matches('"').to_owned();
        let mut name: String =
            spelling.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
        if !name.starts_with(|c: char| c.is_ascii_lowercase())
            || node.as_str() == spelling && !spelling.contains(|c: char| c.is_ascii_digit())
        {
            name.insert_str(0, "is_");
        }
        let code = if node.as_str().starts_with('"') { Code::STRING } else { Code::RESERVED_WORD };
        self.error(
            code,
            span,
            format!("`{}` cannot be a member", node.as_str()),
            "",
            format!("write `{name} written \"{spelling}\"`"),
        );
        (Spanned::new(name, span), Some(Spanned::new(spelling, span)))
    }

    /// Builds `effective 2024-12-24`, `from 2024-12-24` after reporting it.
    pub(super) fn mistaken_effective(&mut self, node: Node<'t>) -> Option<Start> {
        let span = self.tight(&node);
        let start = inner(node).find(|part| part.as_rule() == Rule::start).map(|part| self.build_start(part))?;
        let day = self.text(start.span);
        self.error(
            Code::HEADER,
            span,
            "the first day follows `effective from`",
            "",
            format!("write `effective from {day}`"),
        );
        Some(start)
    }

    /// Builds `to 2025-12-31` in a head after reporting it: the day after.
    pub(super) fn mistaken_until(&mut self, node: Node<'t>) -> Option<Start> {
        let span = self.tight(&node);
        let mut start = inner(node).find(|part| part.as_rule() == Rule::start).map(|part| self.build_start(part))?;
        start.date = start.date.succ_opt().unwrap_or(start.date);
        let help = format!("write `until {}`, if the day given is still in force", start.date);
        self.error(Code::HEADER, span, "`until` names the first day no longer in force", "", help);
        Some(start)
    }

    /// Reports `from A to B` where a value holds until the next.
    pub(super) fn mistaken_to(&mut self, node: Node<'t>) {
        let span = self.tight(&node);
        let day = inner(node).find(|part| part.as_rule() == Rule::start).map(|part| self.build_start(part));
        let next = day
            .and_then(|day| day.date.succ_opt())
            .map_or(String::new(), |day| format!(": write `, no value from {day}` if none follows"));
        self.error(Code::HEADER, span, "a value holds until the next one starts", "", format!("remove this{next}"));
    }

    /// Reports `{` in a text that holds no name.
    pub(super) fn mistaken_hole(&mut self, node: &Node<'t>) {
        let span = self.span(node);
        self.error(
            Code::HOLE,
            span,
            "this hole names nothing",
            "",
            "write a name as in `{applied_on}`; a brace is written `{{`",
        );
    }
}
