//! What the parser promises, by example.

mod forms;
mod grammar_rules;
mod limits;
mod mistakes;
mod properties;
mod recovery;

use super::*;
use ast::DeclKind;

/// Parses a file; returns its tree and its findings.
fn parse_text(text: &str) -> Parse {
    let mut sources = Sources::new();
    let id = sources.add("test.enact", text);
    parse(&sources, id)
}

/// Parses an expression; returns its tree and its findings.
fn parse_expression(text: &str) -> (Option<Item>, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let id = sources.add("test.enact", text);
    parse_item(&sources, id)
}

/// Writes findings as `E006 1:25 message; found; help: …`, one a line.
fn report(text: &str) -> String {
    let mut sources = Sources::new();
    let id = sources.add("", text);
    lines(&sources, &parse(&sources, id).diagnostics)
}

/// Writes the findings of a lone expression.
fn report_expression(text: &str) -> String {
    let mut sources = Sources::new();
    let id = sources.add("", text);
    lines(&sources, &parse_item(&sources, id).1)
}

fn lines(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let line = |diagnostic: &Diagnostic| {
        let place =
            diagnostic.span().map_or(String::new(), |span| sources.place(span).trim_start_matches(':').to_owned());
        let found = diagnostic
            .labels
            .first()
            .filter(|label| !label.text.is_empty())
            .map_or(String::new(), |label| format!("; {}", label.text));
        let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!("; help: {help}"));
        format!("{} {place} {}{found}{help}", diagnostic.code.number, diagnostic.message)
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Writes the tree of an expression as calls, to see what binds what.
fn shape(text: &str) -> String {
    let (item, diagnostics) = parse_expression(text);
    assert_eq!(diagnostics, [], "{text}");
    item.map_or(String::new(), |item| show(&item.expr))
}

fn show(expr: &ast::Expr) -> String {
    use ast::ExprKind as K;
    let all = |parts: &[ast::Expr]| parts.iter().map(show).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        K::Path(path) => path.text(),
        K::Number(number) => number.to_string(),
        K::Bool(value) => value.to_string(),
        K::None => "none".into(),
        K::And(parts) => format!("(and {})", all(parts)),
        K::Or(parts) => format!("(or {})", all(parts)),
        K::Not(of) => format!("(not {})", show(of)),
        K::Implies(a, b) => format!("(implies {} {})", show(a), show(b)),
        K::Compare(op, a, b) => format!("({} {} {})", op.text(), show(a), show(b)),
        K::IsEmpty(of, negated) => format!("({} {})", if *negated { "not-empty" } else { "empty" }, show(of)),
        K::Arithmetic(op, a, b) => format!("({op:?} {} {})", show(a), show(b)),
        K::Negate(of) => format!("(minus {})", show(of)),
        K::Rounding(of, way) => format!("({way:?} {})", show(of)),
        K::Duration(of, unit) => format!("({unit:?} {})", show(of)),
        K::Period { start, end, inclusive } => {
            format!("({} {} {})", if *inclusive { "through" } else { "until" }, show(start), show(end))
        }
        K::AsOf(of, day) => format!("(as-of {} {})", show(of), show(day)),
        K::Paren(of) => format!("[{}]", show(of)),
        K::Set(parts) => format!("{{{}}}", all(parts)),
        K::If(a, b, c) => format!("(if {} {} {})", show(a), show(b), show(c)),
        K::Quantified(q, binder, body) => {
            format!("({q:?} {} {} {})", binder.name.value, show(&binder.domain), show(body))
        }
        K::Block(kind, items) => {
            format!("({kind:?} {})", items.iter().map(|item| show(&item.expr)).collect::<Vec<_>>().join(" "))
        }
        K::DaysFrom(a, b) => format!("(days-from {} {})", show(a), show(b)),
        K::MonthsFrom(a, b) => format!("(months-from {} {})", show(a), show(b)),
        K::WeekdayOf(of) => format!("(weekday {})", show(of)),
        K::Call(path, arguments) => format!(
            "({} {})",
            path.text(),
            arguments.iter().map(|argument| show(&argument.value)).collect::<Vec<_>>().join(" ")
        ),
        K::Field(of, name) => format!("{}.{}", show(of), name.value),
        K::Date(date) => date.to_string(),
        K::Money(amount, currency) => format!("{amount}{}", currency.value),
        K::Percent(number) => format!("{number}%"),
        other => format!("{other:?}"),
    }
}
