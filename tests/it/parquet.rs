//! Parquet: the same rows are the same rows, whatever they are written in.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::*;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;

use super::cli::{code, enact, err, out};

/// Each fact is told again: what was read is what is answered.
const ECHO: &str = r#"policy echo effective from 2025-01-01
enum mode { by_air written "AIR", by_sea written "none" }
record address { town "town": text, land: country }
record job { pay: money CAD, done: yes/no }
fact fit: yes/no
fact age: integer within 0..120
fact share: decimal
fact pay: money CAD
fact born: date
fact opens: time
fact sent: instant
fact stay: days
fact booked: period
fact city: text
fact home: country
fact travel: mode
fact visited: set of country
fact lives: address
fact jobs: list of job
decision is_fit: yes/no = fit
decision has_age: integer = age
decision has_share: decimal = share
decision has_pay: money CAD = pay
decision was_born: date = born
decision does_open: time = opens
decision was_sent: instant = sent
decision has_stay: days = stay
decision has_booked: period = booked
decision has_city: text = city
decision has_home: country = home
decision has_travel: mode = travel
decision has_visited: set of country = visited
decision lives_in: text = lives.town
decision earned: money CAD = sum(j.pay for j in jobs: j.done)
"#;

const CSV: &str = r#"id,fit,age,share,pay,born,opens,sent,stay,booked,city,home,travel,visited,lives,jobs
a,yes,30,0.1250,12.50,1990-02-28,09:30,2024-12-24T23:59:00Z,14,2024-01-01 until 2025-01-01,Québec,FR,AIR,US;PM,"{""town"": ""Laval"", ""land"": ""CA""}","[{""pay"": 10.05, ""done"": true}, {""pay"": 1.00, ""done"": false}]"
b,no,0,-3.0000,-0.05,0001-01-01,24:00,1969-12-31T23:59:59.5Z,0,2024-01-01 through none,"""quoted"" """,US,none,{},"{""land"": ""CA""}",[]
c,,,,,,,,,,,,,,,
d,yes,7,1.0000,1.00,9999-12-31,00:00,2000-02-29T00:00:00Z,-1,unknown,[x],unknown,unknown,DE,"{""town"": ""L\u00e9vis"", ""land"": ""CA""}","[{""pay"": 0.01, ""done"": true}]"
"#;

fn fresh(name: &str, policy: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let policies = folder.path().join("policies").join(name);
    fs::create_dir_all(&policies).expect("made");
    fs::write(policies.join("2025-01-01.enact"), policy).expect("written");
    folder
}

/// Writes columns, in row groups of some rows.
fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).expect("columns of one length");
    let groups = WriterProperties::builder().set_max_row_group_row_count(Some(5_000)).build();
    let mut writer = ArrowWriter::try_new(File::create(path).expect("made"), schema, Some(groups)).expect("a schema");
    writer.write(&batch).expect("written");
    writer.close().expect("written");
}

fn read(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("a file")).expect("Parquet");
    let mut batches: Vec<RecordBatch> =
        reader.with_batch_size(1 << 20).build().expect("a reader").map(|batch| batch.expect("good")).collect();
    assert_eq!(batches.len(), 1);
    batches.remove(0)
}

fn texts(texts: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

fn structs(fields: Vec<(&str, ArrayRef)>, valid: Option<Vec<bool>>) -> StructArray {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) =
        fields.into_iter().map(|(name, array)| (Field::new(name, array.data_type().clone(), true), array)).unzip();
    StructArray::new(fields.into(), arrays, valid.map(Into::into))
}

