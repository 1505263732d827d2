//! Clauses that several declarations share: heads, sources, reasons, ranks, CSV files.

use super::*;

impl<'t> Builder<'t> {
    /// Builds `name(p: T) [TAG] "label"`.
    pub(super) fn build_head(&mut self, node: Node<'t>) -> Head {
        let span = self.tight(&node);
        let mut head =
            Head { name: Spanned::new(String::new(), span), parameters: Vec::new(), tags: Vec::new(), label: None };
        for part in inner(node) {
            match part.as_rule() {
                Rule::name => head.name = self.word(&part),
                Rule::typed => head.parameters.push(self.build_typed(part)),
                Rule::tags => self.build_tags(part, &mut head.tags),
                Rule::string | Rule::oops_unclosed | Rule::oops_quotes => head.label = Some(self.build_text(part)),
                _ => {}
            }
        }
        head
    }

    /// Makes the head of a declaration that has none.
    pub(super) fn no_head(&self, span: Span) -> Head {
        Head { name: Spanned::new(String::new(), span), parameters: Vec::new(), tags: Vec::new(), label: None }
    }

    /// Builds `[A-1, A-2]` onto other tags.
    pub(super) fn build_tags(&mut self, node: Node<'t>, tags: &mut Vec<Tag>) {
        tags.extend(inner(node).filter(|part| part.as_rule() == Rule::tag).map(|part| self.word(&part)));
    }

    /// Builds `because`, `cite` or `relies on` onto the clauses of its owner.
    pub(super) fn build_common(&mut self, node: Node<'t>, common: &mut Common) {
        let span = self.tight(&node);
        match node.as_rule() {
            Rule::because => {
                let Some(text) = inner(node).nth(1) else { return };
                let because = self.build_because(text);
                match &common.because {
                    None => common.because = Some(because),
                    Some(first) => {
                        let diagnostic = Diagnostic::error(Code::CLAUSE_TWICE, span, "`because` is given twice")
                            .found("the second")
                            .label(first.span, "the first")
                            .help("join both texts in one `because`");
                        self.report(diagnostic);
                    }
                }
            }
            Rule::cite => {
                let cite = self.build_cite(node, span);
                common.cites.push(cite);
            }
            Rule::relies => common
                .relies
                .extend(inner(node).filter(|part| part.as_rule() == Rule::name).map(|part| self.word(&part))),
            _ => self.drift(&node),
        }
    }

    fn build_cite(&mut self, node: Node<'t>, span: Span) -> Cite {
        let mut cite = Cite { source: Spanned::new(String::new(), span), quote: None, at: None, span };
        let mut at = false;
        for part in inner(node) {
            match part.as_rule() {
                Rule::name => cite.source = self.word(&part),
                Rule::kw_at => at = true,
                Rule::kw_cite | Rule::comma => {}
                _ if at => cite.at = Some(self.build_text(part)),
                _ => cite.quote = Some(self.build_text(part)),
            }
        }
        if cite.quote.is_none() && cite.at.is_none() {
            let name = &cite.source.value;
            let help = format!("write `cite {name} \"at most a line\"` or `cite {name} at \"section 5\"`");
            self.error(Code::MISSING_CLAUSE, span, "`cite` says neither what the source says nor where", "", help);
        }
        cite
    }

    /// Builds `read from "x.csv" column iso2 …`.
    pub(super) fn build_read_from(&mut self, node: Node<'t>) -> ReadFrom {
        let span = self.tight(&node);
        let mut read = ReadFrom {
            path: Spanned::new(String::new(), span),
            column: None,
            columns: Vec::new(),
            filter: None,
            valid: None,
            span,
        };
        let mut seen = Seen::default();
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::one_column if self.first(&mut seen, "column", place) => {
                    read.column = self.columns_of(part).next()
                }
                Rule::columns if self.first(&mut seen, "columns", place) => {
                    for column in inner(part).filter(|part| part.as_rule() == Rule::column_as) {
                        let column = self.build_column_as(column);
                        read.columns.push(column);
                    }
                }
                Rule::where_column if self.first(&mut seen, "where", place) => {
                    let mut words = self.columns_of(part);
                    read.filter = words.next().zip(words.next());
                }
                Rule::valid_columns if self.first(&mut seen, "valid from", place) => {
                    let mut words = self.columns_of(part);
                    read.valid = words.next().map(|from| (from, words.next()));
                }
                Rule::string | Rule::oops_unclosed | Rule::oops_quotes => read.path = self.build_text(part),
                _ => {}
            }
        }
        read
    }

    /// Returns the columns and texts that a clause names, in order.
    fn columns_of(&mut self, node: Node<'t>) -> std::vec::IntoIter<Name> {
        let mut words = Vec::new();
        for part in inner(node) {
            match part.as_rule() {
                Rule::name | Rule::member => words.push(self.word(&part)),
                Rule::string | Rule::oops_unclosed | Rule::oops_quotes => words.push(self.build_text(part)),
                _ => {}
            }
        }
        words.into_iter()
    }

    fn build_column_as(&mut self, node: Node<'t>) -> ColumnAs {
        let span = self.tight(&node);
        let mut words = self.columns_of(node);
        let empty = || Spanned::new(String::new(), span);
        ColumnAs {
            column: words.next().unwrap_or_else(empty),
            name: words.next().unwrap_or_else(empty),
            split: words.next(),
        }
    }

    /// Builds `no outranks yes outranks maybe`: highest first.
    pub(super) fn build_rank(&mut self, node: Node<'t>) -> Vec<Expr> {
        let mut values = Vec::new();
        for part in inner(node).filter(|part| part.as_rule() != Rule::kw_outranks) {
            let value = self.build_atom(part);
            values.push(value);
        }
        values
    }

    /// Builds `otherwise no because "No ground."`, and `else no` after reporting it.
    pub(super) fn build_otherwise(&mut self, node: Node<'t>) -> Otherwise {
        let span = self.tight(&node);
        let mut otherwise = Otherwise { values: Vec::new(), common: Common::default(), span };
        for part in inner(node) {
            match part.as_rule() {
                Rule::rounded => {
                    let value = self.build_chain(part);
                    otherwise.values.push(value);
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut otherwise.common),
                Rule::kw_else | Rule::w_default => {
                    let at = self.span(&part);
                    let word = part.as_str().to_owned();
                    self.error(
                        Code::WRONG_WORD,
                        at,
                        format!("`{word}` is no word of a decision or table"),
                        "",
                        "write `otherwise`",
                    );
                }
                _ => {}
            }
        }
        otherwise
    }

    /// Builds `b [A-5] "label"`.
    pub(in crate::syntax) fn build_item(&mut self, node: Node<'t>) -> Item {
        let mut item = Item { expr: missing(self.tight(&node)), tags: Vec::new(), label: None };
        for part in inner(node) {
            match part.as_rule() {
                Rule::expr => item.expr = self.build_expr(part),
                Rule::tags => self.build_tags(part, &mut item.tags),
                Rule::string => item.label = Some(self.build_text(part)),
                _ => {}
            }
        }
        if let (Some(tag), ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Implies(..)) =
            (item.tags.first(), &item.expr.kind)
        {
            let tag = tag.clone();
            self.ambiguous_tag(&item.expr, &tag);
        }
        item
    }
}
