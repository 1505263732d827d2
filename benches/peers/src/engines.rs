//! One adapter per engine. To add another engine: implement `Engine` and add
//! one `run::<...>()` line in main.rs.
use crate::facts::{self, Facts};
use std::sync::Arc;

pub trait Engine: Sized {
    type Parsed;
    const NAME: &'static str;
    /// Parse and compile the policy; `copies` repeats all rules under distinct
    /// names, each copy guarded by its own action name `apply_K`.
    fn load(copies: usize) -> Self;
    /// JSON text to the engine's own request value. `action` is "" when copies == 1.
    fn parse(&self, json: &str, action: &str) -> Self::Parsed;
    fn decide(&mut self, f: &Self::Parsed) -> bool;
    /// Ids of the rules behind the decision, as the engine offers them; "" if none.
    fn explain(&mut self, f: &Self::Parsed) -> String;
}
fn with_action(json: &str, action: &str) -> String {
    if action.is_empty() { json.to_string() } else { format!("{{\"action\":\"{action}\",{}", &json[1..]) }
}

// ---------- native ----------
pub struct Native { copies: usize }
impl Engine for Native {
    type Parsed = (Facts, usize);
    const NAME: &'static str = "native Rust (linear over copies)";
    fn load(copies: usize) -> Self { Native { copies } }
    fn parse(&self, json: &str, action: &str) -> Self::Parsed {
        (facts::from_json(json), action.rsplit('_').next().and_then(|s| s.parse().ok()).unwrap_or(0))
    }
    #[inline(never)]
    fn decide(&mut self, f: &Self::Parsed) -> bool {
        let mut hit = 0u32;
        for k in 0..self.copies {
            for r in 0..15u32 {
                // every rule of every copy tests its own action guard
                if std::hint::black_box(k) == f.1 { hit |= facts::mask(&f.0) & (1 << r); }
            }
        }
        (hit & 0xF != 0) & (hit & 0x7FF0 == 0)
    }
    fn explain(&mut self, f: &Self::Parsed) -> String {
        let m = facts::mask(&f.0);
        (0..15).filter(|i| m >> i & 1 == 1).map(|i| facts::NAMES[i as usize]).collect::<Vec<_>>().join(",")
    }
}
pub struct NativeIndexed;
impl Engine for NativeIndexed {
    type Parsed = Facts;
    const NAME: &'static str = "native Rust";
    fn load(_: usize) -> Self { NativeIndexed }
    fn parse(&self, json: &str, _: &str) -> Facts { facts::from_json(json) }
    #[inline(never)]
    fn decide(&mut self, f: &Facts) -> bool { facts::decide(f) }
    fn explain(&mut self, f: &Facts) -> String {
        let m = facts::mask(f);
        (0..15).filter(|i| m >> i & 1 == 1).map(|i| facts::NAMES[i as usize]).collect::<Vec<_>>().join(",")
    }
}

