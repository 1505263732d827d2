//! The order of operators (SEMANTICS G8), by precedence climbing over the flat chains of the grammar.
//!
//! `and` and `or` share a level and never mix; comparisons, `implies`, `until` and `through` take no chains.

use std::iter::Peekable;

use super::*;

/// Binding powers, loosest first.
mod power {
    pub const IMPLIES: u8 = 1;
    pub const AND_OR: u8 = 2;
    pub const NOT: u8 = 3;
    pub const COMPARE: u8 = 4;
    pub const PERIOD: u8 = 5;
    pub const ROUNDING: u8 = 6;
    pub const SUM: u8 = 7;
    pub const PRODUCT: u8 = 8;
    pub const UNARY: u8 = 9;
}

/// What stands between operands or after one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operator {
    /// `and`.
    And,
    /// `or`.
    Or,
    /// `implies`.
    Implies,
    /// `is`, `<=`, `in` …
    Compare(CompareOp),
    /// `contains`, a mistake for `in` the other way round.
    Contains,
    /// `is empty`, `is not empty`.
    IsEmpty(bool),
    /// `until`, `through`.
    Period {
        /// Whether it is `through`.
        inclusive: bool,
    },
    /// `rounding down`.
    Rounding,
    /// `+`, `-`, `*`, `/`.
    Arithmetic(ArithmeticOp),
    /// `between 17 and 20`, a mistake.
    Between,
    /// `and` before a clause word, a mistake.
    Dangling,
}

impl Operator {
    fn power(self) -> u8 {
        match self {
            Operator::Implies => power::IMPLIES,
            Operator::And | Operator::Or | Operator::Dangling => power::AND_OR,
            Operator::Compare(_) | Operator::Contains | Operator::IsEmpty(_) | Operator::Between => power::COMPARE,
            Operator::Period { .. } => power::PERIOD,
            Operator::Rounding => power::ROUNDING,
            Operator::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract) => power::SUM,
            Operator::Arithmetic(ArithmeticOp::Multiply | ArithmeticOp::Divide) => power::PRODUCT,
        }
    }

    /// Returns the operator a token stands for, right or wrong.
    pub(super) fn of(node: &Node<'_>) -> Option<Operator> {
        Some(match node.as_rule() {
            Rule::kw_and => Operator::And,
            Rule::kw_or => Operator::Or,
            Rule::kw_implies => Operator::Implies,
            Rule::kw_is => Operator::Compare(CompareOp::Is),
            Rule::is_not => Operator::Compare(CompareOp::IsNot),
            Rule::kw_in => Operator::Compare(CompareOp::In),
            Rule::not_in => Operator::Compare(CompareOp::NotIn),
            Rule::kw_within => Operator::Compare(CompareOp::Within),
            Rule::kw_overlaps => Operator::Compare(CompareOp::Overlaps),
            Rule::compare => Operator::Compare(compare_op(node.as_str())),
            Rule::is_empty => Operator::IsEmpty(false),
            Rule::is_not_empty => Operator::IsEmpty(true),
            Rule::kw_until => Operator::Period { inclusive: false },
            Rule::kw_through => Operator::Period { inclusive: true },
            Rule::rounding => Operator::Rounding,
            Rule::sum_op => Operator::Arithmetic(arithmetic_op(node.as_str())),
            Rule::oops_operator | Rule::oops_is_in => mistakes::meant_operator(node.as_str()),
            Rule::oops_between => Operator::Between,
            Rule::oops_dangling => Operator::Dangling,
            _ => return None,
        })
    }
}

/// The parts of one chain, not yet ordered.
pub(super) struct Chain<'n> {
    nodes: Peekable<Nodes<'n>>,
    /// Where the chain is, for what is missing at its end.
    span: Span,
    /// Whether an operand or `not` was taken: a quantifier after it needs brackets.
    begun: bool,
}

impl<'n> Chain<'n> {
    /// Starts a chain.
    pub(super) fn new(nodes: Nodes<'n>, span: Span) -> Self {
        Chain { nodes: nodes.peekable(), span, begun: false }
    }

