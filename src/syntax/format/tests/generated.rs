//! Properties over comments in every place and over generated trees.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{DECLARATIONS, EXPRESSIONS, checked, fmt};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Sources, Span, Spanned};
use crate::syntax::ast::*;
use crate::syntax::format::{decl_text, expr_text, format};
use crate::syntax::same::{same_declaration, same_expr};
use crate::syntax::{parse, parse_item};

/// Cuts a text at blanks and around braces, brackets and commas, outside of texts and tags: between two of these pieces a
/// comment may stand.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut tag, mut comment) = (false, false, false);
    for letter in text.chars() {
        comment = letter != '\n' && (comment || letter == '#' && !quoted);
        quoted ^= letter == '"' && !comment;
        tag = letter != ']' && (tag || letter == '[' && !quoted);
        let inside = quoted || tag;
        if comment || letter.is_whitespace() && !inside {
            pieces.push(String::new());
        } else if "{},".contains(letter) && !inside {
            pieces.extend([letter.to_string(), String::new()]);
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// One text for each declaration and expression of section S.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let expressions = EXPRESSIONS.lines().enumerate().map(|(index, line)| match index % 2 {
        0 => format!("define e [A-1] = {line} because \"Why.\""),
        _ => format!("rule r \"L\" ok is yes when {line} unless x"),
    });
    DECLARATIONS.lines().map(str::to_string).chain(expressions).collect()
});

/// Texts that begin a file.
const HEADED: [&str; 3] = [
    r#"library people "Shared facts" fact a: date"#,
    r#"policy p "P" jurisdiction "CA" effective from 2024-12-24 09:30 "UTC" until 2026-01-01 announced 2024-12-23 decided by applied months round down zone "UTC" fact a: date"#,
    "policy p effective from 2024-12-24 amends 2024-05-30 repeal rule r [A-4] insert fact a: date replace rule r ok is yes when a",
];

#[test]
fn a_comment_in_any_one_place_is_kept() {
    for text in TEXTS.iter().map(String::as_str).chain(HEADED) {
        let pieces = pieces(text);
        for place in 0..=pieces.len() {
            for comment in [" # comment\n", "\n# one\n\n# two\n"] {
                fmt(&format!("{}{comment}{}", pieces[..place].join(" "), pieces[place..].join(" ")));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn comments_and_blanks_in_many_places_are_kept(picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..5), gaps in proptest::collection::vec(0..16usize, 200)) {
        let pieces: Vec<String> = picks.iter().flat_map(|pick| pieces(&TEXTS[pick.index(TEXTS.len())])).collect();
        let mut text = String::new();
        for (index, piece) in pieces.iter().enumerate() {
            text += piece;
            match gaps[index % gaps.len()] {
                0 => text += &format!(" # trailing {index}\n "),
                1 => text += &format!("\n   # own {index}\n "),
                2 => text += &format!("\n\n# own {index}\n\n # own too {index}\n "),
                3 => text += "\n\n\n ",
                4 => text += "\r\n\t ",
                _ => text += " ",
            }
        }
        fmt(&text);
    }

    #[test]
    fn a_damaged_text_never_panics(pick in any::<prop::sample::Index>(), from in 0..200usize, length in 0..6usize, junk in "[a-z#\"{}()\\[\\],:|\n é]{0,4}") {
        let letters: Vec<char> = TEXTS[pick.index(TEXTS.len())].chars().collect();
        let from = from.min(letters.len());
        let to = (from + length).min(letters.len());
        let text: String = letters[..from].iter().copied().chain(junk.chars()).chain(letters[to..].iter().copied()).collect();
        let mut sources = Sources::new();
        let id = sources.add("", text.as_str());
        let parsed = parse(&sources, id);
        let _ = format(&sources, &parsed.file);
        if !parsed.diagnostics.iter().any(|finding| finding.is_error()) {
            fmt(&text);
        }
    }

    #[test]
    fn a_printed_expression_is_read_back(expr in expr()) {
        let text = expr_text(&expr);
        let mut sources = Sources::new();
        let id = sources.add("", text.as_str());
        let (item, findings) = parse_item(&sources, id);
        prop_assume!(!findings.iter().any(adds_with_and));
        prop_assert!(findings.is_empty(), "{findings:?} in {text}");
        prop_assert!(item.is_some_and(|item| same_expr(&item.expr, &expr)), "{text}");
    }

    #[test]
    fn a_printed_declaration_is_read_back(declaration in declaration()) {
        let text = decl_text(&declaration);
        // Only an amending file has verbs.
        let head = "policy p effective from 2024-12-24 amends 2024-05-30\n\n";
        let text = if declaration.verb.is_some() { format!("{head}{text}") } else { text };
        prop_assert!(text.lines().all(|line| line.trim_end() == line));
        let mut sources = Sources::new();
        let id = sources.add("", text.as_str());
        let parsed = parse(&sources, id);
        prop_assume!(!parsed.diagnostics.iter().any(adds_with_and));
        prop_assert!(parsed.diagnostics.iter().all(|finding| !finding.is_error()), "{:?} in {text}", parsed.diagnostics);
        prop_assert_eq!(parsed.file.declarations.len(), 1);
        prop_assert!(same_declaration(&parsed.file.declarations[0], &declaration), "{}", text);
        prop_assert_eq!(checked(&text), text + "\n");
    }
}

/// Whether a generated chain holds a duration, as in `a and 2 days`: no condition, and reported as a slip for `+`.
fn adds_with_and(finding: &Diagnostic) -> bool {
    finding.code == Code::UNIT
}

// ---- Generated trees ----

/// Some place: the printer of a tree without its text looks nothing up.
fn nowhere() -> Span {
    Span::new(Sources::new().add("", ""), 0, 0)
}

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, nowhere())
}