/// The rows of [`CSV`], each column in a type of its own.
fn all_types() -> Vec<(&'static str, ArrayRef)> {
    let day = |text: &str| {
        let day = text.parse::<chrono::NaiveDate>().expect("a day");
        i32::try_from((day - chrono::NaiveDate::default()).num_days()).expect("a day")
    };
    let decimals = |numbers: [Option<i128>; 4], digits, decimals| -> ArrayRef {
        Arc::new(Decimal128Array::from(numbers.to_vec()).with_precision_and_scale(digits, decimals).expect("a type"))
    };
    let hours = |hours: i64| hours * 3_600_000_000;
    let mut visited = ListBuilder::new(StringBuilder::new());
    for members in [Some(&["US", "PM"][..]), Some(&[]), None, Some(&["DE"])] {
        members.into_iter().flatten().for_each(|member| visited.values().append_value(member));
        visited.append(members.is_some());
    }
    let lives = structs(
        vec![
            ("town", texts(&[Some("Laval"), None, None, Some("Lévis")])),
            ("land", texts(&[Some("CA"), Some("CA"), None, Some("CA")])),
        ],
        Some(vec![true, true, false, true]),
    );
    let pay = Decimal128Array::from(vec![1005, 100, 1]).with_precision_and_scale(9, 2).expect("a type");
    let job =
        structs(vec![("pay", Arc::new(pay)), ("done", Arc::new(BooleanArray::from(vec![true, false, true])))], None);
    let job_field = Arc::new(Field::new("job", job.data_type().clone(), true));
    let lengths = [Some(vec![None, None]), Some(Vec::new()), None, Some(vec![None])];
    let shape = ListArray::from_iter_primitive::<Int8Type, _, _>(lengths);
    let jobs = ListArray::new(job_field, shape.offsets().clone(), Arc::new(job), shape.nulls().cloned());
    vec![
        ("id", texts(&[Some("a"), Some("b"), Some("c"), Some("d")])),
        ("fit", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, Some(true)]))),
        ("age", Arc::new(UInt8Array::from(vec![Some(30), Some(0), None, Some(7)]))),
        ("share", decimals([Some(1250), Some(-30000), None, Some(10000)], 9, 4)),
        ("pay", decimals([Some(1250), Some(-5), None, Some(100)], 18, 2)),
        (
            "born",
            Arc::new(Date32Array::from(vec![
                Some(day("1990-02-28")),
                Some(day("0001-01-01")),
                None,
                Some(day("9999-12-31")),
            ])),
        ),
        (
            "opens",
            Arc::new(Time64MicrosecondArray::from(vec![Some(hours(9) + hours(1) / 2), Some(hours(24)), None, Some(0)])),
        ),
        (
            "sent",
            Arc::new(
                TimestampMillisecondArray::from(vec![Some(1_735_084_740_000), Some(-500), None, Some(951_782_400_000)])
                    .with_timezone("America/Toronto"),
            ),
        ),
        ("stay", Arc::new(Int64Array::from(vec![Some(14), Some(0), None, Some(-1)]))),
        (
            "booked",
            texts(&[Some("2024-01-01 until 2025-01-01"), Some("2024-01-01 through none"), None, Some("unknown")]),
        ),
        ("city", Arc::new(LargeStringArray::from(vec![Some("Québec"), Some("\"quoted\" \""), None, Some("[x]")]))),
        (
            "home",
            Arc::new(
                vec![Some("FR"), Some("US"), None, Some("unknown")].into_iter().collect::<DictionaryArray<Int32Type>>(),
            ),
        ),
        ("travel", Arc::new(StringViewArray::from(vec![Some("AIR"), Some("none"), None, Some("unknown")]))),
        ("visited", Arc::new(visited.finish())),
        ("lives", Arc::new(lives)),
        ("jobs", Arc::new(jobs)),
    ]
}

#[test]
fn parquet_rows_are_answered_as_the_same_rows_of_csv() {
    let folder = fresh("echo", ECHO);
    let at = folder.path();
    fs::write(at.join("rows.csv"), CSV).expect("written");
    write(&at.join("rows.parquet"), all_types());
    for layout in ["csv", "jsonl"] {
        let run = |rows: &str| {
            let arguments = ["batch", "echo", rows, "--on", "2025-02-01", "--keep", "city", "--out-format", layout];
            let output = enact(at, &arguments);
            assert_eq!(code(&output), 0, "{}", err(&output));
            out(&output)
        };
        let (csv, parquet) = (run("rows.csv"), run("rows.parquet"));
        assert_eq!(csv, parquet);
        assert!(csv.contains("Lévis") && csv.contains("10.05") && csv.contains("PM"), "{csv}");
    }
}

