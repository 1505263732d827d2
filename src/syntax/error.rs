//! From a failed match to a finding in an author's words: what stands there, and what may stand there.
//!
//! pest knows the furthest place it reached and the rules it tried there. No name of a rule reaches an author: each has
//! its words here, and a new rule asks for its own (the match has no `_`).

use super::grammar::Rule;
use super::scan::{Token, TokenKind, is_declaration_word};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::source::{SourceId, Span};

/// How many different things an error lists as possible.
const MOST_EXPECTED: usize = 5;

/// A failed match: where, and what was tried there.
pub(super) struct Failure {
    /// First byte that fits nothing, in the parsed piece.
    pub(super) at: usize,
    /// What could stand there, in an author's words, each once.
    expected: Vec<&'static str>,
    /// Whether a name could stand there.
    name: bool,
}

impl Failure {
    /// Reads pest's error.
    pub(super) fn new(error: &pest::error::Error<Rule>) -> Self {
        let (pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _))) = error.location;
        let mut expected = Vec::new();
        let mut name = false;
        if let pest::error::ErrorVariant::ParsingError { positives, .. } = &error.variant {
            for &rule in positives {
                name |= matches!(rule, Rule::name | Rule::head | Rule::head_with_parameters);
                if let Some(words) = words(rule)
                    && !expected.contains(&words)
                {
                    expected.push(words);
                }
            }
        }
        // A specific word helps more than a whole class.
        expected.sort_by_key(|words| (*words == "the next declaration", *words == "a declaration"));
        Failure { at, expected, name }
    }

    /// Moves the place: the failed text was a part of another.
    pub(super) fn moved(mut self, by: i64) -> Failure {
        self.at = usize::try_from(self.at as i64 + by).unwrap_or(0);
        self
    }

    /// Returns the keywords that could stand there.
    fn keywords(&self) -> impl Iterator<Item = &'static str> {
        self.expected
            .iter()
            .flat_map(|words| words.split('`').skip(1).step_by(2))
            .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
    }

    /// Says what could stand there: `expected a name, `:` or `from``.
    fn expectation(&self) -> String {
        match self.expected.split_last() {
            None => String::new(),
            Some((only, [])) => format!("expected {only}"),
            Some((_, _)) if self.expected.len() > MOST_EXPECTED => {
                format!("expected {}, …", self.expected[..MOST_EXPECTED].join(", "))
            }
            Some((last, others)) => format!("expected {} or {last}", others.join(", ")),
        }
    }
}

/// What is known of a piece that did not match.
pub(super) struct Piece<'t> {
    /// The file.
    pub(super) source: SourceId,
    /// Where the piece starts in the file.
    pub(super) base: i64,
    /// Its text.
    pub(super) text: &'t str,
    /// Its tokens.
    pub(super) tokens: &'t [Token],
}

impl<'t> Piece<'t> {
    fn span(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| usize::try_from(offset as i64 + self.base).unwrap_or(0);
        Span::new(self.source, at(start), at(end))
    }