fn name() -> impl Strategy<Value = Name> {
    // `at`, `from`, `on`: words only in their place; the rest plain and long ones.
    prop_oneof![
        3 => "[a-c]",
        2 => "(applicant|evaluation|permit)_[a-z]{3,20}",
    ]
    .prop_map(spanned)
}

fn path() -> impl Strategy<Value = Path> {
    let names = prop_oneof![
        4 => proptest::collection::vec(name(), 1..3),
        1 => "[A-Z]{2,3}".prop_map(|member| vec![spanned(member)]),
    ];
    names.prop_map(|names| Path { names, span: nowhere() })
}

fn text() -> impl Strategy<Value = Text> {
    "[a-zé#{}\"\\\\' ]{0,30}".prop_map(spanned)
}

fn number() -> impl Strategy<Value = Decimal> {
    (0..100_000i64, 0..3u32).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

fn date() -> impl Strategy<Value = NaiveDate> {
    (1900..2100i32, 1..366u32).prop_map(|(year, day)| NaiveDate::from_yo_opt(year, day).unwrap_or_default())
}

fn leaf() -> impl Strategy<Value = ExprKind> {
    prop_oneof![
        1 => any::<bool>().prop_map(ExprKind::Bool),
        1 => Just(ExprKind::None),
        1 => number().prop_map(ExprKind::Number),
        1 => number().prop_map(ExprKind::Percent),
        1 => number().prop_map(|amount| ExprKind::Money(amount, spanned("CAD".to_string()))),
        1 => date().prop_map(ExprKind::Date),
        1 => (0..=1440u16).prop_map(ExprKind::Time),
        1 => (0..2_000_000_000i64).prop_map(|at| ExprKind::Instant(DateTime::from_timestamp(at, 0).unwrap_or_default().fixed_offset())),
        1 => text().prop_map(|text| ExprKind::Text(text.value)),
        4 => path().prop_map(ExprKind::Path),
    ]
}

fn wrap(kind: ExprKind) -> Expr {
    Expr { kind, span: nowhere() }
}

fn expr() -> impl Strategy<Value = Expr> {
    leaf().prop_map(wrap).prop_recursive(5, 40, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new).boxed();
        let many = |from| proptest::collection::vec(inner.clone(), from..4);
        let zone = || text().prop_map(Some);
        let kinds = proptest::strategy::Union::new([
            many(0).prop_map(ExprKind::Set).boxed(),
            boxed().prop_map(ExprKind::Paren).boxed(),
            (block_kind(), proptest::collection::vec(item_of(inner.clone()), 1..4))
                .prop_map(|(kind, items)| ExprKind::Block(kind, items))
                .boxed(),
            many(2).prop_map(ExprKind::And).boxed(),
            many(2).prop_map(ExprKind::Or).boxed(),
            boxed().prop_map(ExprKind::Not).boxed(),
            (boxed(), boxed()).prop_map(|(a, b)| ExprKind::Implies(a, b)).boxed(),
            (compare_op(), boxed(), boxed()).prop_map(|(op, a, b)| ExprKind::Compare(op, a, b)).boxed(),
            (boxed(), any::<bool>()).prop_map(|(a, not)| ExprKind::IsEmpty(a, not)).boxed(),
            (arithmetic_op(), boxed(), boxed()).prop_map(|(op, a, b)| ExprKind::Arithmetic(op, a, b)).boxed(),
            boxed().prop_map(ExprKind::Negate).boxed(),
            (boxed(), rounding()).prop_map(|(a, to)| ExprKind::Rounding(a, to)).boxed(),
            (boxed(), unit()).prop_map(|(a, unit)| ExprKind::Duration(a, unit)).boxed(),
            (boxed(), boxed(), any::<bool>())
                .prop_map(|(start, end, inclusive)| ExprKind::Period { start, end, inclusive })
                .boxed(),
            (boxed(), boxed()).prop_map(|(a, day)| ExprKind::AsOf(a, day)).boxed(),
            (called(), proptest::collection::vec(argument(inner.clone()), 1..3))
                .prop_map(|(path, arguments)| ExprKind::Call(path, arguments))
                .boxed(),
            (called(), many(1), name())
                .prop_map(|(path, values, field)| {
                    let arguments = values.into_iter().map(|value| Argument { value, each: None }).collect();
                    ExprKind::Field(Box::new(wrap(ExprKind::Call(path, arguments))), field)
                })
                .boxed(),
            (boxed(), boxed(), boxed()).prop_map(|(a, b, c)| ExprKind::If(a, b, c)).boxed(),
            (quantifier(), binder(inner.clone()), boxed())
                .prop_map(|(quantifier, binder, body)| ExprKind::Quantified(quantifier, binder, body))
                .boxed(),
            (binder(inner.clone()), proptest::option::of(boxed()))
                .prop_map(|(binder, body)| ExprKind::CountWhere(binder, body))
                .boxed(),
            boxed().prop_map(ExprKind::Count).boxed(),
            (boxed(), boxed()).prop_map(|(a, b)| ExprKind::DaysFrom(a, b)).boxed(),
            (boxed(), boxed()).prop_map(|(a, b)| ExprKind::MonthsFrom(a, b)).boxed(),
            (boxed(), boxed()).prop_map(|(a, b)| ExprKind::DaysCovered(a, b)).boxed(),
            (boxed(), 0..9u32).prop_map(|(a, places)| ExprKind::Round(a, places, HalfWay::Even)).boxed(),
            boxed().prop_map(ExprKind::WeekdayOf).boxed(),
            boxed().prop_map(ExprKind::EndOfMonth).boxed(),
            (boxed(), zone()).prop_map(|(a, zone)| ExprKind::EndOfDay(a, zone)).boxed(),
            (boxed(), zone()).prop_map(|(a, zone)| ExprKind::DateOf(a, zone)).boxed(),
        ]);
        kinds.prop_map(wrap)
    })
}