#[test]
fn answers_are_typed_columns_and_what_is_kept_stays_as_it_was() {
    let folder = fresh("echo", ECHO);
    let at = folder.path();
    let mut columns = all_types();
    columns.push(("weight", Arc::new(Float64Array::from(vec![Some(0.1), None, Some(2.5), Some(-1.0)]))));
    write(&at.join("rows.parquet"), columns);
    let arguments = [
        "batch",
        "echo",
        "rows.parquet",
        "--on",
        "2025-02-01",
        "-o",
        "out.parquet",
        "--keep",
        "weight",
        "--keep",
        "pay",
    ];
    let output = enact(at, &arguments);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let answers = read(&at.join("out.parquet"));
    let column = |name: &str| answers.column_by_name(name).unwrap_or_else(|| panic!("no `{name}`"));
    assert_eq!(column("id").as_string::<i32>().iter().flatten().collect::<String>(), "abcd");
    assert_eq!(column("weight").as_primitive::<Float64Type>().value(0), 0.1);
    assert_eq!(*column("pay").data_type(), DataType::Decimal128(18, 2));
    assert_eq!(column("is_fit").as_boolean().iter().collect::<Vec<_>>(), [Some(true), Some(false), None, Some(true)]);
    assert_eq!(column("has_age").as_primitive::<Int64Type>().value(0), 30);
    let pay: Vec<String> =
        (0..4).map(|row| column("has_pay").as_primitive::<Decimal128Type>().value_as_string(row)).collect();
    assert_eq!((pay[0].as_str(), pay[1].as_str(), column("has_pay").is_null(2)), ("12.50", "-0.05", true));
    assert_eq!(column("has_share").as_string::<i32>().value(0), "0.125");
    let born = column("was_born").as_primitive::<Date32Type>();
    assert_eq!(born.value_as_date(3), chrono::NaiveDate::from_ymd_opt(9999, 12, 31));
    assert_eq!(column("does_open").as_string::<i32>().value(1), "24:00");
    assert_eq!(column("was_sent").as_primitive::<TimestampMicrosecondType>().value(1), -500_000);
    let list = |name: &str, row: usize| -> Option<Vec<String>> {
        let lists = column(name).as_list::<i32>();
        let texts = || lists.value(row).as_string::<i32>().iter().flatten().map(str::to_owned).collect();
        lists.is_valid(row).then(texts)
    };
    assert_eq!(list("has_visited", 0), Some(vec!["PM".to_owned(), "US".to_owned()]));
    assert_eq!((list("has_visited", 1), list("has_visited", 2)), (Some(Vec::new()), None));
    assert_eq!(
        (list("is_fit.missing", 0), list("is_fit.missing", 2)),
        (Some(Vec::new()), Some(vec!["fit".to_owned()]))
    );
    assert_eq!(column("is_fit.status").as_string::<i32>().value(2), "undetermined");
    assert_eq!(column("is_fit.version").as_string::<i32>().value(0), "2025-01-01");
}

const AGES: &str = "policy p effective from 2025-01-01\nfact age: integer within 0..120\n\
    decision old: yes/no otherwise no\nrule r old is yes when age >= 18\n";

fn ages(count: i64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values((0..count).map(|row| row % 121)))
}

#[test]
fn what_is_written_is_read_again() {
    let folder = fresh("p", AGES);
    let at = folder.path();
    let rows: String = (0..121).map(|age| format!("{age},n{age}\n")).collect();
    fs::write(at.join("rows.csv"), format!("age,name\n{rows}")).expect("written");
    let run = |arguments: &[&str]| {
        let output = enact(
            at,
            &[&["batch", "p"], arguments, &["--on", "2025-02-01", "--keep", "age", "--keep", "name"]].concat(),
        );
        assert_eq!(code(&output), 0, "{}", err(&output));
        out(&output)
    };
    run(&["rows.csv", "-o", "first.parquet"]);
    let first = read(&at.join("first.parquet"));
    let name = first.column_by_name("name").expect("kept").as_string::<i32>().value(7).to_owned();
    assert_eq!((name.as_str(), first.column(0).as_primitive::<Int64Type>().value(7)), ("n7", 8));
    let ignored = ["old", "old.status", "old.rules", "old.either", "old.missing", "old.version"];
    let ignored: Vec<&str> = ignored.iter().flat_map(|name| ["--ignore", name]).collect();
    let again = run(&[&["first.parquet"], &ignored[..]].concat());
    assert_eq!(again, run(&["rows.csv"]));
    // A file is the same file however often it is written, and whoever works on it.
    run(&["rows.csv", "-o", "second.parquet", "--jobs", "3"]);
    let bytes = |name: &str| fs::read(at.join(name)).expect("read");
    assert!(bytes("first.parquet") == bytes("second.parquet"));
}

#[test]
fn rows_of_many_groups_come_in_order() {
    let folder = fresh("p", AGES);
    let at = folder.path();
    write(&at.join("rows.parquet"), vec![("age", ages(30_000))]);
    let arguments = ["batch", "p", "rows.parquet", "--on", "2025-02-01", "--jobs", "3", "--errors", "bad.jsonl"];
    let output = enact(at, &arguments);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let ids = out(&output);
    let ids = ids.lines().skip(1).map(|line| line.split(',').next().expect("an id").parse::<i64>().expect("a number"));
    assert!(ids.eq(1..=30_000));
}