    /// Returns the text of a token.
    pub(super) fn token(&self, index: usize) -> &'t str {
        self.tokens.get(index).map_or("", |token| &self.text[token.start..token.end])
    }

    /// Says which declaration this is: `` the rule `visa_needed` ``.
    fn declaration(&self) -> String {
        let verbs = usize::from(matches!(self.token(0), "insert" | "replace"));
        let (kind, name) = (self.token(verbs), self.token(verbs + 1));
        match self.tokens.get(verbs + 1) {
            _ if !is_declaration_word(kind) => "this".to_owned(),
            Some(token) if token.kind == TokenKind::Word && token.end < self.text.len() => {
                format!("the {kind} `{name}`")
            }
            _ => format!("this {kind}"),
        }
    }

    /// Turns a failure into a finding.
    pub(super) fn diagnose(&self, failure: &Failure, declared: &dyn Fn(&str) -> bool) -> Diagnostic {
        let Some(index) = self.tokens.iter().position(|token| token.end > failure.at) else {
            return self.unfinished(failure);
        };
        let token = &self.tokens[index];
        let text = self.token(index);
        let span = self.span(token.start, token.end);
        match token.kind {
            TokenKind::Word => self.diagnose_word(failure, index, text, span, declared),
            TokenKind::Bracket if matches!(text, ")" | "}" | "]") && !self.is_open(index) => {
                Diagnostic::error(Code::SYNTAX, span, format!("this `{text}` closes nothing"))
                    .help("remove it, or open it before")
            }
            TokenKind::Sign
                if index > 0
                    && text == "-"
                    && failure
                        .expected
                        .iter()
                        .any(|words| matches!(*words, "`:`" | "a quoted text" | "a tag in brackets")) =>
            {
                let (before, after) = (self.token(index - 1), self.token(index + 1));
                Diagnostic::error(Code::SYNTAX, span, "a name holds no hyphen")
                    .found("a hyphen subtracts")
                    .help(format!("write `{before}_{after}`"))
            }
            TokenKind::Sign
                if !text.is_ascii() || matches!(text, "@" | "~" | "^" | "`" | "?" | "'" | "\\" | "&" | "$" | "!") =>
            {
                let help = if text == "'" {
                    "texts stand in double quotes: `\"…\"`".to_owned()
                } else {
                    format!("remove `{text}`, or put it into a text or a comment")
                };
                Diagnostic::error(Code::SYNTAX, span, format!("`{text}` is no sign of the language"))
                    .found(failure.expectation())
                    .help(help)
            }
            _ => Diagnostic::error(Code::SYNTAX, span, format!("`{text}` does not fit here"))
                .found(failure.expectation()),
        }
    }

    fn diagnose_word(
        &self,
        failure: &Failure,
        index: usize,
        text: &str,
        span: Span,
        declared: &dyn Fn(&str) -> bool,
    ) -> Diagnostic {
        let reserved = is_reserved(text);
        let before = index.checked_sub(1).map_or("", |index| self.token(index));
        let declares_here = is_declaration_word(before) || before == "(" || before == "{" || before == ",";
        if failure.name && reserved && declares_here {
            return Diagnostic::error(
                Code::RESERVED_WORD,
                span,
                format!("`{text}` is a word of the language, not a name"),
            )
            .found("a name stands here")
            .help(format!("try `{}`", instead_of(text)));
        }
        if failure.name && is_declaration_word(before) && text.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Diagnostic::error(Code::SYNTAX, span, "a name starts with a small letter")
                .help(format!("write `{}`", snake_case(text)));
        }
        if index == 0 && !reserved {
            return Diagnostic::error(Code::SYNTAX, span, format!("`{text}` begins no declaration")).help(
                did_you_mean(text, super::scan::DECLARATION_WORDS.iter().copied())
                    .map_or("declarations begin with words such as `fact`, `decision`, `rule`".to_owned(), |word| {
                        format!("did you mean `{word}`?")
                    }),
            );
        }
        if let Some(word) = did_you_mean(text, failure.keywords()) {
            return Diagnostic::error(Code::SYNTAX, span, format!("`{text}` does not fit here"))
                .found(failure.expectation())
                .help(format!("did you mean `{word}`?"));
        }
        let beside =
            index > 0 && self.tokens[index - 1].kind == TokenKind::Word && !is_reserved(before) && !is_reserved(text);
        if beside && failure.expected.contains(&"an operator") {
            let joined = snake_case(&format!("{before}_{text}"));
            let help = if declared(&joined) {
                format!("did you mean `{joined}`?")
            } else {
                format!("write an operator between them, or one name: `{joined}`")
            };
            let both = self.span(self.tokens[index - 1].start, self.tokens[index].end);
            return Diagnostic::error(Code::SYNTAX, both, format!("`{before}` and `{text}` stand side by side"))
                .found(failure.expectation())
                .help(help);
        }
        Diagnostic::error(Code::SYNTAX, span, format!("`{text}` does not fit here")).found(failure.expectation())
    }

    /// Reports a declaration that ends too early, at its end (G19).
    fn unfinished(&self, failure: &Failure) -> Diagnostic {
        let end = self.tokens.last().map_or(self.text.len(), |token| token.end);
        let span = self.span(end, end);
        let diagnostic = Diagnostic::error(Code::UNFINISHED, span, format!("{} is not finished", self.declaration()))
            .found(failure.expectation());
        match self.open_bracket() {
            Some(open) => {
                let text = self.token(open);
                let closing = match text {
                    "(" => ")",
                    "[" => "]",
                    _ => "}",
                };
                let token = &self.tokens[open];
                diagnostic
                    .label(self.span(token.start, token.end), "opened here")
                    .help(format!("write the closing `{closing}`"))
            }
            None => diagnostic,
        }
    }

    /// Returns the last bracket that is not closed.
    fn open_bracket(&self) -> Option<usize> {
        let mut open = Vec::new();
        for (index, token) in self.tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Bracket) {
            match self.text.as_bytes()[token.start] {
                b'(' | b'{' | b'[' => open.push(index),
                _ => drop(open.pop()),
            }
        }
        open.pop()
    }

    /// Whether a closing bracket has an opening one before it.
    fn is_open(&self, index: usize) -> bool {
        let closing = self.token(index);
        let opening = match closing {
            ")" => "(",
            "]" => "[",
            _ => "{",
        };
        let count = |text: &str| (0..index).filter(|&index| self.token(index) == text).count();
        count(opening) > count(closing)
    }
}

