//! Operands: one function a form. How they are joined is in `operators`.

use rust_decimal::Decimal;

use super::*;

impl<'t> Builder<'t> {
    /// Builds a whole expression.
    pub(super) fn build_expr(&mut self, node: Node<'t>) -> Expr {
        self.build_chain(node)
    }

    /// Builds one operand without prefixes and suffixes.
    pub(super) fn build_atom(&mut self, node: Node<'t>) -> Expr {
        let span = self.tight(&node);
        let kind = match node.as_rule() {
            Rule::kw_yes => ExprKind::Bool(true),
            Rule::kw_no => ExprKind::Bool(false),
            Rule::kw_none => ExprKind::None,
            Rule::number => ExprKind::Number(self.build_number(&node)),
            Rule::percent => ExprKind::Percent(self.first_number(node, span)),
            Rule::money => self.build_money(node, span),
            Rule::date | Rule::oops_date => ExprKind::Date(self.build_date(&node)),
            Rule::clock => ExprKind::Time(self.build_clock(&node)),
            Rule::instant => ExprKind::Instant(self.build_instant(&node)),
            Rule::string | Rule::oops_unclosed | Rule::oops_quotes => ExprKind::Text(self.build_text(node).value),
            Rule::path => ExprKind::Path(self.build_path(node)),
            Rule::sum | Rule::rounded => return self.build_chain(node),
            Rule::reference => return self.build_reference(node),
            Rule::set => self.build_set(node),
            Rule::group => {
                let expr = inner(node).find(|part| part.as_rule() == Rule::expr);
                ExprKind::Paren(Box::new(expr.map_or(missing(span), |expr| self.build_expr(expr))))
            }
            Rule::block => self.build_block(node, span),
            Rule::between => self.build_between(node, span),
            Rule::covered => {
                let mut parts = inner(node).filter(|part| !is_form_word(part.as_rule()));
                let of = parts.next().map_or(missing(span), |part| self.build_atom(part));
                let within = parts.next().map_or(missing(span), |part| self.build_atom(part));
                ExprKind::DaysCovered(Box::new(of), Box::new(within))
            }
            Rule::round => self.build_round(node, span),
            Rule::count => self.build_count_form(node, span),
            Rule::calendar_form => self.build_calendar_form(node, span),
            Rule::suspect => self.build_suspect(node),
            Rule::oops_thousands
            | Rule::oops_number
            | Rule::oops_half_number
            | Rule::oops_percent
            | Rule::oops_sign_after
            | Rule::oops_sign_before => self.mistaken_number(node),
            Rule::oops_month_name => ExprKind::Date(self.mistaken_month_name(&node)),
            _ => {
                self.drift(&node);
                ExprKind::None
            }
        };
        Expr { kind, span }
    }

    fn first_number(&mut self, node: Node<'t>, span: Span) -> Decimal {
        match inner(node).next() {
            Some(number) => self.build_number(&number),
            None => self.decimal("0", span),
        }
    }

    fn build_money(&mut self, node: Node<'t>, span: Span) -> ExprKind {
        let mut parts = inner(node);
        let number = parts.next().map_or(Decimal::ZERO, |number| self.build_number(&number));
        let currency = parts.next().map_or(Spanned::new(String::new(), span), |currency| self.word(&currency));
        ExprKind::Money(number, currency)
    }

    /// Builds `n`, `late(d)`, `price(imp, 3).cost`.
    fn build_reference(&mut self, node: Node<'t>) -> Expr {
        let span = self.tight(&node);
        let mut parts = inner(node);
        let Some(path) = parts.next() else { return missing(span) };
        let path = self.build_path(path);
        let Some(arguments) = parts.next() else { return Expr { span: path.span, kind: ExprKind::Path(path) } };
        let call_span = path.span.to(self.tight(&arguments));
        let arguments = self.build_arguments(arguments);
        let mut expr = Expr { kind: ExprKind::Call(path, arguments), span: call_span };
        for field in parts {
            let Some(name) = inner(field).next() else { continue };
            let name = self.word(&name);
            expr = Expr { span: expr.span.to(name.span), kind: ExprKind::Field(Box::new(expr), name) };
        }
        expr
    }

    fn build_arguments(&mut self, node: Node<'t>) -> Vec<Argument> {
        let mut arguments = Vec::new();
        for part in inner(node) {
            match part.as_rule() {
                Rule::argument => {
                    let argument = self.build_argument(part);
                    arguments.push(argument);
                }
                Rule::oops_separator => self.mistaken_separator(&part),
                _ => {}
            }
        }
        arguments
    }