    fn next(&mut self) -> Option<Node<'n>> {
        self.nodes.next()
    }

    /// Takes the next part if it is of a rule.
    pub(super) fn next_if(&mut self, rule: Rule) -> Option<Node<'n>> {
        self.nodes.next_if(|node| node.as_rule() == rule)
    }

    fn operator(&mut self) -> Option<Operator> {
        Operator::of(self.nodes.peek()?)
    }
}

impl<'t> Builder<'t> {
    /// Builds the parts of `expr`, `sum`, `rounded`, `value`.
    pub(super) fn build_chain(&mut self, node: Node<'t>) -> Expr {
        let span = self.tight(&node);
        let mut chain = Chain::new(inner(node), span);
        self.build_next(&mut chain)
    }

    /// Builds one whole expression from the front of a chain, up to a part that is no operator: `0` of `0..17`.
    pub(super) fn build_next(&mut self, chain: &mut Chain<'t>) -> Expr {
        chain.begun = false;
        self.climb(chain, 0)
    }

    /// Builds the operand at the front and every operator after it that binds at least as tightly.
    fn climb(&mut self, chain: &mut Chain<'t>, least: u8) -> Expr {
        let mut left = self.build_operand(chain, least);
        while let Some(operator) = chain.operator() {
            if operator.power() < least {
                break;
            }
            left = match operator {
                Operator::And | Operator::Or | Operator::Dangling => self.build_and_or(chain, left),
                Operator::Compare(_) | Operator::Contains | Operator::IsEmpty(_) | Operator::Between => {
                    self.build_comparison(chain, left)
                }
                Operator::Implies => self.build_implies(chain, left),
                Operator::Period { inclusive } => self.build_period(chain, left, inclusive),
                Operator::Rounding => self.build_rounding(chain, left),
                Operator::Arithmetic(op) => self.build_arithmetic(chain, left, op),
            };
        }
        left
    }

    /// Builds one operand with its prefixes and suffixes.
    fn build_operand(&mut self, chain: &mut Chain<'t>, least: u8) -> Expr {
        let Some(node) = chain.next() else {
            let span = chain.span.after();
            self.error(Code::SYNTAX, span, "a value is missing here", "", "write the value after the operator");
            return missing(span);
        };
        let span = self.tight(&node);
        let alone = !std::mem::replace(&mut chain.begun, true);
        match node.as_rule() {
            Rule::kw_not | Rule::oops_not => {
                let of = self.climb(chain, power::NOT);
                if node.as_rule() == Rule::oops_not {
                    self.mistaken_not(span, of.span);
                }
                let expr = Expr { span: span.to(of.span), kind: ExprKind::Not(Box::new(of)) };
                if least > power::NOT {
                    self.not_inside(&expr);
                }
                expr
            }
            Rule::oops_either => {
                let expr = self.build_operand(chain, least);
                self.mistaken_either(span);
                expr
            }
            Rule::minus => {
                let of = self.build_operand(chain, power::UNARY);
                Expr { span: span.to(of.span), kind: ExprKind::Negate(Box::new(of)) }
            }
            Rule::quantified | Rule::conditional => {
                let what = if node.as_rule() == Rule::quantified { "quantifier" } else { "conditional" };
                let expr = if node.as_rule() == Rule::quantified {
                    self.build_quantified(node)
                } else {
                    self.build_conditional(node)
                };
                if !alone {
                    self.needs_brackets(chain.span, &expr, what);
                }
                expr
            }
            _ => {
                let atom = self.build_atom(node);
                self.build_suffixes(chain, atom)
            }
        }
    }

