//! Types, words and paths.

use super::*;

impl<'t> Builder<'t> {
    /// Builds `yes/no`, `set of country or none`.
    pub(super) fn build_type(&mut self, node: Node<'t>) -> TypeExpr {
        let span = self.tight(&node);
        let mut parts = inner(node);
        let mut ty = match parts.next() {
            Some(base) => self.build_base_type(base),
            None => TypeExpr { kind: TypeKind::YesNo, or_none: false, span },
        };
        for part in parts.filter(|part| part.as_rule() == Rule::or_none) {
            if std::mem::replace(&mut ty.or_none, true) {
                let place = self.tight(&part);
                self.error(
                    Code::CLAUSE_TWICE,
                    place,
                    "`or none` is given twice",
                    "the second",
                    "remove it: a value is absent or not",
                );
            }
        }
        ty.span = span;
        ty
    }

    fn build_base_type(&mut self, node: Node<'t>) -> TypeExpr {
        let span = self.tight(&node);
        let rule = node.as_rule();
        let mut parts = inner(node)
            .filter(|part| !matches!(part.as_rule(), Rule::kw_set | Rule::kw_list | Rule::kw_total | Rule::kw_of));
        let kind = match (rule, parts.next()) {
            (Rule::set_type, Some(of)) => TypeKind::Set(Box::new(self.build_base_type(of))),
            (Rule::total_type, Some(of)) => TypeKind::Total(Box::new(self.build_base_type(of))),
            (Rule::list_type, Some(of)) => TypeKind::List(self.word(&of)),
            (Rule::simple_type, Some(first)) => match (first.as_rule(), parts.next()) {
                (Rule::kw_money, Some(currency)) => TypeKind::Money(self.word(&currency)),
                (Rule::members_type, _) => TypeKind::Members(
                    inner(first)
                        .filter(|part| matches!(part.as_rule(), Rule::name | Rule::member))
                        .map(|part| self.word(&part))
                        .collect(),
                ),
                _ => TypeKind::Named(self.word(&first)),
            },
            _ => TypeKind::YesNo,
        };
        TypeExpr { kind, or_none: false, span }
    }

    /// Builds `p: program`.
    pub(super) fn build_typed(&mut self, node: Node<'t>) -> Typed {
        let span = self.tight(&node);
        let mut name = Spanned::new(String::new(), span);
        let mut ty = TypeExpr { kind: TypeKind::YesNo, or_none: false, span };
        for part in inner(node) {
            match part.as_rule() {
                Rule::name => name = self.word(&part),
                Rule::type_expr => ty = self.build_type(part),
                _ => {}
            }
        }
        Typed { name, ty }
    }

    /// Builds `a.b`, `US`, `country.US`.
    pub(super) fn build_path(&mut self, node: Node<'t>) -> Path {
        let span = self.span(&node);
        let mut names: Vec<Name> = inner(node).map(|part| self.word(&part)).collect();
        if names.is_empty() {
            names.push(Spanned::new(String::new(), span));
        }
        Path { names, span }
    }
}