    fn build_argument(&mut self, node: Node<'t>) -> Argument {
        let span = self.tight(&node);
        let mut argument = Argument { value: missing(span), each: None };
        let mut binder = None;
        let mut condition = None;
        for part in inner(node) {
            match part.as_rule() {
                Rule::expr if binder.is_none() => argument.value = self.build_expr(part),
                Rule::expr => condition = Some(self.build_expr(part)),
                Rule::binder => binder = Some(self.build_binder(part)),
                _ => {}
            }
        }
        argument.each = binder.map(|binder| (binder, condition));
        argument
    }

    /// Builds `{US, PM}`.
    pub(super) fn build_set(&mut self, node: Node<'t>) -> ExprKind {
        let mut members = Vec::new();
        for part in inner(node) {
            match part.as_rule() {
                Rule::sum => {
                    let member = self.build_chain(part);
                    members.push(member);
                }
                Rule::oops_separator => self.mistaken_separator(&part),
                _ => {}
            }
        }
        ExprKind::Set(members)
    }

    fn build_block(&mut self, node: Node<'t>, span: Span) -> ExprKind {
        let mut kind = BlockKind::All;
        let mut items = Vec::new();
        for part in inner(node) {
            match part.as_rule() {
                Rule::block_head | Rule::oops_block_head => {
                    if part.as_rule() == Rule::oops_block_head {
                        self.mistaken_block_head(&part);
                    }
                    kind = self.build_block_head(part);
                }
                Rule::item => {
                    let item = self.build_item(part);
                    items.push(item);
                }
                Rule::oops_separator => self.mistaken_separator(&part),
                Rule::oops_empty => {
                    self.error(
                        Code::BLOCK,
                        span,
                        "a block without elements",
                        "",
                        "write at least one condition between the braces, or remove the block",
                    );
                }
                _ => {}
            }
        }
        ExprKind::Block(kind, items)
    }

    fn build_block_head(&mut self, node: Node<'t>) -> BlockKind {
        let mut kind = BlockKind::Any;
        for part in inner(node) {
            match part.as_rule() {
                Rule::kw_all => kind = BlockKind::All,
                Rule::kw_any => kind = BlockKind::Any,
                Rule::kw_none => kind = BlockKind::None,
                Rule::number => kind = BlockKind::AtLeast(self.build_count(&part)),
                _ => {}
            }
        }
        kind
    }

    /// Builds `every s in stays: …`.
    pub(super) fn build_quantified(&mut self, node: Node<'t>) -> Expr {
        let span = self.tight(&node);
        let mut quantifier = Quantifier::Every;
        let mut binder = None;
        let mut body = missing(span);
        for part in inner(node) {
            match part.as_rule() {
                Rule::kw_any => quantifier = Quantifier::Any,
                Rule::kw_no => quantifier = Quantifier::No,
                Rule::binder => binder = Some(self.build_binder(part)),
                Rule::expr => body = self.build_expr(part),
                _ => {}
            }
        }
        match binder {
            Some(binder) => Expr { kind: ExprKind::Quantified(quantifier, binder, Box::new(body)), span },
            None => body,
        }
    }

    fn build_binder(&mut self, node: Node<'t>) -> Binder {
        let span = self.tight(&node);
        let mut name = Spanned::new(String::new(), span);
        let mut bounds = Vec::with_capacity(1);
        for part in inner(node) {
            match part.as_rule() {
                Rule::name => name = self.word(&part),
                Rule::sum => bounds.push(self.build_chain(part)),
                _ => {}
            }
        }
        let mut bounds = bounds.into_iter();
        Binder { name, domain: Box::new(bounds.next().unwrap_or(missing(span))), to: bounds.next().map(Box::new) }
    }

