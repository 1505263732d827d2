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

    /// Writes a page that shows another as narrow as a telephone, which a window cannot be, and sees to it that it fits.
    fn narrow(&self, folder: &Path, page: &str) -> PathBuf {
        let narrow = folder.join("narrow.html");
        let frame = format!(
            "<body style=\"margin:0;background:gray\"><iframe src=\"{page}\" style=\"width:360px;height:2400px;border:0\" \
             onload=\"this.title='wide '+this.contentDocument.documentElement.scrollWidth\"></iframe></body>"
        );
        fs::write(&narrow, frame).expect("written");
        let dom = self.open(&narrow, &["--allow-file-access-from-files".into(), "--dump-dom".into()]);
        let dom = String::from_utf8_lossy(&dom.stdout);
        assert!(dom.contains("title=\"wide 360\""), "{dom}");
        narrow
    }

    /// Takes a picture of a page into the target folder.
    fn picture(&self, name: &str, page: &Path, size: &str, dark: bool) {
        let pictures = root().join("target/screenshots");
        fs::create_dir_all(&pictures).expect("made");
        let picture = pictures.join(format!("{name}.png"));
        let mut arguments = vec![format!("--screenshot={}", picture.display()), format!("--window-size={size}")];
        if dark {
            arguments.push("--blink-settings=preferredColorScheme=0".into());
        }
        self.open(page, &arguments);
        assert!(fs::metadata(&picture).is_ok_and(|picture| picture.len() > 5000), "{name}");
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
    let page = pages.join("policy/flagpoling.html");
    let dom = browser.open(&page, &["--dump-dom".into()]);
    let dom = String::from_utf8_lossy(&dom.stdout);
    for words in ["<main id=\"content\">", "No permit service for flagpolers", "The law", "Versions", "</svg>"] {
        assert!(dom.contains(words), "{words}");
    }
    let text = pages.join("text/flagpoling.2024-12-24.html");
    let dom = browser.open(&text, &["--dump-dom".into()]);
    let dom = String::from_utf8_lossy(&dom.stdout);
    for words in ["class=\"t-keyword\">policy</span>", "<li id=\"L1\"", "href=\"../policy/flagpoling.html#"] {
        assert!(dom.contains(words), "{words}");
    }
    let narrow = browser.narrow(folder.path(), "pages/text/flagpoling.2024-12-24.html");
    browser.picture("doc-text-dark-narrow", &narrow, "500,1400", true);
    let narrow = browser.narrow(folder.path(), "pages/policy/flagpoling.html");
    for (name, page, wide, dark) in [
        ("doc-index", pages.join("index.html"), "1200,1100", false),
        ("doc-policy", page.clone(), "1200,2400", false),
        ("doc-policy-dark-narrow", narrow, "500,2400", true),
        ("doc-text", text.clone(), "1200,1300", false),
        ("doc-text-dark", text, "1200,1300", true),
        ("doc-texts", pages.join("texts.html"), "1200,900", false),
    ] {
        browser.picture(name, &page, wide, dark);
    }
}

#[test]
fn a_browser_shows_who_is_affected() {
    let Some(browser) = Browser::find() else {
        println!("skipped: there is no chromium here");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("diff.html");
    let output = enact(&["diff", "flagpoling@2024-05-30", "flagpoling@2024-12-24", "--format", "html"]);
    assert_eq!(output.status.code(), Some(0));
    fs::write(&page, &output.stdout).expect("written");
    let dom = browser.open(&page, &["--dump-dom".into()]);
    let dom = String::from_utf8_lossy(&dom.stdout);
    for words in ["Who is affected", "<li class=\"unusual\">", "No permit service for flagpolers", "rule ban"] {
        assert!(dom.contains(words), "{words}");
    }
    let narrow = browser.narrow(folder.path(), "diff.html");
    browser.picture("diff", &page, "1280,1600", false);
    browser.picture("diff-dark-narrow", &narrow, "500,2400", true);
}