    /// Builds `as of d` and units after an operand.
    fn build_suffixes(&mut self, chain: &mut Chain<'t>, mut expr: Expr) -> Expr {
        while let Some(node) =
            chain.nodes.next_if(|node| matches!(node.as_rule(), Rule::as_of | Rule::unit | Rule::oops_and_duration))
        {
            let span = expr.span.to(self.tight(&node));
            let of = Box::new(expr);
            let kind = match node.as_rule() {
                Rule::as_of => {
                    let day = inner(node).last().map_or(missing(span.after()), |day| self.build_atom(day));
                    ExprKind::AsOf(of, Box::new(day))
                }
                Rule::unit => ExprKind::Duration(of, self.build_unit(node)),
                _ => {
                    self.and_duration(*of, &node);
                    let mut parts = inner(node).skip(1);
                    let (number, unit) = (parts.next(), parts.next());
                    expr = match number.zip(unit) {
                        Some((number, unit)) => {
                            let number_span = self.span(&number);
                            let number = Expr { kind: ExprKind::Number(self.build_number(&number)), span: number_span };
                            let unit = self.build_unit(unit);
                            Expr { kind: ExprKind::Duration(Box::new(number), unit), span }
                        }
                        None => missing(span),
                    };
                    continue;
                }
            };
            expr = Expr { kind, span };
        }
        expr
    }

    /// Builds a chain of one of `and`, `or`; reports a chain of both.
    fn build_and_or(&mut self, chain: &mut Chain<'t>, first: Expr) -> Expr {
        let mut operands = vec![first];
        let mut ors = Vec::new();
        let mut places = Vec::new();
        while let Some(operator @ (Operator::And | Operator::Or | Operator::Dangling)) = chain.operator() {
            let Some(node) = chain.next() else { break };
            if operator == Operator::Dangling {
                self.dangling(&node);
                continue;
            }
            let right = self.climb(chain, power::NOT);
            if node.as_rule() == Rule::oops_operator {
                self.mistaken_operator(&node, operator, operands.last().map(|left| left.span), right.span);
            }
            ors.push(operator == Operator::Or);
            places.push(self.span(&node));
            operands.push(right);
        }
        let span = operands[0].span.to(operands[operands.len() - 1].span);
        if ors.is_empty() {
            return operands.swap_remove(0);
        }
        if ors.iter().any(|&or| or != ors[0]) {
            self.mixed_and_or(&operands, &ors, &places, span);
            return group_runs(operands, &ors);
        }
        let kind = if ors[0] { ExprKind::Or(operands) } else { ExprKind::And(operands) };
        Expr { kind, span }
    }

    /// Builds one comparison; reports a chain of them.
    fn build_comparison(&mut self, chain: &mut Chain<'t>, left: Expr) -> Expr {
        let mut parts = Vec::new();
        let mut last = left.span;
        let mut expr = left;
        while let Some(
            operator @ (Operator::Compare(_) | Operator::Contains | Operator::IsEmpty(_) | Operator::Between),
        ) = chain.operator()
        {
            let Some(node) = chain.next() else { break };
            let place = self.tight(&node);
            let before = last;
            let mut after = None;
            if !parts.is_empty() {
                // A chain is an error: the first comparison stands for it, or the tree would grow with the chain.
                if !matches!(operator, Operator::IsEmpty(_) | Operator::Between) {
                    let right = self.climb(chain, power::PERIOD);
                    last = right.span;
                    after = Some(right.span);
                }
                expr.span = expr.span.to(after.unwrap_or(place));
                parts.push((before, operator, after));
                continue;
            }
            let left = Box::new(expr);
            expr = match operator {
                Operator::IsEmpty(negated) => {
                    Expr { span: left.span.to(place), kind: ExprKind::IsEmpty(left, negated) }
                }
                Operator::Between => self.build_between_mistake(*left, node),
                _ => {
                    let right = Box::new(self.climb(chain, power::PERIOD));
                    if matches!(node.as_rule(), Rule::oops_operator | Rule::oops_is_in) {
                        self.mistaken_operator(&node, operator, Some(left.span), right.span);
                    }
                    let span = left.span.to(right.span);
                    last = right.span;
                    after = Some(right.span);
                    let kind = match operator {
                        Operator::Compare(op) => ExprKind::Compare(op, left, right),
                        _ => ExprKind::Compare(CompareOp::In, right, left),
                    };
                    Expr { kind, span }
                }
            };
            parts.push((before, operator, after));
        }
        if parts.len() > 1 {
            self.chained_comparison(&parts, expr.span);
        }
        expr
    }

