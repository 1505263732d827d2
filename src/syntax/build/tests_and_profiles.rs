//! Notes, questions, profiles and tests.

use super::*;

impl<'t> Builder<'t> {
    pub(super) fn build_note(&mut self, node: Node<'t>) -> NoteDecl {
        let mut decl =
            NoteDecl { head: self.no_head(self.tight(&node)), about: None, when: None, common: Common::default() };
        let mut seen = Seen::default();
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::path if self.first(&mut seen, "about", place) => decl.about = Some(self.word(&part)),
                Rule::when if self.first(&mut seen, "when", place) => {
                    decl.when = inner(part).find(|part| part.as_rule() == Rule::item).map(|item| self.build_item(item));
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    pub(super) fn build_question(&mut self, node: Node<'t>) -> QuestionDecl {
        let mut decl = QuestionDecl {
            head: self.no_head(self.tight(&node)),
            reading: None,
            owner: None,
            common: Common::default(),
        };
        let mut seen = Seen::default();
        let mut reading = true;
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::kw_reading => reading = true,
                Rule::kw_owner => reading = false,
                Rule::string | Rule::oops_unclosed | Rule::oops_quotes => {
                    let text = self.build_text(part);
                    if self.first(&mut seen, if reading { "reading" } else { "owner" }, place) {
                        *(if reading { &mut decl.reading } else { &mut decl.owner }) = Some(text);
                    }
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    pub(super) fn build_profile(&mut self, node: Node<'t>) -> ProfileDecl {
        let mut decl =
            ProfileDecl { head: self.no_head(self.tight(&node)), entries: Vec::new(), common: Common::default() };
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::entries => decl.entries = self.build_entries(part),
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_entries(&mut self, node: Node<'t>) -> Vec<Entry> {
        inner(node).filter(|part| part.as_rule() == Rule::entry).map(|part| self.build_entry(part)).collect()
    }

    /// Builds `age_years is 30`.
    fn build_entry(&mut self, node: Node<'t>) -> Entry {
        let span = self.tight(&node);
        let mut entry = Entry { name: Spanned::new(String::new(), span), value: EntryValue::Unknown(span), span };
        for part in inner(node) {
            match part.as_rule() {
                Rule::path => entry.name = self.word(&part),
                Rule::kw_is => {}
                _ => entry.value = self.build_entry_value(part),
            }
        }
        entry
    }

    fn build_entry_value(&mut self, node: Node<'t>) -> EntryValue {
        let span = self.tight(&node);
        match node.as_rule() {
            Rule::kw_unknown => EntryValue::Unknown(span),
            Rule::list_value => {
                let records = inner(node)
                    .filter(|part| part.as_rule() == Rule::entries)
                    .map(|part| self.build_entries(part))
                    .collect();
                EntryValue::List(records, span)
            }
            Rule::record_value => match inner(node).find(|part| part.as_rule() == Rule::entries) {
                Some(entries) => EntryValue::Record(self.build_entries(entries), span),
                None => EntryValue::Record(Vec::new(), span),
            },
            _ => EntryValue::Value(self.build_chain(node)),
        }
    }

    pub(super) fn build_test(&mut self, node: Node<'t>) -> TestDecl {
        let head = self.no_head(self.tight(&node));
        let mut decl = TestDecl { head, on: None, given: Vec::new(), expects: Vec::new(), common: Common::default() };
        let mut seen = Seen::default();
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::instant | Rule::date | Rule::oops_date => {
                    let on = if part.as_rule() == Rule::instant {
                        On::Instant(self.build_instant(&part))
                    } else {
                        On::Date(self.build_date(&part))
                    };
                    if self.first(&mut seen, "on", place) {
                        decl.on = Some(Spanned::new(on, place));
                    }
                }
                Rule::given => {
                    let given: Vec<Given> = inner(part)
                        .filter(|part| part.as_rule() == Rule::given_part)
                        .map(|part| self.build_given(part))
                        .collect();
                    if self.first(&mut seen, "given", place) {
                        decl.given = given;
                    }
                }
                Rule::expect => {
                    let expect = self.build_expect(part);
                    decl.expects.push(expect);
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_given(&mut self, node: Node<'t>) -> Given {
        let span = self.tight(&node);
        let mut name = Spanned::new(String::new(), span);
        let mut value = None;
        for part in inner(node) {
            match part.as_rule() {
                Rule::path => name = self.word(&part),
                Rule::kw_is => {}
                _ => value = Some(self.build_entry_value(part)),
            }
        }
        match value {
            Some(value) => Given::Entry(Entry { name, value, span }),
            None => Given::Profile(name),
        }
    }

    fn build_expect(&mut self, node: Node<'t>) -> Expect {
        let span = self.tight(&node);
        let nothing = ExpectOutcome::Value(missing(span));
        let mut expect = Expect {
            decision: Spanned::new(String::new(), span),
            outcome: nothing,
            missing: None,
            because: Vec::new(),
            span,
        };
        let mut seen = Seen::default();
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::path => expect.decision = self.word(&part),
                Rule::outcome_status => expect.outcome = ExpectOutcome::Status(self.word(&part)),
                Rule::value => expect.outcome = ExpectOutcome::Value(self.build_chain(part)),
                Rule::missing_set if self.first(&mut seen, "missing", place) => {
                    let mut names = Vec::new();
                    for part in inner(part) {
                        match part.as_rule() {
                            Rule::path => names.push(self.word(&part)),
                            Rule::string => names.push(self.build_text(part)),
                            _ => {}
                        }
                    }
                    expect.missing = Some(names);
                }
                Rule::tags => self.build_tags(part, &mut expect.because),
                _ => {}
            }
        }
        expect
    }
}
