//! `--coverage`: what the runs of one command reached, and whether that is enough.

use std::path::PathBuf;

use clap::Args;
use enact::coverage::{Coverage, Kind, html, text};
use enact::eval::Evaluation;
use enact::run::Ready;

use crate::cli::exit::Failure;
use crate::cli::files::write_whole;
use crate::cli::root::Selection;
use crate::cli::terminal::Terminal;

/// Options of coverage. Each of them asks for it.
#[derive(Debug, Args)]
pub struct CoverArgs {
    /// Show what the tests reach: rules, exceptions, conditions, versions, and what is lacking.
    #[arg(long)]
    coverage: bool,
    /// The least percentage of each kind; less ends with 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(..=100))]
    min: Option<u8>,
    /// Write the texts with marks on every line to a page.
    #[arg(long, value_name = "FILE")]
    coverage_html: Option<PathBuf>,
}

/// What is collected while tests run: nothing unless it is asked for.
pub struct Cover(Option<Coverage>);

impl CoverArgs {
    /// Begins to collect.
    pub fn begin(&self, ready: &Ready) -> Cover {
        let wanted = self.coverage || self.min.is_some() || self.coverage_html.is_some();
        if wanted { Cover::new(ready) } else { Cover(None) }
    }

    /// Writes the page, and says of which kinds less than enough was reached; whether it was enough.
    pub fn finish(&self, coverage: &Coverage, ready: &Ready, terminal: &Terminal) -> Result<bool, Failure> {
        if let Some(path) = &self.coverage_html {
            write_whole(path, &html::render(coverage, &ready.loaded.sources))?;
            terminal.say(&format!("wrote {}", path.display()));
        }
        let Some(least) = self.min else { return Ok(true) };
        let mut enough = true;
        for kind in Kind::ALL {
            let count = coverage.count(kind);
            if !count.at_least(least) {
                terminal.say(&format!("coverage of {}: {}, less than {least} %", kind.plural(), text::share(count)));
                enough = false;
            }
        }
        Ok(enough)
    }
}

impl Cover {
    /// Collects nothing.
    #[cfg(feature = "lsp")]
    pub fn none() -> Cover {
        Cover(None)
    }

    /// Begins to collect.
    pub fn new(ready: &Ready) -> Cover {
        Cover(Some(Coverage::new(&ready.program)))
    }

    /// Takes note of a run.
    pub fn see(&mut self, evaluation: &Evaluation) {
        if let Some(coverage) = &mut self.0 {
            coverage.add(&evaluation.verdicts);
        }
    }

    /// Returns what was reached of the files selected; of all files where only tests are selected.
    pub fn of(self, ready: &Ready, selection: &Selection) -> Option<Coverage> {
        let all = self.0?;
        let sources = &ready.loaded.sources;
        let selected = all.of_files(|source| selection.holds_shown(sources.get(source).name()));
        Some(if selected.items().is_empty() { all } else { selected })
    }
}
