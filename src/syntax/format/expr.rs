//! Expressions: brackets as written, others only where the tree would else be read differently.

use super::comments::Role;
use super::printer::{Doc, Element, INDENT, Printer};
use super::words;
use crate::source::Span;
use crate::syntax::ast::*;

/// How tightly the parts of an expression hold together, loosest first (SEMANTICS G8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Quantifiers and `if`: a whole item.
    Whole,
    /// `implies`.
    Implies,
    /// `and`, `or`.
    Chain,
    /// `not`.
    Not,
    /// `is`, `in`, `<` …
    Compare,
    /// `until`, `through`.
    Period,
    /// `rounding`.
    Rounding,
    /// `+`, `-`.
    Sum,
    /// `*`, `/`.
    Product,
    /// `-n`.
    Sign,
    /// `days from a to b`.
    From,
    /// `12 months`.
    Unit,
    /// `exempt as of d`.
    AsOf,
    /// Everything else.
    Atom,
    /// In brackets: tighter than any form.
    Bracketed,
}

/// Returns the level of an expression as it would be printed.
fn level(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::Quantified(..) | ExprKind::If(..) => Level::Whole,
        ExprKind::Implies(..) => Level::Implies,
        ExprKind::And(_) | ExprKind::Or(_) => Level::Chain,
        ExprKind::Not(_) => Level::Not,
        ExprKind::Compare(..) | ExprKind::IsEmpty(..) => Level::Compare,
        ExprKind::Period { .. } => Level::Period,
        ExprKind::Rounding(..) => Level::Rounding,
        ExprKind::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract, ..) => Level::Sum,
        ExprKind::Arithmetic(ArithmeticOp::Multiply | ArithmeticOp::Divide, ..) => Level::Product,
        ExprKind::Negate(_) => Level::Sign,
        ExprKind::Number(n) | ExprKind::Percent(n) | ExprKind::Money(n, _) if n.is_sign_negative() => Level::Sign,
        ExprKind::DaysFrom(..) | ExprKind::MonthsFrom(..) => Level::From,
        ExprKind::Duration(..) => Level::Unit,
        ExprKind::AsOf(..) => Level::AsOf,
        _ => Level::Atom,
    }
}

/// Whether an expression ends in `days from a to b`, which would take in a sum that follows.
fn takes_what_follows(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::DaysFrom(..) | ExprKind::MonthsFrom(..) => true,
        ExprKind::Arithmetic(_, _, last) | ExprKind::Negate(last) => takes_what_follows(last),
        _ => false,
    }
}

/// Whether an expression begins with `at least k of`, which is a slip for `>=` right after `is`.
fn begins_with_at_least(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Block(kind, _) => matches!(kind, BlockKind::AtLeast(_)),
        ExprKind::Arithmetic(_, first, _) | ExprKind::Period { start: first, .. } | ExprKind::AsOf(first, _) => {
            begins_with_at_least(first)
        }
        ExprKind::Rounding(first, _) | ExprKind::Duration(first, _) => begins_with_at_least(first),
        _ => false,
    }
}

/// Returns the words before the opening brace of an expression that ends in a block: such a block may begin on the line
/// of the words before it. Nothing for other expressions.
pub(super) fn opening_words(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Block(kind, _) => Some(format!("{} {{", block_words(*kind))),
        ExprKind::Set(members) if members.len() > 1 => Some("{".to_string()),
        ExprKind::Quantified(quantifier, binder, body) => {
            let body = opening_words(body)?;
            let binder = super::expr_text(&binder.domain).len() + binder.name.value.len();
            // `every ` … ` in ` … `: `, and the last number of a range, which is short.
            Some(format!("{} {}{body}", quantifier_word(*quantifier), " ".repeat(binder + 6)))
        }
        _ => None,
    }
}

fn block_words(kind: BlockKind) -> String {
    match kind {
        BlockKind::All => "all of".to_string(),
        BlockKind::Any => "any of".to_string(),
        BlockKind::None => "none of".to_string(),
        BlockKind::AtLeast(count) => format!("at least {count} of"),
    }
}

fn quantifier_word(quantifier: Quantifier) -> &'static str {
    match quantifier {
        Quantifier::Every => "every",
        Quantifier::Any => "any",
        Quantifier::No => "no",
    }
}

fn operator(op: ArithmeticOp) -> &'static str {
    match op {
        ArithmeticOp::Add => "+ ",
        ArithmeticOp::Subtract => "- ",
        ArithmeticOp::Multiply => "* ",
        ArithmeticOp::Divide => "/ ",
    }
}

pub(super) fn direction(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Down => "down",
        Rounding::Up => "up",
    }
}

fn half_way(half: HalfWay) -> &'static str {
    match half {
        HalfWay::Down => "down",
        HalfWay::Up => "up",
        HalfWay::Even => "even",
    }
}