// ---------- enact ----------
/// Compiled decisions. `copies` repeats all definitions and rules; the last copy's decision is asked.
pub struct Enact {
    pub program: enact::program::Program,
    pub request: enact::eval::Request,
    pub compiled: enact::compile::Compiled,
    loaded: enact::load::Loaded,
    reader: enact::compile::Reader,
    trace: enact::compile::Trace,
}
pub fn enact_text(copies: usize) -> String {
    let base = include_str!("../policies/poe.enact");
    let (head, body) = base.split_at(base.find("define neighbour").unwrap());
    let mut text = head.to_string();
    for k in 0..copies {
        if copies == 1 {
            text.push_str(body);
            continue;
        }
        let mut copy = body.to_string();
        for name in ["neighbour", "us_person", "letter", "quick_return", "exempted", "may_apply"] {
            copy = copy.replace(&format!(" {name} "), &format!(" {name}_{k} ")).replace(&format!(" {name}\n"), &format!(" {name}_{k}\n"));
            copy = copy.replace(&format!(" {name}:"), &format!(" {name}_{k}:")).replace(&format!(" {name},"), &format!(" {name}_{k},"));
        }
        text.push_str(&copy.replace("rule p", &format!("rule k{k}_p")).replace("rule d", &format!("rule k{k}_d")));
    }
    text
}
impl Enact {
    pub fn row(&self, json: &str) -> enact::compile::Row {
        let mut row = self.compiled.layout().row();
        assert!(self.reader.json(json, &mut row), "read by the short way");
        row
    }
    fn rule_name(&self, reason: &enact::eval::Reason) -> String {
        let enact::eval::Reason::Rule(rule) = reason else { return String::new() };
        let name = &self.program.origin(self.program.rule(*rule).origin).name;
        name[..1].to_uppercase() + &name[1..]
    }
    /// Facts by the long way, and what every node comes to: what records are made of.
    pub fn evaluate(&self, json: &str) -> (enact::facts::Facts, enact::eval::Evaluation) {
        let facts = enact::facts::read_facts(&self.program, json).unwrap();
        let evaluation = enact::eval::evaluate(&self.program, &self.request, &facts);
        (facts, evaluation)
    }
    /// The record `enact.decision/1` with reasons, clauses, places, as JSON.
    pub fn record(&self, (facts, evaluation): &(enact::facts::Facts, enact::eval::Evaluation)) -> String {
        let hashes = enact::trace::Hashes { policy: String::new(), data: String::new(), facts: String::new() };
        let sources = &self.loaded.sources;
        let record = enact::trace::record(&self.program, sources, &self.request, facts, evaluation, &[], hashes);
        serde_json::to_string(&record).unwrap()
    }
}
impl Engine for Enact {
    type Parsed = enact::compile::Row;
    const NAME: &'static str = "enact (compiled, all verdicts kept)";
    fn load(copies: usize) -> Self {
        let mut folder = enact::load::Folder::default();
        folder.files.insert("poe/2000-01-01.enact".into(), enact_text(copies).into());
        let loaded = enact::load::load(&folder);
        let checked = enact::check::check(&loaded);
        let program = checked.program.unwrap_or_else(|| panic!("{:?}", checked.findings));
        let policy = program.find_policy("poe").unwrap();
        let asked = vec![*program.policies[policy.index()].families.last().unwrap()];
        let request = enact::eval::Request { policy, pinned: None, asked };
        let compiled = enact::compile::Compiled::new(&program, &request);
        let reader = enact::compile::Reader::new(&program, compiled.layout());
        Enact { program, request, compiled, loaded, reader, trace: Default::default() }
    }
    fn parse(&self, json: &str, _: &str) -> Self::Parsed {
        self.row(json)
    }
    #[inline(never)]
    fn decide(&mut self, row: &Self::Parsed) -> bool {
        self.compiled.decide(row, &mut self.trace);
        let verdict = self.compiled.verdict(&self.trace, 0);
        assert!(verdict != enact::compile::Verdict::UNKNOWN);
        verdict.is_yes()
    }
    fn explain(&mut self, row: &Self::Parsed) -> String {
        self.compiled.decide(row, &mut self.trace);
        let settled = self.compiled.settled(&self.trace, 0).unwrap();
        let mut names: Vec<String> = settled.because.iter().map(|reason| self.rule_name(reason)).collect();
        names.sort();
        names.join(",")
    }
}

