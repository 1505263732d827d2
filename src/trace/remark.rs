//! What is worth saying beside a comparison: by how much it fails, what a sum comes to, when a list changed.

use rust_decimal::Decimal;

use crate::program::{Boundary, Dated, DatedId, EVALUATION_DATE, NodeId, Op, Program};
use crate::value::{Type, Value};

use super::look::Look;
use super::phrase::{Around, Phrases, shown};

/// How many members of a set are looked up in a list.
const MEMBERS_SHOWN: usize = 4;

/// Whether a `not` around it is written inside it: `is not`, `not in`.
pub fn is_comparison(op: &Op) -> bool {
    matches!(op, Op::Equal(..) | Op::Less(..) | Op::LessEqual(..) | Op::IsNone(_) | Op::IsEmpty(_) | Op::In(..))
}

/// Whether it is a comparison with a `not` written inside it.
pub fn is_denied_comparison(program: &Program, op: &Op) -> bool {
    matches!(op, Op::Not(inner) if is_comparison(program.op(*inner)))
}

/// Returns what computed operands come to, and by how much an ordering fails.
pub fn comparison(look: &Look, phrases: &Phrases, id: NodeId, around: &Around) -> Vec<String> {
    let program = look.program;
    let (op, negated) = match program.op(id) {
        Op::Not(inner) => (program.op(*inner), true),
        op => (op, false),
    };
    let mut remarks = Vec::new();
    let mut computed = |operand: NodeId| {
        let plain = matches!(
            program.op(operand),
            Op::Fact(_)
                | Op::Const(_)
                | Op::Clause(..)
                | Op::Bound(_)
                | Op::Field(..)
                | Op::Decision(_)
                | Op::Used(..)
                | Op::Dated(..)
                | Op::Rows { .. }
                | Op::SetOf(_)
        );
        if let (false, Some(value)) = (plain, look.value(operand, &around.path).and_then(|value| value.value())) {
            remarks.push(format!(
                "{} = {}",
                phrases.node(operand, around),
                shown(program, value, &program.info(operand).ty)
            ));
        }
    };
    match op {
        Op::Equal(a, b)
        | Op::Less(a, b)
        | Op::LessEqual(a, b)
        | Op::In(a, b)
        | Op::Within(a, b)
        | Op::Overlaps(a, b) => {
            computed(*a);
            computed(*b);
        }
        Op::IsNone(a) | Op::IsEmpty(a) => computed(*a),
        _ => {}
    }
    let ordered = match (op, negated) {
        (Op::Less(a, b), false) => Some((*a, *b, true)),
        (Op::LessEqual(a, b), false) => Some((*a, *b, false)),
        (Op::Less(a, b), true) => Some((*b, *a, false)),
        (Op::LessEqual(a, b), true) => Some((*b, *a, true)),
        _ => None,
    };
    if let Some((small, big, strict)) = ordered
        && look.value(id, &around.path).is_some_and(crate::value::Evaluated::is_no)
    {
        remarks.extend(shortfall(look, phrases, small, big, strict, around));
    }
    remarks
}

/// Returns by how much `small <= big` fails, said of the side that the reader can look at.
fn shortfall(
    look: &Look,
    phrases: &Phrases,
    small: NodeId,
    big: NodeId,
    strict: bool,
    around: &Around,
) -> Option<String> {
    let program = look.program;
    let low = look.value(small, &around.path)?.value()?;
    let high = look.value(big, &around.path)?.value()?;
    let is_day = |id: NodeId| matches!(program.op(id), Op::Fact(EVALUATION_DATE));
    let is_fact = |id: NodeId| matches!(program.op(id), Op::Fact(_) | Op::Field(..));
    // The day asked, else the only fact, else what is no constant: is it too high, or the other too low?
    let of_big = match (small, big) {
        (small, _) if is_day(small) => false,
        (_, big) if is_day(big) => true,
        (small, big) if is_fact(small) != is_fact(big) => is_fact(big),
        (small, _) => phrases.is_constant(small),
    };
    if low == high && strict {
        return Some("exactly the limit, which does not count".into());
    }
    let (late, early) = ("too late", "too early");
    match (low, high) {
        (Value::Date(low), Value::Date(high)) => {
            let days = low.signed_duration_since(*high).num_days();
            Some(format!("{} {}", counted(days, "day"), if of_big { early } else { late }))
        }
        (Value::Time(low), Value::Time(high)) => {
            let minutes = i64::from(*low) - i64::from(*high);
            Some(format!("{} {}", counted(minutes, "minute"), if of_big { early } else { late }))
        }
        (Value::Number(low), Value::Number(high)) => {
            let by = low.checked_sub(*high)?;
            let ty = program.info(big).ty.required();
            let words = match (ty, of_big) {
                (Type::Days | Type::Months | Type::Minutes, true) => "too short",
                (Type::Days | Type::Months | Type::Minutes, false) => "too long",
                (_, true) => "too low",
                (_, false) => "too high",
            };
            Some(format!("{} {words}", amount(look, by, ty)))
        }
        _ => None,
    }
}

