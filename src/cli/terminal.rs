//! Where output goes: data to standard output, narration and errors to standard error, colours only where they are wanted.

use std::io::{self, Write};

use enact::diagnostic::Diagnostic;
use enact::diagnostic::render::{self, Style};
use enact::source::Sources;

use anstyle::AnsiColor;
use enact::trace::style::{self, Styled};

use super::exit::{Exit, Failure};
use super::{ColorChoice, ErrorFormat, Global};

/// The width of output that goes to no terminal.
const WIDTH: usize = 100;

/// How to write to the user.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// How standard output looks.
    pub out: Style,
    /// How standard error looks.
    pub err: Style,
    error_format: ErrorFormat,
    /// Whether `--quiet` was given.
    pub quiet: bool,
    /// Whether `--verbose` was given.
    pub verbose: bool,
}

impl Terminal {
    /// Looks at the options, the environment and the two streams.
    pub(super) fn new(global: &Global) -> Self {
        let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| (width.0 as usize).clamp(60, WIDTH));
        let color = |auto: anstream::ColorChoice| match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => auto != anstream::ColorChoice::Never,
        };
        Terminal {
            out: Style { color: color(anstream::AutoStream::choice(&io::stdout())), width },
            err: Style { color: color(anstream::AutoStream::choice(&io::stderr())), width },
            error_format: global.error_format,
            quiet: global.quiet,
            verbose: global.verbose > 0,
        }
    }

    /// Writes data.
    pub fn data(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::ClosedPipe),
            Err(error) => Err(Failure::file("write to", "standard output".as_ref(), &error)),
            Ok(()) => Ok(()),
        }
    }

    /// Says what was done, unless `--quiet`.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            self.error_text(&format!("{}\n", render::escape(line)));
        }
    }

    /// Colours what a rendering marks, if standard output takes colours.
    pub fn paint(&self, styled: &Styled) -> String {
        painted(styled, self.out.color)
    }

    /// Shows a part of a conversation, on standard error, even with `--quiet`.
    pub fn show(&self, styled: &Styled) {
        self.error_text(&painted(styled, self.err.color));
    }

    /// Shows what an answer is written behind.
    pub fn prompt(&self, text: &str) {
        self.error_text(text);
    }

    /// Shows findings on standard error, as `--error-format` says.
    pub fn findings(&self, diagnostics: &[Diagnostic], sources: &Sources) {
        let text = match self.error_format {
            ErrorFormat::Human => render::render_human(diagnostics, sources, self.err),
            ErrorFormat::Plain => render::render_plain(diagnostics, sources),
            ErrorFormat::Json => render::render_json(diagnostics, sources, None),
        };
        self.error_text(&text);
    }

    /// Ends a command that could not do its work.
    pub fn fail(&self, failure: Failure) -> Exit {
        match failure {
            Failure::Errors(diagnostics, sources) => {
                self.findings(&diagnostics, &sources);
                Exit::Usage
            }
            Failure::ClosedPipe => Exit::Done,
        }
    }

    /// Writes to standard error. When even that fails there is nobody left to tell.
    fn error_text(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn painted(styled: &Styled, color: bool) -> String {
    if !color {
        return styled.to_string();
    }
    styled.paint(|style, text| {
        let style = look(style);
        format!("{style}{text}{style:#}")
    })
}

/// The look of a style: the sixteen colours of every terminal, none that only one background shows.
fn look(style: style::Style) -> anstyle::Style {
    let plain = anstyle::Style::new();
    let color = |color: AnsiColor| plain.fg_color(Some(color.into()));
    match style {
        style::Style::Plain => plain,
        style::Style::Strong => plain.bold(),
        style::Style::Yes => color(AnsiColor::Green),
        style::Style::No => color(AnsiColor::Red),
        style::Style::Unknown => color(AnsiColor::Yellow),
        style::Style::Fault => color(AnsiColor::Magenta).bold(),
        style::Style::Tag => color(AnsiColor::Cyan),
        style::Style::Place | style::Style::Dim => plain.dimmed(),
    }
}