// ---------- Cedar ----------
use cedar_policy as cp;
pub struct Cedar {
    pub policies: cp::PolicySet,
    pub schema: cp::Schema,
    auth: cp::Authorizer,
    entities: cp::Entities,
    who: cp::EntityUid,
    place: cp::EntityUid,
}
pub fn cedar_text(copies: usize) -> (String, String) {
    let base = include_str!("../policies/poe.cedar");
    let mut schema = include_str!("../policies/poe.cedarschema").to_string();
    let tail = "appliesTo { principal: [Applicant], resource: [Poe], context: Facts };\n";
    if copies == 1 {
        schema.push_str(&format!("action \"apply\" {tail}"));
        return (base.to_string(), schema);
    }
    let mut p = String::new();
    for k in 0..copies {
        p.push_str(&base.replace("\"apply\"", &format!("\"apply_{k}\"")).replace("\")\npermit", &format!("__{k}\")\npermit")).replace("\")\nforbid", &format!("__{k}\")\nforbid")));
        schema.push_str(&format!("action \"apply_{k}\" {tail}"));
    }
    (p, schema)
}
impl Engine for Cedar {
    type Parsed = cp::Request;
    const NAME: &'static str = "cedar-policy";
    fn load(copies: usize) -> Self {
        let (p, s) = cedar_text(copies);
        Cedar {
            policies: p.parse().unwrap(),
            schema: cp::Schema::from_cedarschema_str(&s).unwrap().0,
            auth: cp::Authorizer::new(),
            entities: cp::Entities::empty(),
            who: "Applicant::\"x\"".parse().unwrap(),
            place: "Poe::\"pearson\"".parse().unwrap(),
        }
    }
    fn parse(&self, json: &str, action: &str) -> cp::Request {
        let act: cp::EntityUid = if action.is_empty() { "Action::\"apply\"".parse().unwrap() } else { format!("Action::\"{action}\"").parse().unwrap() };
        let ctx = cp::Context::from_json_str(json, Some((&self.schema, &act))).unwrap();
        cp::Request::new(self.who.clone(), act, self.place.clone(), ctx, None).unwrap()
    }
    fn decide(&mut self, f: &cp::Request) -> bool {
        self.auth.is_authorized(f, &self.policies, &self.entities).decision() == cp::Decision::Allow
    }
    fn explain(&mut self, f: &cp::Request) -> String {
        let r = self.auth.is_authorized(f, &self.policies, &self.entities);
        let mut v: Vec<String> = r.diagnostics().reason().map(|id| self.policies.annotation(id, "id").unwrap_or("?").to_string()).collect();
        v.sort();
        v.join(",")
    }
}

// ---------- regorus ----------
pub fn rego_text(copies: usize) -> String {
    let mut t = include_str!("../policies/poe.rego").to_string();
    let rules = include_str!("../policies/poe_rules.rego");
    if copies == 1 {
        t.push_str(&rules.replace("#ACT", ""));
    } else {
        for k in 0..copies {
            t.push_str(&rules.replace("#ACT", &format!("\n\tinput.action == \"apply_{k}\"")).replace("\" if", &format!("__{k}\" if")));
        }
    }
    t
}
pub struct Regorus { pub e: regorus::Engine }
impl Engine for Regorus {
    type Parsed = regorus::Value;
    const NAME: &'static str = "regorus interpreter";
    fn load(copies: usize) -> Self {
        let mut e = regorus::Engine::new();
        e.clear_policy_length_config();
        e.add_policy("poe.rego".into(), rego_text(copies)).unwrap();
        let mut s = Regorus { e };
        // first evaluation does the scheduling/compilation
        s.e.set_input(regorus::Value::new_object());
        let _ = s.e.eval_rule("data.poe.allow".into());
        s
    }
    fn parse(&self, json: &str, action: &str) -> regorus::Value {
        if action.is_empty() { regorus::Value::from_json_str(json).unwrap() } else { regorus::Value::from_json_str(&with_action(json, action)).unwrap() }
    }
    fn decide(&mut self, f: &regorus::Value) -> bool {
        self.e.set_input(f.clone());
        self.e.eval_rule("data.poe.allow".into()).unwrap() == regorus::Value::from(true)
    }
    fn explain(&mut self, f: &regorus::Value) -> String {
        self.e.set_input(f.clone());
        let d = self.e.eval_rule("data.poe.deny".into()).unwrap();
        let p = self.e.eval_rule("data.poe.permit".into()).unwrap();
        let mut v: Vec<String> = p.as_set().unwrap().iter().chain(d.as_set().unwrap().iter()).map(|x| x.as_string().unwrap().to_string()).collect();
        v.sort();
        v.join(",")
    }
}
pub struct RegorusVm { vm: regorus::rvm::vm::RegoVM }
impl Engine for RegorusVm {
    type Parsed = regorus::Value;
    const NAME: &'static str = "regorus RVM (bytecode)";
    fn load(copies: usize) -> Self {
        let mut e = regorus::Engine::new();
        e.clear_policy_length_config();
        e.add_policy("poe.rego".into(), rego_text(copies)).unwrap();
        let rule: regorus::Rc<str> = "data.poe.allow".into();
        let c = e.compile_with_entrypoint(&rule).unwrap();
        let p = regorus::languages::rego::compiler::Compiler::compile_from_policy(&c, &["data.poe.allow", "data.poe.deny", "data.poe.permit"]).unwrap();
        let mut vm = regorus::rvm::vm::RegoVM::new();
        vm.load_program(p);
        RegorusVm { vm }
    }
    fn parse(&self, json: &str, action: &str) -> regorus::Value {
        if action.is_empty() { regorus::Value::from_json_str(json).unwrap() } else { regorus::Value::from_json_str(&with_action(json, action)).unwrap() }
    }
    fn decide(&mut self, f: &regorus::Value) -> bool {
        self.vm.set_input(f.clone());
        self.vm.execute_entry_point_by_index(0).unwrap() == regorus::Value::from(true)
    }
    fn explain(&mut self, f: &regorus::Value) -> String {
        self.vm.set_input(f.clone());
        let d = self.vm.execute_entry_point_by_index(1).unwrap();
        let p = self.vm.execute_entry_point_by_index(2).unwrap();
        let mut v: Vec<String> = p.as_set().unwrap().iter().chain(d.as_set().unwrap().iter()).map(|x| x.as_string().unwrap().to_string()).collect();
        v.sort();
        v.join(",")
    }
}

