//! Pages of policies: written by the program, opened by a browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::literate::root;

fn enact(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_enact"));
    command.args(arguments).current_dir(root()).env_remove("ENACT_POLICIES").env_remove("ENACT_ERROR_FORMAT");
    command.output().expect("the program runs")
}

fn write(to: &Path) -> Output {
    enact(&["doc", "-o", &to.to_string_lossy()])
}

#[test]
fn pages_are_written_again_but_never_over_other_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("pages");
    assert_eq!(write(&pages).status.code(), Some(0));
    let index = fs::read(pages.join("index.html")).expect("an index");
    assert_eq!(write(&pages).status.code(), Some(0));
    assert_eq!(fs::read(pages.join("index.html")).expect("an index"), index);
    fs::write(pages.join("mine.txt"), "mine").expect("written");
    let refused = write(&pages);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("mine.txt"));
    assert_eq!(write(folder.path()).status.code(), Some(2));
}

#[test]
fn a_graph_is_printed_for_both_programs() {
    let print = |format| String::from_utf8(enact(&["graph", "flagpoling", "--format", format]).stdout).expect("UTF-8");
    assert!(print("mermaid").starts_with("flowchart LR\n") && print("mermaid").contains(" --> "));
    assert!(print("dot").starts_with("digraph policy {\n") && print("dot").contains(" -> "));
}

/// A browser, with a profile of its own.
struct Browser {
    program: PathBuf,
    profile: tempfile::TempDir,
}

impl Browser {
    fn find() -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        let program = std::env::split_paths(&path).map(|folder| folder.join("chromium")).find(|file| file.is_file())?;
        Some(Browser { program, profile: tempfile::tempdir().expect("a folder") })
    }

    fn open(&self, page: &Path, arguments: &[String]) -> Output {
        let mut command = Command::new(&self.program);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        command.args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ]);
        command.arg(format!("--user-data-dir={}", self.profile.path().display()));
        command.args(arguments).arg(format!("file://{}", page.display()));
        command.output().expect("the browser runs")
    }
}

#[test]
fn a_browser_shows_the_pages() {
    let Some(browser) = Browser::find() else {
        println!("skipped: there is no chromium here");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("pages");
    assert_eq!(write(&pages).status.code(), Some(0));
    let pictures = root().join("target/screenshots");
    fs::create_dir_all(&pictures).expect("made");
    let page = pages.join("policy/flagpoling.html");
    let dom = browser.open(&page, &["--dump-dom".into()]);
    let dom = String::from_utf8_lossy(&dom.stdout);
    for words in ["<main id=\"content\">", "No permit service for flagpolers", "The law", "Versions", "</svg>"] {
        assert!(dom.contains(words), "{words}");
    }
    // A window cannot be as narrow as a telephone; a frame can, and says whether the page fits into it.
    let narrow = folder.path().join("narrow.html");
    let frame = "<body style=\"margin:0;background:gray\"><iframe src=\"pages/policy/flagpoling.html\" \
                 style=\"width:360px;height:2400px;border:0\" onload=\"this.title='wide '+\
                 this.contentDocument.documentElement.scrollWidth\"></iframe></body>";
    fs::write(&narrow, frame).expect("written");
    let dom = browser.open(&narrow, &["--allow-file-access-from-files".into(), "--dump-dom".into()]);
    assert!(
        String::from_utf8_lossy(&dom.stdout).contains("title=\"wide 360\""),
        "{}",
        String::from_utf8_lossy(&dom.stdout)
    );
    for (name, page, wide, dark) in [
        ("index", pages.join("index.html"), "1200,1100", false),
        ("policy", page.clone(), "1200,2400", false),
        ("policy-dark-narrow", narrow, "500,2400", true),
    ] {
        let picture = pictures.join(format!("doc-{name}.png"));
        let mut arguments = vec![format!("--screenshot={}", picture.display()), format!("--window-size={wide}")];
        if dark {
            arguments.push("--blink-settings=preferredColorScheme=0".into());
        }
        browser.open(&page, &arguments);
        assert!(fs::metadata(&picture).is_ok_and(|picture| picture.len() > 5000), "{name}");
    }
}