fn amount(look: &Look, by: Decimal, ty: &Type) -> String {
    look.program.value_text(&Value::Number(by), ty)
}

fn counted(number: i64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// Returns a boundary's day, and its moment where it starts inside the day.
pub fn boundary_text(boundary: &Boundary) -> String {
    match boundary.moment {
        None => boundary.date.to_string(),
        Some(moment) => moment.format("%Y-%m-%d %H:%M (UTC%:z)").to_string(),
    }
}

/// Returns the entry of a dated table that holds in this run.
pub fn entry(look: &Look, dated: &Dated, id: NodeId, around: &Around) -> Option<usize> {
    let Op::Dated(_, clock) = look.program.op(id) else { return None };
    let now = look.value(id, &around.path)?.value()?;
    let day = match look.value(clock.day, &around.path)?.value()? {
        Value::Date(day) => *day,
        Value::Instant(instant) => instant.date_naive().succ_opt()?,
        _ => return None,
    };
    dated.values.iter().rposition(|(boundary, value)| boundary.date <= day && value.as_ref() == Some(now))
}

/// Returns for each member compared with a dated list since when it is on the list, or when it left it.
pub fn membership(look: &Look, op: &Op, dated: DatedId, list: NodeId, around: &Around) -> Vec<String> {
    let program = look.program;
    let op = match op {
        Op::Not(inner) => program.op(*inner),
        op => op,
    };
    let other = match op {
        Op::In(other, set) | Op::Overlaps(other, set) | Op::Within(other, set) if *set == list => *other,
        Op::Overlaps(set, other) if *set == list => *other,
        _ => return Vec::new(),
    };
    let Some(value) = look.value(other, &around.path).and_then(|value| value.value()) else { return Vec::new() };
    let (members, ty): (Vec<&Value>, Type) = match (value, program.info(other).ty.required()) {
        (Value::Set(members), Type::Set(inner)) => (members.iter().collect(), (**inner).clone()),
        (Value::Set(_), _) => return Vec::new(),
        (member, ty) => (vec![member], ty.clone()),
    };
    let dated = &program.dated[dated.index()];
    let Some(now) = entry(look, dated, list, around) else { return Vec::new() };
    let on_list = |index: usize, member: &Value| match &dated.values[index].1 {
        Some(Value::Set(set)) => set.contains(member),
        _ => false,
    };
    let sentence = |member: &&Value| {
        let word = shown(program, member, &ty);
        let present = on_list(now, member);
        let changed = (1..=now).rev().find(|&index| on_list(index, member) != on_list(index - 1, member));
        let place = |index: usize| {
            let at = Some(dated.values[index].0);
            let row = dated.rows.iter().find(|row| row.member == **member && (Some(row.start) == at || row.end == at));
            row.map_or_else(String::new, |row| format!(" ({})", look.place(row.span).line_text()))
        };
        match (present, changed) {
            (true, Some(index)) => {
                format!("{word} is on the list since {}{}", boundary_text(&dated.values[index].0), place(index))
            }
            (true, None) => format!("{word} is on the list"),
            (false, Some(index)) => {
                format!("{word} left the list on {}{}", boundary_text(&dated.values[index].0), place(index))
            }
            (false, None) => match (now + 1..dated.values.len()).find(|&index| on_list(index, member)) {
                Some(index) => format!("{word} joins the list on {}", boundary_text(&dated.values[index].0)),
                None => format!("{word} is not on the list"),
            },
        }
    };
    members.iter().take(MEMBERS_SHOWN).map(sentence).collect()
}