// ---------- CEL ----------
const NB: &str = "(a.citizenship in ['US','GL','PM'] || a.pr_country in ['US','GL','PM'])";
const US: &str = "(a.citizenship == 'US' || a.pr_country == 'US')";
const LETTER: &str = "(a.loi_issued && a.loi_applied_outside && a.loi_presented)";
const QUICK: &str = "(a.application_date >= '2024-12-24' && a.temp_status && a.hours_outside < 24)";
const EX: &str = "(a.citizenship == 'US' || a.pr_country == 'US' || (a.category in ['fta_professional','fta_spouse'] && a.fta in ['CUSMA','CHILE','KOREA','PANAMA','COLOMBIA','PERU']) || (a.occupation == 'truck_driver' && a.prior_permit_until >= a.trip_date) || a.cbsa_appointment)";
pub fn cel_rules() -> Vec<(&'static str, bool, String)> {
    let n = facts::NAMES;
    vec![
        (n[4], false, "a.category == 'pgwp'".into()),
        (n[5], false, format!("!a.visa_exempt && !{NB} && !{LETTER}")),
        (n[6], false, "a.ime_required && !(a.ime_done && a.ime_valid_until >= a.application_date)".into()),
        (n[7], false, "a.category == 'sawp'".into()),
        (n[8], false, format!("a.category == 'iec' && !{US}")),
        (n[9], false, format!("a.citizenship in ['IN','PH','NG','CN'] && !a.visa_exempt && !{LETTER}")),
        (n[10], false, "a.category == 'caregiver'".into()),
        (n[11], false, format!("{QUICK} && a.entered_from in ['US','PM'] && !{EX}")),
        (n[12], false, "a.loi_issued && !a.loi_presented".into()),
        (n[13], false, format!("{QUICK} && a.loi_issued && a.loi_presented && !{EX}")),
        (n[14], false, "a.program == 'TFWP' && a.lmia == 'negative'".into()),
        (n[0], true, NB.into()),
        (n[1], true, "a.visa_exempt && a.program == 'IMP'".into()),
        (n[2], true, "a.visa_exempt && a.program == 'TFWP' && a.lmia in ['positive','neutral']".into()),
        (n[3], true, LETTER.into()),
    ]
}
pub struct Cel { rules: Vec<(String, bool, cel::Program)>, env: Arc<cel::Env> }
impl Engine for Cel {
    type Parsed = cel::Context<'static, 'static>;
    const NAME: &'static str = "cel (one program a rule, host stops early)";
    fn load(copies: usize) -> Self {
        let env = Arc::new(cel::Env::stdlib());
        let mut rules = vec![];
        for k in 0..copies {
            for (n, p, t) in cel_rules() {
                let t = if copies == 1 { t } else { format!("a.action == 'apply_{k}' && {t}") };
                rules.push((format!("{n}__{k}"), p, env.compile(&t).unwrap()));
            }
        }
        rules.sort_by_key(|r| r.1); // bars first
        Cel { rules, env }
    }
    fn parse(&self, json: &str, action: &str) -> Self::Parsed {
        let v: serde_json::Value = if action.is_empty() { serde_json::from_str(json).unwrap() } else { serde_json::from_str(&with_action(json, action)).unwrap() };
        let mut c = cel::Context::with_env(self.env.clone());
        c.add_variable_from_value("a", cel_value(v));
        c
    }
    fn decide(&mut self, f: &Self::Parsed) -> bool {
        for (_, permit, p) in &self.rules {
            if p.execute(f).unwrap() == cel::Value::Bool(true) { return *permit; }
        }
        false
    }
    fn explain(&mut self, f: &Self::Parsed) -> String {
        let mut v: Vec<&str> = self.rules.iter().filter(|(_, _, p)| p.execute(f).unwrap() == cel::Value::Bool(true)).map(|r| r.0.split("__").next().unwrap()).collect();
        v.sort();
        v.join(",")
    }
}
/// Numbers as CEL has them: one of the crates built here makes serde_json keep the digits of numbers, which `add_variable`
/// then takes for maps.
fn cel_value(v: serde_json::Value) -> cel::Value {
    match v {
        serde_json::Value::Object(o) => o.into_iter().map(|(k, v)| (k, cel_value(v))).collect::<std::collections::HashMap<_, _>>().into(),
        serde_json::Value::Number(n) => n.as_i64().unwrap().into(),
        serde_json::Value::Bool(b) => b.into(),
        serde_json::Value::String(s) => s.into(),
        other => panic!("no fact is {other}"),
    }
}
pub struct CelOne { p: cel::Program, env: Arc<cel::Env> }
impl Engine for CelOne {
    type Parsed = cel::Context<'static, 'static>;
    const NAME: &'static str = "cel (one expression)";
    fn load(copies: usize) -> Self {
        let env = Arc::new(cel::Env::stdlib());
        let mut any = (vec![], vec![]);
        for k in 0..copies {
            for (_, p, t) in cel_rules() {
                let t = if copies == 1 { format!("({t})") } else { format!("(a.action == 'apply_{k}' && {t})") };
                if p { any.0.push(t) } else { any.1.push(t) }
            }
        }
        // balanced tree of ||, else deep nesting overflows the parser
        fn join(v: &[String]) -> String { if v.len() == 1 { v[0].clone() } else { let (l, r) = v.split_at(v.len() / 2); format!("({} || {})", join(l), join(r)) } }
        let t = format!("!({}) && ({})", join(&any.1), join(&any.0));
        CelOne { p: env.compile(&t).unwrap(), env }
    }
    fn parse(&self, json: &str, action: &str) -> Self::Parsed {
        let v: serde_json::Value = if action.is_empty() { serde_json::from_str(json).unwrap() } else { serde_json::from_str(&with_action(json, action)).unwrap() };
        let mut c = cel::Context::with_env(self.env.clone());
        c.add_variable_from_value("a", cel_value(v));
        c
    }
    fn decide(&mut self, f: &Self::Parsed) -> bool { self.p.execute(f).unwrap() == cel::Value::Bool(true) }
    fn explain(&mut self, _: &Self::Parsed) -> String { String::new() }
}