/// Whether no name may be this word.
fn is_reserved(word: &str) -> bool {
    use pest::Parser as _;
    super::grammar::EnactParser::parse(Rule::reserved, word).is_ok_and(|nodes| nodes.as_str() == word)
}

/// Returns a name near a reserved word.
fn instead_of(word: &str) -> String {
    match word {
        "source" => "source_of_funds".to_owned(),
        "day" | "week" | "month" | "year" | "hour" | "minute" => format!("{word}_number"),
        "days" | "weeks" | "months" | "years" | "hours" | "minutes" => format!("number_of_{word}"),
        _ => format!("{word}_kind"),
    }
}

/// Writes `trvRequired`, `TRV required` as `trv_required`.
pub(super) fn snake_case(text: &str) -> String {
    let mut name = String::with_capacity(text.len() + 2);
    let mut small = false;
    for c in text.chars() {
        if c.is_ascii_uppercase() && small {
            name.push('_');
        }
        small = c.is_ascii_lowercase() || c.is_ascii_digit();
        name.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    name
}

/// Returns what an author calls a rule; nothing for layout, guards and mistakes.
fn words(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::lparen => Some("`(`"),
        Rule::rparen => Some("`)`"),
        Rule::comma => Some("`,`"),
        Rule::arrow => Some("`->`"),
        Rule::dots => Some("`..`"),
        Rule::colon => Some("`:`"),
        Rule::eq => Some("`=`"),
        Rule::kw_about => Some("`about`"),
        Rule::kw_above => Some("`above`"),
        Rule::kw_accessed => Some("`accessed`"),
        Rule::kw_adds => Some("`adds`"),
        Rule::kw_amends => Some("`amends`"),
        Rule::kw_announced => Some("`announced`"),
        Rule::kw_ask => Some("`ask`"),
        Rule::kw_at => Some("`at`"),
        Rule::kw_cite
        | Rule::kw_because
        | Rule::kw_relies
        | Rule::common
        | Rule::common_word
        | Rule::because
        | Rule::cite
        | Rule::relies => Some("`because`, `cite` or `relies on`"),
        Rule::kw_by => Some("`by`"),
        Rule::kw_changeable => Some("`changeable`"),
        Rule::kw_column => Some("`column`"),
        Rule::kw_columns => Some("`columns`"),
        Rule::kw_covered => Some("`covered`"),
        Rule::kw_covers => Some("`covers`"),
        Rule::kw_day => Some("`day`"),
        Rule::kw_decided => Some("`decided`"),
        Rule::effort => Some("`easy`, `hard` or `never`"),
        Rule::kw_effective => Some("`effective`"),
        Rule::kw_else => Some("`else`"),
        Rule::kw_empty => Some("`empty`"),
        Rule::kw_expect | Rule::expect => Some("`expect`"),
        Rule::kw_for => Some("`for`"),
        Rule::kw_from => Some("`from`"),
        Rule::kw_given | Rule::given => Some("`given`"),
        Rule::kw_half => Some("`half`"),
        Rule::kw_has => Some("`has`"),
        Rule::kw_holidays => Some("`holidays`"),
        Rule::kw_includes => Some("`includes`"),
        Rule::is_period => Some("`is period`"),
        Rule::kw_judged => Some("`judged`"),
        Rule::kw_jurisdiction => Some("`jurisdiction`"),
        Rule::kw_least => Some("`least`"),
        Rule::kw_missing => Some("`missing`"),
        Rule::kw_month => Some("`month`"),
        Rule::kw_of => Some("`of`"),
        Rule::kw_on => Some("`on`"),
        Rule::kw_open => Some("`open`"),
        Rule::or_none => Some("`or none`"),
        Rule::kw_otherwise | Rule::otherwise => Some("`otherwise`"),
        Rule::kw_outranks => Some("`outranks`"),
        Rule::kw_outside | Rule::outside => Some("`outside`"),
        Rule::kw_owner => Some("`owner`"),
        Rule::kw_period => Some("`period`"),
        Rule::kw_places => Some("`places`"),
        Rule::kw_private => Some("`private`"),
        Rule::kw_published => Some("`published`"),
        Rule::read_from => Some("`read from`"),
        Rule::kw_read => Some("`read`"),
        Rule::kw_reading => Some("`reading`"),
        Rule::kw_set => Some("`set`"),
        Rule::kw_split => Some("`split`"),
        Rule::kw_stated => Some("`stated`"),
        Rule::kw_then => Some("`then`"),
        Rule::kw_to => Some("`to`"),
        Rule::kw_typical => Some("`typical`"),
        Rule::kw_under => Some("`under`"),
        Rule::hit_word | Rule::kw_highest | Rule::hit => Some("`unique`, `any`, `highest`, `collect` or `first`"),
        Rule::kw_unknown => Some("`unknown`"),
        Rule::kw_up => Some("`up`"),
        Rule::direction => Some("`up` or `down`"),
        Rule::half_way => Some("`up`, `down` or `even`"),
        Rule::kw_url => Some("`url`"),
        Rule::kw_valid => Some("`valid`"),
        Rule::kw_value => Some("`value`"),
        Rule::kw_weekend => Some("`weekend`"),
        Rule::kw_where => Some("`where`"),
        Rule::kw_written => Some("`written`"),
        Rule::kw_zone => Some("`zone`"),
        Rule::lbrace | Rule::dated_bands | Rule::entries | Rule::missing_set => Some("`{`"),
        Rule::bar => Some("`|`"),
        Rule::rbrace => Some("`}`"),
        Rule::band => Some("a band"),
        Rule::kw_when
        | Rule::kw_unless
        | Rule::kw_exception
        | Rule::rule_word
        | Rule::when
        | Rule::unless
        | Rule::exception_to => Some("a clause such as `when`, `unless`, `because` or `cite`"),
        Rule::column | Rule::column_as => Some("a column"),
        Rule::currency => Some("a currency such as `CAD`"),
        Rule::date | Rule::start => Some("a date"),
        Rule::w_policy
        | Rule::w_library
        | Rule::w_use
        | Rule::w_source
        | Rule::w_fact
        | Rule::w_assume
        | Rule::w_invariant
        | Rule::w_enum
        | Rule::w_set
        | Rule::w_record
        | Rule::w_calendar
        | Rule::w_define
        | Rule::w_parameter
        | Rule::w_scale
        | Rule::w_table
        | Rule::w_decision
        | Rule::w_rule
        | Rule::w_note
        | Rule::w_question
        | Rule::w_assert
        | Rule::w_profile
        | Rule::w_test
        | Rule::w_verb
        | Rule::w_repeal
        | Rule::declaration
        | Rule::declared
        | Rule::repeal
        | Rule::policy
        | Rule::library
        | Rule::use_d
        | Rule::source_d
        | Rule::fact_d
        | Rule::assume_d
        | Rule::invariant_d
        | Rule::enum_d
        | Rule::set_d
        | Rule::record_d
        | Rule::calendar_d
        | Rule::define_d
        | Rule::parameter_d
        | Rule::scale_d
        | Rule::table_d
        | Rule::decision_d
        | Rule::rule_d
        | Rule::note_d
        | Rule::question_d
        | Rule::assert_d
        | Rule::profile_d
        | Rule::test_d => Some("a declaration"),
        Rule::field | Rule::record_field => Some("a field"),
        Rule::w_kind => Some("a kind of declaration such as `rule`"),
        Rule::enum_member => Some("a member"),
        Rule::name
        | Rule::path
        | Rule::names
        | Rule::binder
        | Rule::head
        | Rule::head_with_parameters
        | Rule::typed
        | Rule::entry
        | Rule::given_part
        | Rule::missing_one => Some("a name"),
        Rule::text | Rule::template => Some("a quoted text"),
        Rule::row => Some("a row"),
        Rule::tag => Some("a tag"),
        Rule::tags => Some("a tag in brackets"),
        Rule::kw_list
        | Rule::kw_total
        | Rule::kw_money
        | Rule::yes_no
        | Rule::type_expr
        | Rule::base_type
        | Rule::set_type
        | Rule::list_type
        | Rule::total_type
        | Rule::simple_type
        | Rule::members_type => Some("a type"),
        Rule::unit_word | Rule::kw_business | Rule::unit => Some("a unit of time"),
        Rule::kw_not
        | Rule::kw_yes
        | Rule::kw_no
        | Rule::kw_none
        | Rule::kw_all
        | Rule::kw_any
        | Rule::kw_every
        | Rule::kw_if
        | Rule::kw_days
        | Rule::kw_months
        | Rule::kw_round
        | Rule::kw_count
        | Rule::kw_weekday
        | Rule::kw_end
        | Rule::kw_date
        | Rule::member
        | Rule::string
        | Rule::instant
        | Rule::clock
        | Rule::number
        | Rule::percent
        | Rule::money
        | Rule::literal
        | Rule::dated_literal
        | Rule::date_start
        | Rule::number_literal
        | Rule::value
        | Rule::plain
        | Rule::item
        | Rule::expr
        | Rule::operand
        | Rule::prefix_start
        | Rule::whole_start
        | Rule::prefix
        | Rule::signed
        | Rule::minus
        | Rule::sum
        | Rule::rounded
        | Rule::atom
        | Rule::special_word
        | Rule::group
        | Rule::set
        | Rule::block
        | Rule::block_head
        | Rule::quantified
        | Rule::conditional
        | Rule::between
        | Rule::covered
        | Rule::round
        | Rule::count
        | Rule::calendar_form
        | Rule::weekday_of
        | Rule::end_of_month
        | Rule::end_of_day
        | Rule::date_of
        | Rule::reference
        | Rule::arguments
        | Rule::argument
        | Rule::range
        | Rule::dated
        | Rule::no_value
        | Rule::cell
        | Rule::rank
        | Rule::rank_value
        | Rule::entry_value
        | Rule::list_value
        | Rule::record_value
        | Rule::suspect => Some("a value"),
        Rule::kw_and
        | Rule::kw_or
        | Rule::kw_implies
        | Rule::kw_is
        | Rule::kw_in
        | Rule::kw_within
        | Rule::kw_overlaps
        | Rule::kw_until
        | Rule::kw_through
        | Rule::kw_rounding
        | Rule::kw_as
        | Rule::as_of
        | Rule::sum_op
        | Rule::rounding
        | Rule::is_not_empty
        | Rule::is_empty
        | Rule::is_form
        | Rule::is_more
        | Rule::infix
        | Rule::is_not
        | Rule::not_in
        | Rule::compare => Some("an operator"),
        Rule::outcome_status => Some("an outcome"),
        Rule::outcome => Some("an outcome such as `ok is yes`"),
        Rule::EOI => Some("the next declaration"),
        Rule::WHITESPACE
        | Rule::idc
        | Rule::unit_start
        | Rule::reserved
        | Rule::snake
        | Rule::comment
        | Rule::plain_text
        | Rule::escape
        | Rule::template_text
        | Rule::hole
        | Rule::digits
        | Rule::idc_lower
        | Rule::expr_end
        | Rule::separator
        | Rule::built_in
        | Rule::one_column
        | Rule::columns
        | Rule::where_column
        | Rule::valid_columns
        | Rule::file
        | Rule::expression_only
        | Rule::policy_clause
        | Rule::source_clause
        | Rule::fact_clause
        | Rule::calendar_clause
        | Rule::oops_unclosed
        | Rule::oops_quotes
        | Rule::oops_escape
        | Rule::oops_hole
        | Rule::oops_date
        | Rule::oops_month_name
        | Rule::month_name
        | Rule::day_number
        | Rule::year
        | Rule::oops_thousands
        | Rule::oops_number
        | Rule::oops_half_number
        | Rule::oops_percent
        | Rule::oops_sign_after
        | Rule::oops_sign_before
        | Rule::oops_member
        | Rule::oops_operator
        | Rule::oops_not
        | Rule::w_NOT
        | Rule::oops_either
        | Rule::w_either
        | Rule::oops_is_in
        | Rule::oops_between
        | Rule::w_between
        | Rule::oops_dangling
        | Rule::oops_and_duration
        | Rule::oops_block_head
        | Rule::w_one
        | Rule::oops_separator
        | Rule::oops_empty
        | Rule::oops_effective
        | Rule::oops_to
        | Rule::oops_blank
        | Rule::oops_else
        | Rule::w_default
        | Rule::oops_unnamed
        | Rule::oops_clause
        | Rule::clause_guess
        | Rule::oops_exception
        | Rule::oops_overrides
        | Rule::w_overrides
        | Rule::oops_second
        | Rule::oops_verb
        | Rule::wrong_verb
        | Rule::oops_repeal
        | Rule::wrong_repeal
        | Rule::oops_no_rule => None,
    }
}