/// The name of a called definition: never a built-in form.
fn called() -> impl Strategy<Value = Path> {
    name().prop_map(|name| Path { names: vec![name], span: nowhere() })
}

fn argument(value: impl Strategy<Value = Expr> + Clone + 'static) -> impl Strategy<Value = Argument> {
    let each = proptest::option::of((binder(value.clone()), proptest::option::of(value.clone())));
    (value, each).prop_map(|(value, each)| Argument { value, each })
}

fn binder(domain: impl Strategy<Value = Expr> + Clone + 'static) -> impl Strategy<Value = Binder> {
    let to = proptest::option::of(domain.clone().prop_map(Box::new));
    (name(), domain.prop_map(Box::new), to).prop_map(|(name, domain, to)| Binder { name, domain, to })
}

fn item_of(expr: impl Strategy<Value = Expr>) -> impl Strategy<Value = Item> {
    (expr, proptest::option::of(("[A-Z]-[0-9]{1,2}", proptest::option::of(text())))).prop_map(|(expr, tag)| match tag {
        Some((tag, label)) => Item { expr, tags: vec![spanned(tag)], label },
        None => Item { expr, tags: Vec::new(), label: None },
    })
}

fn item() -> impl Strategy<Value = Item> {
    item_of(expr())
}

fn block_kind() -> impl Strategy<Value = BlockKind> {
    prop_oneof![
        Just(BlockKind::All),
        Just(BlockKind::Any),
        Just(BlockKind::None),
        (1..5u32).prop_map(BlockKind::AtLeast)
    ]
}

fn quantifier() -> impl Strategy<Value = Quantifier> {
    prop_oneof![Just(Quantifier::Every), Just(Quantifier::Any), Just(Quantifier::No)]
}

fn rounding() -> impl Strategy<Value = Rounding> {
    prop_oneof![Just(Rounding::Down), Just(Rounding::Up)]
}

fn compare_op() -> impl Strategy<Value = CompareOp> {
    use CompareOp::*;
    proptest::sample::select(vec![Is, IsNot, Less, LessEqual, Greater, GreaterEqual, In, NotIn, Within, Overlaps])
}

/// Without division, which stands only inside `round`.
fn arithmetic_op() -> impl Strategy<Value = ArithmeticOp> {
    proptest::sample::select(vec![ArithmeticOp::Add, ArithmeticOp::Subtract, ArithmeticOp::Multiply])
}

fn unit() -> impl Strategy<Value = Unit> {
    let plain =
        proptest::sample::select(vec![Unit::Days, Unit::Weeks, Unit::Months, Unit::Years, Unit::Hours, Unit::Minutes]);
    prop_oneof![plain, name().prop_map(|name| Unit::BusinessDays(Some(name)))]
}