    fn build_implies(&mut self, chain: &mut Chain<'t>, mut left: Expr) -> Expr {
        let start = left.span;
        let mut count = 0;
        while chain.operator() == Some(Operator::Implies) {
            chain.next();
            let right = self.climb(chain, power::AND_OR);
            count += 1;
            if count == 2 {
                self.chained_implies(start.to(right.span), left.span, right.span);
            }
            if count < 2 {
                left =
                    Expr { span: left.span.to(right.span), kind: ExprKind::Implies(Box::new(left), Box::new(right)) };
            }
        }
        left
    }

    fn build_period(&mut self, chain: &mut Chain<'t>, start: Expr, inclusive: bool) -> Expr {
        let Some(node) = chain.next() else { return start };
        let end = self.climb(chain, power::ROUNDING);
        if matches!(start.kind, ExprKind::Period { .. }) {
            let span = self.span(&node);
            self.error(
                Code::NEEDS_BRACKETS,
                span,
                "a period has two ends",
                "a third",
                "write one `until` or `through` between two days",
            );
            return start;
        }
        Expr {
            span: start.span.to(end.span),
            kind: ExprKind::Period { start: Box::new(start), end: Box::new(end), inclusive },
        }
    }

    fn build_rounding(&mut self, chain: &mut Chain<'t>, of: Expr) -> Expr {
        let Some(node) = chain.next() else { return of };
        let place = self.tight(&node);
        if matches!(of.kind, ExprKind::Rounding(..)) {
            self.error(
                Code::CLAUSE_TWICE,
                place,
                "`rounding` is given twice",
                "the second",
                "keep one: it rounds the whole sum before it",
            );
            return of;
        }
        let direction = inner(node).last().map_or(Rounding::Down, |word| rounding(word.as_str()));
        Expr { span: of.span.to(place), kind: ExprKind::Rounding(Box::new(of), direction) }
    }

    fn build_arithmetic(&mut self, chain: &mut Chain<'t>, left: Expr, op: ArithmeticOp) -> Expr {
        let Some(node) = chain.next() else { return left };
        let least = Operator::Arithmetic(op).power() + 1;
        let right = self.climb(chain, least);
        if node.as_rule() == Rule::oops_operator {
            self.mistaken_operator(&node, Operator::Arithmetic(op), Some(left.span), right.span);
        } else if op == ArithmeticOp::Divide && self.rounds == 0 {
            let span = self.span(&node);
            self.division(span, left.span.to(right.span));
        }
        Expr { span: left.span.to(right.span), kind: ExprKind::Arithmetic(op, Box::new(left), Box::new(right)) }
    }
}

/// Groups a chain of both words as most languages do: runs of `and` inside `or`. Only after an error.
fn group_runs(operands: Vec<Expr>, ors: &[bool]) -> Expr {
    let mut groups: Vec<Vec<Expr>> = vec![Vec::new()];
    for (index, operand) in operands.into_iter().enumerate() {
        if index > 0 && ors[index - 1] {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.last_mut() {
            group.push(operand);
        }
    }
    let join = |mut parts: Vec<Expr>, kind: fn(Vec<Expr>) -> ExprKind| {
        let span = parts[0].span.to(parts[parts.len() - 1].span);
        if parts.len() == 1 { parts.swap_remove(0) } else { Expr { kind: kind(parts), span } }
    };
    // Every group got an operand: the first before the loop's first `or`, each other on being made.
    let groups = groups.into_iter().map(|group| join(group, ExprKind::And)).collect();
    join(groups, ExprKind::Or)
}

/// Reads `<`, `<=`, `>`, `>=`.
pub(super) fn compare_op(text: &str) -> CompareOp {
    match text {
        "<" => CompareOp::Less,
        "<=" => CompareOp::LessEqual,
        ">" => CompareOp::Greater,
        _ => CompareOp::GreaterEqual,
    }
}

fn arithmetic_op(text: &str) -> ArithmeticOp {
    match text {
        "+" => ArithmeticOp::Add,
        "-" => ArithmeticOp::Subtract,
        "*" => ArithmeticOp::Multiply,
        _ => ArithmeticOp::Divide,
    }
}

/// Reads `down`, `up`.
pub(super) fn rounding(word: &str) -> Rounding {
    if word == "up" { Rounding::Up } else { Rounding::Down }
}
