//! `enact help-error`: the page of an error code.

use clap::Args;
use enact::diagnostic::{CODES, Code, did_you_mean, find_code};

use super::exit::{Exit, Failure, Outcome};
use super::terminal::Terminal;

mod pages;

/// Arguments of `help-error`.
#[derive(Debug, Args)]
pub struct HelpErrorArgs {
    /// A number or name: `E105`, `conflict`; without one, all codes are listed.
    code: Option<String>,
}

/// Runs the command.
pub fn run(args: &HelpErrorArgs, terminal: &Terminal) -> Outcome {
    let Some(text) = &args.code else {
        terminal.data(&list())?;
        return Ok(Exit::Done);
    };
    let Some(code) = find_code(text) else {
        let names = CODES.iter().flat_map(|(code, _)| [code.number, code.name]);
        let upper = text.to_uppercase();
        let near = did_you_mean(text, names.clone()).or_else(|| did_you_mean(&upper, names));
        let help = near.map_or("`enact help-error` lists all codes".into(), |near| format!("did you mean `{near}`?"));
        return Err(Failure::usage(format!("there is no code `{text}`"), Some(help)));
    };
    terminal.data(page(code))?;
    Ok(Exit::Done)
}

/// Returns the page of a code, in Markdown.
pub fn page(code: Code) -> &'static str {
    pages::PAGES.iter().find(|(number, _)| *number == code.number).map_or("", |(_, page)| page)
}

fn list() -> String {
    let width = CODES.iter().map(|(code, _)| code.to_string().len()).max().unwrap_or(0);
    CODES.iter().map(|(code, line)| format!("{:width$}  {}\n", code.to_string(), line.trim())).collect()
}