fn head() -> impl Strategy<Value = Head> {
    let tags = proptest::collection::vec("[A-Z]{1,4}-[0-9]{1,2}".prop_map(spanned), 0..3);
    (name(), tags, proptest::option::of(text())).prop_map(|(name, tags, label)| Head {
        name,
        parameters: Vec::new(),
        tags,
        label,
    })
}

fn common() -> impl Strategy<Value = Common> {
    let part = prop_oneof!["[a-z{}\"\\\\ ]{1,40}".prop_map(TemplatePart::Text), path().prop_map(TemplatePart::Hole),];
    // Two texts side by side would be read as one.
    let parts = proptest::collection::vec(part, 0..4).prop_map(|mut parts| {
        parts.dedup_by(|a, b| matches!((a, b), (TemplatePart::Text(_), TemplatePart::Text(_))));
        Because { parts, span: nowhere() }
    });
    let cite = (name(), text(), proptest::option::of(text())).prop_map(|(source, quote, at)| Cite {
        source,
        quote: Some(quote),
        at,
        span: nowhere(),
    });
    (proptest::option::of(parts), proptest::collection::vec(cite, 0..3), proptest::collection::vec(name(), 0..4))
        .prop_map(|(because, cites, relies)| Common { because, cites, relies })
}

fn rule() -> impl Strategy<Value = DeclKind> {
    let verb = prop_oneof![Just(OutcomeVerb::Is), Just(OutcomeVerb::Includes), Just(OutcomeVerb::Adds)];
    let conditions = (
        proptest::option::of(item()),
        proptest::collection::vec(item(), 0..3),
        proptest::collection::vec(name(), 0..3),
    );
    (head(), name(), verb, expr(), conditions, common()).prop_map(
        |(head, decision, verb, value, (when, unless, exception_to), common)| {
            DeclKind::Rule(RuleDecl {
                head,
                decision,
                outcome_verb: spanned(verb),
                value,
                when,
                unless,
                exception_to,
                common,
            })
        },
    )
}

fn define() -> impl Strategy<Value = DeclKind> {
    (head(), item(), common())
        .prop_map(|(head, item, common)| DeclKind::Define(DefineDecl { head, ty: None, item, common }))
}

fn invariant() -> impl Strategy<Value = DeclKind> {
    (head(), item(), common())
        .prop_map(|(head, item, common)| DeclKind::Invariant(InvariantDecl { head, item, common }))
}

fn decision() -> impl Strategy<Value = DeclKind> {
    let otherwise =
        (expr(), common()).prop_map(|(value, common)| Otherwise { values: vec![value], common, span: nowhere() });
    let ty = TypeExpr { kind: TypeKind::YesNo, or_none: false, span: nowhere() };
    (head(), proptest::option::of(item()), common(), proptest::option::of(otherwise)).prop_map(
        move |(head, item, common, otherwise)| {
            let ranks = vec![vec![wrap(ExprKind::Bool(false)), wrap(ExprKind::Bool(true))]];
            let outranks = if item.is_none() { ranks } else { Vec::new() };
            DeclKind::Decision(DecisionDecl { head, ty: ty.clone(), item, outranks, otherwise, common })
        },
    )
}

fn profile() -> impl Strategy<Value = DeclKind> {
    let value =
        prop_oneof![Just(EntryValue::Unknown(nowhere())), leaf().prop_map(|kind| EntryValue::Value(wrap(kind))),];
    let entry = (name(), value).prop_map(|(name, value)| Entry { name, value, span: nowhere() });
    let nested = entry.prop_recursive(3, 20, 3, |entry| {
        let entries = proptest::collection::vec(entry, 1..4);
        let value = prop_oneof![
            entries.clone().prop_map(|entries| EntryValue::Record(entries, nowhere())),
            proptest::collection::vec(entries, 0..3).prop_map(|records| EntryValue::List(records, nowhere())),
        ];
        (name(), value).prop_map(|(name, value)| Entry { name, value, span: nowhere() })
    });
    (head(), proptest::collection::vec(nested, 0..5), common())
        .prop_map(|(head, entries, common)| DeclKind::Profile(ProfileDecl { head, entries, common }))
}

fn declaration() -> impl Strategy<Value = Declaration> {
    let verb =
        prop_oneof![2 => Just(None), 1 => Just(Some(spanned(Verb::Insert))), 1 => Just(Some(spanned(Verb::Replace)))];
    let kind = prop_oneof![3 => rule(), 1 => define(), 1 => invariant(), 1 => decision()];
    let changed = (verb, kind).prop_map(|(verb, kind)| Declaration { verb, kind, span: nowhere() });
    prop_oneof![4 => changed, 1 => profile().prop_map(|kind| Declaration { verb: None, kind, span: nowhere() })]
}
