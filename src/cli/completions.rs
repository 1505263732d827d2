//! `enact completions`, `enact man`: support for shells and for `man`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::exit::{Exit, Failure, Outcome};
use super::terminal::Terminal;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints a completion script.
pub fn run(args: &CompletionsArgs, terminal: &Terminal) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "enact", &mut script);
    terminal.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Prints one manual page: the program, then each command.
pub fn man(terminal: &Terminal) -> Outcome {
    let mut page = Vec::new();
    let command = Cli::command().disable_help_subcommand(true);
    let fail = |error| Failure::file("write", "the manual page".as_ref(), &error);
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(fail)?;
    for sub in command.get_subcommands() {
        let man = clap_mangen::Man::new(sub.clone());
        page.extend_from_slice(format!(".SH \"enact {}\"\n", sub.get_name()).as_bytes());
        man.render_description_section(&mut page).map_err(fail)?;
        man.render_options_section(&mut page).map_err(fail)?;
    }
    // A command's sections stand below its own heading.
    let mut text = String::new();
    let mut below = false;
    for line in String::from_utf8_lossy(&page).lines() {
        below |= line.starts_with(".SH \"enact ");
        match line.strip_prefix(".SH ") {
            Some("DESCRIPTION") if below => continue,
            Some(heading) if below && !heading.starts_with("\"enact ") => text += &format!(".SS {heading}\n"),
            _ => text += &format!("{line}\n"),
        }
    }
    terminal.data(&text)?;
    Ok(Exit::Done)
}