/// Returns the word of a unit, singular after exactly 1.
fn unit_words(unit: &Unit, one: bool) -> String {
    let word = match unit {
        Unit::Days => "day",
        Unit::Weeks => "week",
        Unit::Months => "month",
        Unit::Years => "year",
        Unit::Hours => "hour",
        Unit::Minutes => "minute",
        Unit::BusinessDays(_) => "business day",
    };
    let plural = if one { "" } else { "s" };
    match unit {
        Unit::BusinessDays(Some(calendar)) => format!("{word}{plural} of {}", calendar.value),
        _ => format!("{word}{plural}"),
    }
}

/// Returns the place of an item, from its expression to its label.
pub(super) fn item_span(item: &Item) -> Span {
    let tags = item.tags.iter().map(|tag| tag.span);
    tags.chain(item.label.iter().map(|label| label.span)).fold(item.expr.span, Span::to)
}

impl<'a> Printer<'a> {
    /// A clause or block element: `b [A-5] "label"`.
    pub fn item(&self, item: &Item) -> Doc<'a> {
        // A tag after an unbracketed chain would be an error (G16).
        let chain = !item.tags.is_empty() && matches!(level(&item.expr), Level::Implies | Level::Chain);
        let expr = self.expr(&item.expr, if chain { Level::Not } else { Level::Whole });
        self.with_tags(expr, &item.tags, &item.label)
    }

    /// Tags and a label after an item or row; the label goes to the next line if it does not fit.
    pub fn with_tags(&self, doc: Doc<'a>, tags: &[Tag], label: &Option<Text>) -> Doc<'a> {
        let tags = words::tags(tags).map(|tags| format!(" {tags}")).unwrap_or_default();
        let label = words::label(label).map(|label| self.line().append(label).nest(INDENT).group());
        doc.append(tags).append(label.unwrap_or(self.nil()))
    }

    /// An expression, in brackets where it would else fall apart in a place that takes only a tighter one.
    pub fn expr(&self, expr: &Expr, least: Level) -> Doc<'a> {
        if level(expr) < least { self.in_brackets(self.form(expr)) } else { self.form(expr) }
    }

    fn in_brackets(&self, inside: Doc<'a>) -> Doc<'a> {
        let inside = self.line_().append(inside).nest(INDENT);
        self.text("(").append(inside).append(self.line_()).append(")").group()
    }

    fn form(&self, expr: &Expr) -> Doc<'a> {
        match &expr.kind {
            ExprKind::Set(members) => {
                self.container(expr.span);
                let members = members
                    .iter()
                    .map(|member| self.element(member.span, Role::Element, || self.expr(member, Level::Sum)));
                self.set(members.collect())
            }
            ExprKind::Paren(inside) => self.in_brackets(self.expr(inside, Level::Whole)),
            ExprKind::Block(kind, items) => {
                self.container(expr.span);
                let items = items.iter().map(|item| self.element(item_span(item), Role::Element, || self.item(item)));
                let items = items.collect();
                self.text(block_words(*kind)).append(" ").append(self.braces(items))
            }
            ExprKind::And(operands) => self.chain("and ", operands),
            ExprKind::Or(operands) => self.chain("or ", operands),
            ExprKind::Not(of) => self.text("not ").append(self.expr(of, Level::Not)),
            ExprKind::Implies(left, right) => {
                self.infix(self.expr(left, Level::Chain), "implies ", self.expr(right, Level::Chain))
            }
            ExprKind::Compare(op, left, right) => self.comparison(*op, left, right),
            ExprKind::IsEmpty(of, false) => self.expr(of, Level::Period).append(" is empty"),
            ExprKind::IsEmpty(of, true) => self.expr(of, Level::Period).append(" is not empty"),
            ExprKind::Arithmetic(..) => self.arithmetic(expr),
            ExprKind::Negate(of) => self.text("-").append(self.expr(of, Level::Sign)),
            ExprKind::Rounding(of, to) => self.expr(of, Level::Sum).append(format!(" rounding {}", direction(*to))),
            ExprKind::Duration(of, unit) => {
                let one = matches!(&of.kind, ExprKind::Number(number) if number.to_string() == "1");
                self.expr(of, Level::AsOf).append(format!(" {}", unit_words(unit, one)))
            }
            ExprKind::Period { start, end, inclusive } => {
                let word = if *inclusive { "through " } else { "until " };
                self.infix(self.expr(start, Level::Rounding), word, self.expr(end, Level::Rounding))
            }
            ExprKind::AsOf(of, day) => self.expr(of, Level::Atom).append(" as of ").append(self.expr(day, Level::Atom)),
            ExprKind::Call(path, arguments) => self.call(path, arguments, expr.span),
            ExprKind::Field(of, name) => self.expr(of, Level::Atom).append(format!(".{}", name.value)),
            ExprKind::If(condition, then, otherwise) => self.conditional(condition, then, otherwise),
            ExprKind::Quantified(quantifier, binder, body) => self.quantified(*quantifier, binder, body),
            ExprKind::CountWhere(binder, condition) => self.count(binder, condition.as_deref()),
            ExprKind::Count(of) => self.text("count").append(self.in_brackets(self.expr(of, Level::Whole))),
            ExprKind::DaysFrom(from, to) => self.between("days from ", from, to),
            ExprKind::MonthsFrom(from, to) => self.between("months from ", from, to),
            ExprKind::DaysCovered(by, within) => {
                let by = self.text("days covered by ").append(self.expr(by, Level::Atom));
                by.append(" within ").append(self.expr(within, Level::Atom))
            }
            ExprKind::Round(of, places, half) => {
                let of = self.text("round ").append(self.in_brackets(self.expr(of, Level::Whole)));
                of.append(format!(" to {places} places half {}", half_way(*half)))
            }
            ExprKind::WeekdayOf(of) => self.text("weekday of ").append(self.expr(of, Level::Atom)),
            ExprKind::EndOfMonth(of) => self.text("end of month ").append(self.expr(of, Level::Atom)),
            ExprKind::EndOfDay(of, zone) => self.in_zone("end of day ", of, zone),
            ExprKind::DateOf(of, zone) => self.in_zone("date of ", of, zone),
            _ => self.text(self.literal(expr)),
        }
    }

    /// Words without parts.
    fn literal(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Bool(true) => "yes".to_string(),
            ExprKind::Bool(false) => "no".to_string(),
            ExprKind::Number(number) => number.to_string(),
            ExprKind::Percent(number) => format!("{number}%"),
            ExprKind::Money(amount, currency) => format!("{amount} {}", currency.value),
            ExprKind::Date(date) => words::date(*date),
            ExprKind::Time(minutes) => words::clock(*minutes),
            ExprKind::Instant(instant) => self.instant(*instant, expr.span),
            ExprKind::Text(text) => words::quote(text),
            ExprKind::Path(path) => path.text(),
            // `form` prints all other kinds; only `none` is left.
            _ => "none".to_string(),
        }
    }

    /// A moment as written, with or without seconds; `Z` and `+00:00` are one offset.
    pub fn instant(&self, instant: chrono::DateTime<chrono::FixedOffset>, span: Span) -> String {
        let is_moment = |text: &str| {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"T:+-.Z".contains(&byte));
            plain && text.get(..11).is_some_and(|day| day.ends_with('T'))
        };
        self.written(span).filter(|text| is_moment(text)).map_or_else(|| words::instant(instant), str::to_string)
    }

    /// `a and b and c`: on one line, else the word before each later operand, on its line.
    fn chain(&self, word: &str, operands: &[Expr]) -> Doc<'a> {
        let last = operands.len().saturating_sub(1);
        let operand = |(index, operand): (usize, &Expr)| {
            let role = match index {
                0 => Role::First,
                _ if index == last => Role::Last,
                _ => Role::Clause,
            };
            let element = self.element(operand.span, role, || {
                let doc = self.expr(operand, Level::Not);
                if index == 0 { doc } else { self.text(word).append(doc) }
            });
            (index, element)
        };
        let parts: Vec<(usize, Element<'a>)> = operands.iter().enumerate().map(operand).collect();
        let mut doc = self.nil();
        for (index, element) in parts {
            let part = self.with_comments(element);
            doc = if index == 0 { doc.append(part) } else { doc.append(self.line().append(part).nest(INDENT)) };
        }
        doc.group()
    }

    /// `a implies b`, the word on the next line if both do not fit.
    fn infix(&self, left: Doc<'a>, word: &str, right: Doc<'a>) -> Doc<'a> {
        left.append(self.line().append(self.text(word)).append(right).nest(INDENT)).group()
    }

    /// `a <= b`; a set or block begins on the line of the operator.
    fn comparison(&self, op: CompareOp, left: &Expr, right: &Expr) -> Doc<'a> {
        let word = format!("{} ", op.text());
        let hugs = opening_words(right).is_some() && level(right) > Level::Whole;
        let least = if op == CompareOp::Is && begins_with_at_least(right) { Level::Bracketed } else { Level::Period };
        let (left, right) = (self.expr(left, Level::Period), self.expr(right, least));
        if hugs { left.append(" ").append(word).append(right) } else { self.infix(left, &word, right) }
    }

    /// `a + b - c`: sums and products lean left, and are printed without recursion to the left.
    fn arithmetic(&self, expr: &Expr) -> Doc<'a> {
        let class = level(expr);
        let mut first = expr;
        let mut rest = Vec::new();
        while let ExprKind::Arithmetic(op, left, right) = &first.kind {
            if level(first) != class || (!rest.is_empty() && takes_what_follows(first)) {
                break;
            }
            rest.push((*op, right.as_ref()));
            first = left;
        }
        let tighter = if class == Level::Sum { Level::Product } else { Level::Sign };
        let least = if takes_what_follows(first) { Level::Unit } else { class };
        let mut doc = self.expr(first, least);
        for &(op, right) in rest.iter().rev() {
            doc = doc.append(self.line().append(operator(op)).append(self.expr(right, tighter)).nest(INDENT));
        }
        doc.group()
    }

    /// `late(d)`, `latest(s.start for s in stays)`.
    fn call(&self, path: &Path, arguments: &[Argument], span: Span) -> Doc<'a> {
        self.container(span);
        let last = arguments.len().saturating_sub(1);
        let argument = |(index, argument): (usize, &Argument)| {
            let element = self.element(argument_span(argument), Role::Element, || self.argument(argument));
            (index, element)
        };
        let parts: Vec<(usize, Element<'a>)> = arguments.iter().enumerate().map(argument).collect();
        let mut inside = self.nil();
        for (index, element) in parts {
            let gap = if index == 0 { self.line_() } else { self.line() };
            inside =
                inside.append(gap).append(self.with_comma(element, self.text(if index < last { "," } else { "" })));
        }
        let close = if arguments.is_empty() { self.nil() } else { self.line_() };
        self.text(path.text()).append(self.text("(").append(inside.nest(INDENT)).append(close).append(")").group())
    }

    fn argument(&self, argument: &Argument) -> Doc<'a> {
        let value = self.expr(&argument.value, Level::Whole);
        let Some((binder, condition)) = &argument.each else { return value };
        let each = self.line().append("for ").append(self.binder(binder));
        let condition = condition
            .as_ref()
            .map(|condition| self.text(":").append(self.line()).append(self.expr(condition, Level::Whole)));
        value.append(each.append(condition.unwrap_or(self.nil())).nest(INDENT)).group()
    }

    /// `s in stays`, `k in 0 to 4`.
    fn binder(&self, binder: &Binder) -> Doc<'a> {
        let domain = self.text(format!("{} in ", binder.name.value)).append(self.expr(&binder.domain, Level::Sum));
        match &binder.to {
            Some(to) => domain.append(" to ").append(self.expr(to, Level::Sum)),
            None => domain,
        }
    }

    fn conditional(&self, condition: &Expr, then: &Expr, otherwise: &Expr) -> Doc<'a> {
        let then = self.line().append("then ").append(self.expr(then, Level::Implies));
        let otherwise = self.line().append("else ").append(self.expr(otherwise, Level::Whole));
        let condition = self.text("if ").append(self.expr(condition, Level::Implies));
        condition.append(then.append(otherwise).nest(INDENT)).group()
    }

    fn quantified(&self, quantifier: Quantifier, binder: &Binder, body: &Expr) -> Doc<'a> {
        let head = self.text(quantifier_word(quantifier)).append(" ").append(self.binder(binder)).append(":");
        let hugs = opening_words(body).is_some();
        let body = self.expr(body, Level::Whole);
        if hugs { head.append(" ").append(body) } else { head.append(self.line().append(body).nest(INDENT)).group() }
    }

    /// `count(s in stays: a)`.
    fn count(&self, binder: &Binder, condition: Option<&Expr>) -> Doc<'a> {
        let binder = self.binder(binder);
        let inside = match condition {
            Some(condition) => {
                binder.append(":").append(self.line().append(self.expr(condition, Level::Whole)).nest(INDENT)).group()
            }
            None => binder,
        };
        self.text("count").append(self.in_brackets(inside))
    }

    /// `days from a to b`: `b` is a whole sum.
    fn between(&self, words: &str, from: &Expr, to: &Expr) -> Doc<'a> {
        let from = self.text(words).append(self.expr(from, Level::Rounding));
        self.infix(from, "to ", self.expr(to, Level::Sum))
    }

    /// `end of day d in "UTC"`.
    fn in_zone(&self, words: &str, of: &Expr, zone: &Option<Text>) -> Doc<'a> {
        let doc = self.text(words).append(self.expr(of, Level::Atom));
        match zone {
            Some(zone) => doc.append(format!(" in {}", words::quote(&zone.value))),
            None => doc,
        }
    }
}

/// Returns the place of an argument, its `for` included.
fn argument_span(argument: &Argument) -> Span {
    let each = argument.each.iter().flat_map(|(binder, condition)| {
        let domain = [binder.domain.span].into_iter().chain(binder.to.iter().map(|to| to.span));
        domain.chain(condition.iter().map(|condition| condition.span))
    });
    each.fold(argument.value.span, Span::to)
}