#[test]
fn rows_are_refused_by_their_number_and_stop_nothing() {
    let policy = AGES.replace("decision", "fact opens: time\ndecision");
    let folder = fresh("p", &policy);
    let at = folder.path();
    let opens = Time32SecondArray::from(vec![Some(60), Some(61), None, Some(0)]);
    let age = Int64Array::from(vec![Some(18), Some(3), Some(121), None]);
    write(&at.join("rows.parquet"), vec![("age", Arc::new(age)), ("opens", Arc::new(opens))]);
    let arguments = ["batch", "p", "rows.parquet", "--on", "2025-02-01", "-o", "out.parquet", "--errors", "bad.jsonl"];
    let output = enact(at, &arguments);
    assert_eq!(code(&output), 1, "{}", err(&output));
    assert_eq!(read(&at.join("out.parquet")).column(0).as_primitive::<Int64Type>().values().to_vec(), [1, 4]);
    let bad = fs::read_to_string(at.join("bad.jsonl")).expect("read");
    let bad: Vec<serde_json::Value> = bad.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&bad[0]["row"], &bad[0]["problems"][0]["pointer"]), (&2.into(), &"/opens".into()));
    assert_eq!((&bad[1]["row"], &bad[1]["problems"][0]["pointer"]), (&3.into(), &"/age".into()));
}

#[test]
fn columns_that_are_not_exact_are_refused_with_the_next_step() {
    let folder = fresh("echo", ECHO);
    let at = folder.path();
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![1.5]));
    let local: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0]));
    let bytes: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"x"]));
    write(&at.join("rows.parquet"), vec![("share", floats.clone()), ("sent", local), ("city", bytes)]);
    let output = enact(at, &["batch", "echo", "rows.parquet", "-o", "out.parquet"]);
    assert_eq!(code(&output), 2);
    for part in
        ["`/share`", "CAST(share AS DECIMAL", "`/sent`", "CAST(sent AS DATE)", "`/city`", "CAST(city AS VARCHAR)"]
    {
        assert!(err(&output).replace("\n  │ ", " ").contains(part), "{part} {}", err(&output));
    }
    assert!(!at.join("out.parquet").exists());
    // No fact, no matter.
    write(&at.join("rows.parquet"), vec![("weight", floats)]);
    let told = |option: &str| enact(at, &["batch", "echo", "rows.parquet", "--decision", "is_fit", option, "weight"]);
    assert!(out(&told("--keep")).contains("\n1,1.5,,undetermined"), "{}", err(&told("--keep")));
    assert_eq!(code(&told("--ignore")), 0);
    let unknown = enact(at, &["batch", "echo", "rows.parquet"]);
    assert!(code(&unknown) == 2 && err(&unknown).contains("under `ignore` to pass it over"), "{}", err(&unknown));
}

#[test]
fn what_is_no_parquet_is_said_and_nothing_panics() {
    let folder = fresh("p", AGES);
    let at = folder.path();
    for arguments in [
        &["batch", "p", "-", "--in-format", "parquet"][..],
        &["batch", "p", "rows.parquet", "--out-format", "parquet"],
        &["diff", "p", "p", "--population", "none.parquet"],
    ] {
        write(&at.join("rows.parquet"), vec![("age", ages(1))]);
        assert_eq!(code(&enact(at, arguments)), 2, "{arguments:?}");
    }
    write(&at.join("rows.parquet"), vec![("age", ages(9_000))]);
    let whole = fs::read(at.join("rows.parquet")).expect("read");
    let run = |bytes: &[u8]| {
        fs::write(at.join("bad.parquet"), bytes).expect("written");
        code(&enact(at, &["batch", "p", "bad.parquet", "--summary"]))
    };
    assert_eq!((run(b""), run(b"PAR1"), run(&whole[..whole.len() / 2]), run(&whole)), (2, 2, 2, 0));
    for place in (0..whole.len()).step_by(whole.len() / 20) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x55;
        assert!(run(&bytes) <= 2, "byte {place}");
    }
}

#[test]
fn a_population_is_counted_as_that_of_csv() {
    let folder = fresh("p", AGES);
    let at = folder.path();
    fs::write(at.join("edited.enact"), AGES.replace(">= 18", ">= 21")).expect("written");
    let rows: String = (0..500).map(|row| format!("{}\n", row % 121)).collect();
    fs::write(at.join("rows.csv"), format!("age\n{rows}200\n")).expect("written");
    let column = ages(500).as_primitive::<Int64Type>().values().iter().copied().chain([200]).collect::<Vec<_>>();
    write(&at.join("rows.parquet"), vec![("age", Arc::new(Int64Array::from(column)))]);
    let count = |rows: &str| {
        let arguments =
            ["diff", "policies/p/2025-01-01.enact", "edited.enact", "--population", rows, "--format", "json"];
        let output = enact(at, &arguments);
        assert_eq!(code(&output), 0, "{}", err(&output));
        serde_json::from_str::<serde_json::Value>(&out(&output)).expect("JSON")["population"].take()
    };
    let (csv, mut parquet) = (count("rows.csv"), count("rows.parquet"));
    assert!(parquet["refused"].to_string().contains("first in row 501"), "{parquet:#}");
    parquet["refused"] = csv["refused"].clone();
    assert_eq!(csv, parquet);
}