// ---------- ZEN ----------
#[cfg(feature = "zen")]
use zen_engine::{model::DecisionContent, Decision, DecisionEngine, EvaluationOptions, Variable};
#[cfg(feature = "zen")]
pub fn zen_json(copies: usize) -> String {
    let derive = [
        ("nb", "citizenship in ['US','GL','PM'] or pr_country in ['US','GL','PM']"),
        ("us", "citizenship == 'US' or pr_country == 'US'"),
        ("letter_ok", "loi_issued and loi_applied_outside and loi_presented"),
        ("quick", "date(application_date) >= date('2024-12-24') and temp_status and hours_outside < 24"),
        ("medical_ok", "ime_done and date(ime_valid_until) >= date(application_date)"),
        ("exempted", "citizenship == 'US' or pr_country == 'US' or (category in ['fta_professional','fta_spouse'] and fta in ['CUSMA','CHILE','KOREA','PANAMA','COLOMBIA','PERU']) or (occupation == 'truck_driver' and date(prior_permit_until) >= date(trip_date)) or cbsa_appointment"),
    ];
    let rules = [
        (4, "category == 'pgwp'"),
        (5, "not visa_exempt and not nb and not letter_ok"),
        (6, "ime_required and not medical_ok"),
        (7, "category == 'sawp'"),
        (8, "category == 'iec' and not us"),
        (9, "citizenship in ['IN','PH','NG','CN'] and not visa_exempt and not letter_ok"),
        (10, "category == 'caregiver'"),
        (11, "quick and entered_from in ['US','PM'] and not exempted"),
        (12, "loi_issued and not loi_presented"),
        (13, "quick and loi_issued and loi_presented and not exempted"),
        (14, "program == 'TFWP' and lmia == 'negative'"),
        (0, "nb"),
        (1, "visa_exempt and program == 'IMP'"),
        (2, "visa_exempt and program == 'TFWP' and lmia in ['positive','neutral']"),
        (3, "letter_ok"),
    ];
    let pos = serde_json::json!({"x":0,"y":0});
    let exprs: Vec<_> = derive.iter().map(|(k, v)| serde_json::json!({"id":k,"key":k,"value":v})).collect();
    let mut inputs = vec![serde_json::json!({"id":"c","name":"condition","type":"expression"})];
    if copies > 1 { inputs.insert(0, serde_json::json!({"id":"act","name":"action","type":"expression","field":"action"})); }
    let mut rows = vec![];
    for k in 0..copies {
        for (i, c) in rules {
            let mut r = serde_json::json!({"_id":format!("{}__{k}", facts::NAMES[i]),"c":c,"allow":if i < 4 {"true"} else {"false"},"why":format!("'{}'", facts::NAMES[i])});
            if copies > 1 { r["act"] = format!("'apply_{k}'").into(); }
            rows.push(r);
        }
    }
    let mut last = serde_json::json!({"_id":"default","c":"","allow":"false","why":"'none'"});
    if copies > 1 { last["act"] = "".into(); }
    rows.push(last);
    serde_json::json!({
        "nodes":[
            {"id":"in","type":"inputNode","name":"in","position":pos},
            {"id":"derive","type":"expressionNode","name":"derive","position":pos,"content":{"expressions":exprs,"passThrough":true}},
            {"id":"table","type":"decisionTableNode","name":"rules","position":pos,"content":{"hitPolicy":"first","inputs":inputs,
                "outputs":[{"id":"allow","name":"allow","field":"allow","type":"expression"},{"id":"why","name":"why","field":"why","type":"expression"}],"rules":rows}},
            {"id":"out","type":"outputNode","name":"out","position":pos}],
        "edges":[
            {"id":"e1","sourceId":"in","targetId":"derive","type":"edge"},
            {"id":"e2","sourceId":"derive","targetId":"table","type":"edge"},
            {"id":"e3","sourceId":"table","targetId":"out","type":"edge"}]
    }).to_string()
}
#[cfg(feature = "zen")]
pub struct Zen { pub d: Decision }
#[cfg(feature = "zen")]
impl Engine for Zen {
    type Parsed = Variable;
    const NAME: &'static str = "zen-engine (expression node + first-hit table)";
    fn load(copies: usize) -> Self {
        let c: DecisionContent = serde_json::from_str(&zen_json(copies)).unwrap();
        let mut d = DecisionEngine::default().create_decision(Arc::new(c)).unwrap();
        d.compile();
        Zen { d }
    }
    fn parse(&self, json: &str, action: &str) -> Variable {
        if action.is_empty() { serde_json::from_str(json).unwrap() } else { serde_json::from_str(&with_action(json, action)).unwrap() }
    }
    fn decide(&mut self, f: &Variable) -> bool {
        let r = futures::executor::block_on(self.d.evaluate(f.clone())).unwrap();
        r.result.dot("allow").and_then(|v| v.as_bool()).unwrap_or(false)
    }
    fn explain(&mut self, f: &Variable) -> String {
        let r = futures::executor::block_on(self.d.evaluate_with_opts(f.clone(), EvaluationOptions { trace: true, max_depth: 10 })).unwrap();
        serde_json::to_string(&r.trace).unwrap()
    }
}