    /// Builds `if a then b else c`.
    pub(super) fn build_conditional(&mut self, node: Node<'t>) -> Expr {
        let span = self.tight(&node);
        let mut parts = inner(node).filter(|part| part.as_rule() == Rule::expr);
        let mut next = || parts.next().map_or(missing(span), |part| self.build_expr(part));
        let (condition, then, otherwise) = (next(), next(), next());
        Expr { kind: ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise)), span }
    }

    /// Builds `days from a to b`, `months from a to b`.
    fn build_between(&mut self, node: Node<'t>, span: Span) -> ExprKind {
        let mut months = false;
        let mut ends = Vec::with_capacity(2);
        for part in inner(node) {
            match part.as_rule() {
                Rule::kw_months => months = true,
                Rule::rounded | Rule::sum => ends.push(self.build_chain(part)),
                _ => {}
            }
        }
        let mut ends = ends.into_iter().map(Box::new);
        let mut next = || ends.next().unwrap_or_else(|| Box::new(missing(span)));
        let (from, to) = (next(), next());
        if months { ExprKind::MonthsFrom(from, to) } else { ExprKind::DaysFrom(from, to) }
    }

    /// Builds `round (n / 3) to 2 places half even`.
    fn build_round(&mut self, node: Node<'t>, span: Span) -> ExprKind {
        let mut of = missing(span);
        let mut places = 0;
        let mut half = HalfWay::Even;
        for part in inner(node) {
            match part.as_rule() {
                Rule::group => {
                    self.rounds += 1;
                    if let Some(expr) = inner(part).find(|part| part.as_rule() == Rule::expr) {
                        of = self.build_expr(expr);
                    }
                    self.rounds -= 1;
                }
                Rule::number => places = self.build_count(&part),
                Rule::half_way => {
                    half = match part.as_str() {
                        "down" => HalfWay::Down,
                        "up" => HalfWay::Up,
                        _ => HalfWay::Even,
                    }
                }
                _ => {}
            }
        }
        ExprKind::Round(Box::new(of), places, half)
    }

    fn build_count_form(&mut self, node: Node<'t>, span: Span) -> ExprKind {
        let mut binder = None;
        let mut expr = None;
        for part in inner(node) {
            match part.as_rule() {
                Rule::binder => binder = Some(self.build_binder(part)),
                Rule::expr => expr = Some(self.build_expr(part)),
                _ => {}
            }
        }
        match binder {
            Some(binder) => ExprKind::CountWhere(binder, expr.map(Box::new)),
            None => ExprKind::Count(Box::new(expr.unwrap_or(missing(span)))),
        }
    }

    /// Builds `weekday of d`, `end of day d in "UTC"`.
    fn build_calendar_form(&mut self, node: Node<'t>, span: Span) -> ExprKind {
        let mut form = Rule::weekday_of;
        let mut of = missing(span);
        let mut zone = None;
        let mut zone_next = false;
        for part in inner(node) {
            match part.as_rule() {
                rule @ (Rule::weekday_of | Rule::end_of_month | Rule::end_of_day | Rule::date_of) => form = rule,
                Rule::kw_in => zone_next = true,
                Rule::string if zone_next => zone = Some(self.build_text(part)),
                _ => of = self.build_atom(part),
            }
        }
        let of = Box::new(of);
        if zone.is_none() && matches!(form, Rule::end_of_day | Rule::date_of) {
            let (words, zoned) = if form == Rule::end_of_day {
                ("end of day", "a day ends")
            } else {
                ("date of", "a moment has its date")
            };
            let help = format!("write `{words} … in \"America/Toronto\"`");
            self.error(
                Code::MISSING_CLAUSE,
                span,
                format!("`{words}` names no zone"),
                format!("{zoned} in some zone"),
                help,
            );
        }
        match form {
            Rule::end_of_month => ExprKind::EndOfMonth(of),
            Rule::end_of_day => ExprKind::EndOfDay(of, zone),
            Rule::date_of => ExprKind::DateOf(of, zone),
            _ => ExprKind::WeekdayOf(of),
        }
    }

    /// Builds `days`, `business days of canada`.
    pub(super) fn build_unit(&mut self, node: Node<'t>) -> Unit {
        let mut business = false;
        let mut unit = Unit::Days;
        let mut calendar = None;
        for part in inner(node) {
            match part.as_rule() {
                Rule::kw_business => business = true,
                Rule::unit_word => unit = unit_of(part.as_str()),
                Rule::name => calendar = Some(self.word(&part)),
                _ => {}
            }
        }
        if business { Unit::BusinessDays(calendar) } else { unit }
    }
}

fn is_form_word(rule: Rule) -> bool {
    matches!(rule, Rule::kw_days | Rule::kw_covered | Rule::kw_by | Rule::kw_within)
}

fn unit_of(word: &str) -> Unit {
    match word {
        "week" | "weeks" => Unit::Weeks,
        "month" | "months" => Unit::Months,
        "year" | "years" => Unit::Years,
        "hour" | "hours" => Unit::Hours,
        "minute" | "minutes" => Unit::Minutes,
        _ => Unit::Days,
    }
}
