//! What an author calls each rule of the grammar. The match has no `_`: a new rule asks for its words.

use super::grammar::Rule;

/// Returns what an author calls a rule; nothing for layout, guards and mistakes.
pub(super) fn words(rule: Rule) -> Option<&'static str> {
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
        Rule::fact_clause => Some("`ask`, `within`, `typical`, `changeable`, `private`, `judged by` or `written`"),
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
        Rule::source_clause => Some("`by`, `published`, `accessed` or `url`"),
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
        Rule::policy_clause => Some(
            "`jurisdiction`, `effective from`, `until`, `announced`, `amends`, `decided by`, `months round` or `zone`",
        ),
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
        Rule::direction => Some("`up` or `down`"),
        Rule::kw_up => Some("`up`"),
        Rule::half_way => Some("`up`, `down` or `even`"),
        Rule::kw_url => Some("`url`"),
        Rule::kw_valid => Some("`valid`"),
        Rule::kw_value => Some("`value`"),
        Rule::kw_weekend => Some("`weekend`"),
        Rule::calendar_clause => Some("`weekend`, `holidays` or `covers`"),
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
        Rule::string | Rule::text | Rule::template => Some("a quoted text"),
        Rule::row => Some("a row"),
        Rule::tags => Some("a tag in brackets"),
        Rule::tag => Some("a tag"),
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
        Rule::kw_yes
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
        Rule::kw_not
        | Rule::kw_and
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
        Rule::outcome => Some("an outcome such as `ok is yes`"),
        Rule::outcome_status => Some("an outcome"),
        Rule::EOI => Some("the next declaration"),
        Rule::unit_word
        | Rule::kw_business
        | Rule::unit
        | Rule::WHITESPACE
        | Rule::idc
        | Rule::unit_start
        | Rule::reserved
        | Rule::snake
        | Rule::comment
        | Rule::outcome_ahead
        | Rule::operand_ahead
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
