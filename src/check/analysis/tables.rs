//! Rows of tables: W105 that match together, E101 that never match, W106 where none matches.

use super::claims::Claims;
use super::look::{Anyone, Look, differ};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{HitKind, NodeId, Op, OriginKind};
use crate::solve::encode::Truth;
use crate::solve::sat::Lit;
use crate::source::Span;

/// How many pairs of rows of one table that match together are looked at for different outputs.
const MAX_PAIRS: usize = 200;

/// A row of a table in the graph.
struct Row {
    at: Span,
    matches: Truth,
    output: NodeId,
}

/// Looks at each table where it is called.
pub(super) fn tables(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    for (origin, inner, _) in look.clauses() {
        if program.origin(origin).kind != OriginKind::Table {
            continue;
        }
        let Op::Rows { hit, rows, otherwise } = program.op(inner) else { continue };
        let table = look.place(origin);
        let Some(list) = rows.iter().map(|&(condition, output)| row(look, condition, output)).collect() else {
            continue;
        };
        let list: Vec<Row> = list;
        let name = &program.origin(origin).name;
        never_match(look, claims, name, hit, &list);
        if matches!(hit, HitKind::Unique | HitKind::Any) {
            together(look, claims, name, hit, &list);
        }
        if otherwise.is_none() && *hit != HitKind::Collect && !claims.is_found(Code::INCOMPLETE, table) {
            let mut none: Vec<Lit> = list.iter().map(|row| row.matches.no).collect();
            // Only for those whose inputs are there.
            none.extend(look.graph_of(inner).map(|_| Lit::TRUE));
            if look.anyone(&none) == Anyone::Yes {
                let all = look.space.encoder.gates.and(&none);
                let Some(example) = look.example(&[all]) else { continue };
                let witness = look.witness("no row matches", &example, all);
                let message = format!("for somebody no row of `{name}` matches, and it has no `otherwise`");
                let finding = Diagnostic::warning(Code::INCOMPLETE, table, message).witness(Some(witness));
                claims.found(finding.help("add `otherwise …` to the table, or a row for them"));
            }
        }
    }
}

fn row(look: &mut Look, condition: NodeId, output: NodeId) -> Option<Row> {
    let program = look.program;
    let id = look.graph_of(condition)?;
    let origin = match (program.op(condition), program.op(output)) {
        (Op::Clause(origin, _), _) | (_, Op::Clause(origin, _)) => *origin,
        _ => return None,
    };
    let at = look.place(origin);
    Some(Row { at, matches: look.space.encoder.truth(id), output })
}

fn never_match(look: &mut Look, claims: &mut Claims, name: &str, hit: &HitKind, rows: &[Row]) {
    let mut earlier: Vec<Lit> = Vec::new();
    for row in rows {
        if !claims.is_refuted(row.at, Code::NEVER_TRUE, "row") {
            let mut who = vec![row.matches.yes];
            let alone = look.never(&who);
            // Where the first row decides, those before it may take everybody.
            who.extend(earlier.iter().copied());
            let shadowed = !alone && *hit == HitKind::First && look.never(&who);
            let finding = (alone || shadowed).then(|| {
                let why = if alone { "never matches" } else { "never decides: rows above it match first" };
                Diagnostic::warning(Code::NEVER_TRUE, row.at, format!("this row of `{name}` {why}"))
                    .help("mend it, or take it out")
            });
            claims.always(row.at, Code::NEVER_TRUE, "row", finding);
        }
        earlier.push(row.matches.no);
    }
}

/// Reports the first two rows that match somebody together: with `unique` any, with `any` of different outputs.
fn together(look: &mut Look, claims: &mut Claims, name: &str, hit: &HitKind, rows: &[Row]) {
    let matches: Vec<Lit> = rows.iter().map(|row| row.matches.yes).collect();
    let two = look.space.encoder.gates.at_least(&matches, 2.min(matches.len()));
    let Some(&two) = two.get(1) else { return };
    let mut settled: Vec<Lit> = vec![two];
    for _ in 0..MAX_PAIRS {
        let Some(example) = (look.anyone(&settled) == Anyone::Yes).then(|| look.example(&settled)).flatten() else {
            return;
        };
        let hold: Vec<usize> = (0..rows.len()).filter(|&row| example.model.holds(matches[row])).take(2).collect();
        let [a, b] = hold[..] else { return };
        let both = look.space.encoder.gates.and(&[matches[a], matches[b]]);
        let who = match (hit, look.graph_of(rows[a].output), look.graph_of(rows[b].output)) {
            (HitKind::Any, Some(x), Some(y)) => {
                let (x, y) = (look.space.encoder.cases(x), look.space.encoder.cases(y));
                let differ = differ(&mut look.space.encoder, &x, &y);
                look.space.encoder.gates.and(&[both, differ])
            }
            _ => both,
        };
        if look.anyone(&[who]) != Anyone::Yes {
            settled.push(!both);
            continue;
        }
        if claims.is_found(Code::ROWS_TOGETHER, rows[a].at) {
            return;
        }
        let Some(example) = look.example(&[who]) else { return };
        let witness = look.witness("both match", &example, who);
        let why = if *hit == HitKind::Any { "with different outputs" } else { "although at most one may" };
        let finding =
            Diagnostic::warning(Code::ROWS_TOGETHER, rows[a].at, format!("two rows of `{name}` match together, {why}"))
                .label(rows[b].at, "the other row")
                .witness(Some(witness))
                .help("make their conditions exclude each other, or say which counts: `highest`, `first`");
        claims.found(finding);
        return;
    }
}
