//! A declaration without what cannot change an outcome: labels, tags, reasons, citations, questions asked.
//!
//! Two declarations that are the same without their words differ in words only. This fails safe: what is not taken off here
//! makes declarations differ in meaning.

use crate::syntax::ast::*;

/// Whether declarations of a kind can change an outcome at all.
pub(crate) fn is_of_words(kind: &str) -> bool {
    matches!(kind, "source" | "note" | "question" | "assert" | "test" | "profile")
}

/// Returns a declaration without its words.
pub(crate) fn wordless(declaration: &Declaration) -> Declaration {
    let mut bare = declaration.clone();
    bare.verb = None;
    match &mut bare.kind {
        DeclKind::Use(decl) => {
            common(&mut decl.common);
            decl.outside.iter_mut().for_each(|outside| common(&mut outside.common));
        }
        DeclKind::Fact(decl) => {
            head(&mut decl.head);
            (decl.ask, decl.typical, decl.changeable, decl.judged) = (None, None, None, None);
            decl.private = None;
            common(&mut decl.common);
        }
        DeclKind::Assume(decl) => common(&mut decl.common),
        DeclKind::Invariant(decl) => condition(&mut decl.head, &mut decl.item, &mut decl.common),
        DeclKind::Enum(decl) => {
            head(&mut decl.head);
            common(&mut decl.common);
            if let EnumBody::Members(members) = &mut decl.body {
                members.iter_mut().for_each(|member| member.label = None);
            }
        }
        DeclKind::Set(decl) => {
            head(&mut decl.head);
            common(&mut decl.common);
            if let SetBody::Members(members) = &mut decl.body {
                expr(members);
            }
        }
        DeclKind::Record(decl) => {
            head(&mut decl.head);
            common(&mut decl.common);
            decl.fields.iter_mut().for_each(|field| head(&mut field.head));
        }
        DeclKind::Calendar(decl) => {
            head(&mut decl.head);
            common(&mut decl.common);
        }
        DeclKind::Define(decl) => condition(&mut decl.head, &mut decl.item, &mut decl.common),
        DeclKind::Parameter(decl) => {
            head(&mut decl.head);
            decl.values.iter_mut().for_each(|value| common(&mut value.common));
        }
        DeclKind::Scale(decl) => {
            head(&mut decl.head);
            decl.values.iter_mut().for_each(|value| common(&mut value.common));
        }
        DeclKind::Table(decl) => {
            head(&mut decl.head);
            common(&mut decl.common);
            otherwise(&mut decl.otherwise);
            if let TableBody::Rows(rows) = &mut decl.body {
                rows.iter_mut().for_each(|row| (row.tags, row.label) = (Vec::new(), None));
            }
        }
        DeclKind::Decision(decl) => {
            head(&mut decl.head);
            common(&mut decl.common);
            otherwise(&mut decl.otherwise);
            decl.item.iter_mut().for_each(item);
        }
        DeclKind::Rule(decl) => {
            head(&mut decl.head);
            common(&mut decl.common);
            decl.when.iter_mut().chain(&mut decl.unless).for_each(item);
        }
        DeclKind::Assert(decl) => condition(&mut decl.head, &mut decl.item, &mut decl.common),
        // Words through and through.
        DeclKind::Source(_)
        | DeclKind::Note(_)
        | DeclKind::Question(_)
        | DeclKind::Profile(_)
        | DeclKind::Test(_)
        | DeclKind::Repeal(_) => {}
    }
    bare
}

fn head(head: &mut Head) {
    head.tags.clear();
    head.label = None;
}

fn common(common: &mut Common) {
    *common = Common::default();
}

fn otherwise(otherwise: &mut Option<Otherwise>) {
    otherwise.iter_mut().for_each(|otherwise| common(&mut otherwise.common));
}

fn condition(heading: &mut Head, of: &mut Item, clauses: &mut Common) {
    head(heading);
    item(of);
    common(clauses);
}

fn item(item: &mut Item) {
    item.tags.clear();
    item.label = None;
    expr(&mut item.expr);
}

/// Takes the words off the elements of blocks, which stand at the head of an expression or below other operators.
fn expr(of: &mut Expr) {
    match &mut of.kind {
        ExprKind::Block(_, items) => items.iter_mut().for_each(item),
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Set(parts) => parts.iter_mut().for_each(expr),
        ExprKind::Paren(a) | ExprKind::Not(a) | ExprKind::Quantified(_, _, a) => expr(a),
        ExprKind::Implies(a, b) | ExprKind::Compare(_, a, b) => {
            expr(a);
            expr(b);
        }
        ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|part| expr(part)),
        ExprKind::CountWhere(_, condition) => condition.iter_mut().for_each(|condition| expr(condition)),
        _ => {}
    }
}
