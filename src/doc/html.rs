//! Writing HTML: tags and attributes are ours, every text is escaped.

use super::texts::TEXTS;
use crate::trace::html::escape;

/// Nothing is loaded or run, whatever a text says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A page or a part of one.
///
/// **Invariant:** names of tags and attributes are literals of this crate; whatever else is written is escaped.
#[derive(Debug, Clone, Default)]
pub struct Html(String);

impl Html {
    /// Opens an element.
    pub fn open(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        self.0.push('<');
        self.0 += tag;
        for (name, value) in attributes {
            self.0 += &format!(" {name}=\"{}\"", escape(value));
        }
        self.0.push('>');
        self
    }

    /// Closes an element.
    pub fn close(&mut self, tag: &'static str) -> &mut Self {
        self.0 += &format!("</{tag}>");
        if matches!(
            tag,
            "p" | "li"
                | "ul"
                | "ol"
                | "tr"
                | "table"
                | "section"
                | "article"
                | "div"
                | "details"
                | "pre"
                | "dl"
                | "nav"
        ) {
            self.0.push('\n');
        }
        self
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.0 += &escape(text);
        self
    }

    /// Writes an element that holds a text.
    pub fn element(&mut self, tag: &'static str, attributes: &[(&'static str, &str)], text: &str) -> &mut Self {
        self.open(tag, attributes).text(text).close(tag)
    }

    /// Ends a line of code.
    pub fn line_end(&mut self) -> &mut Self {
        self.0.push('\n');
        self
    }

    /// Writes a link; where there is nothing to link to, the text alone.
    pub fn link(&mut self, href: Option<&str>, text: &str) -> &mut Self {
        match href {
            Some(href) => self.element("a", &[("href", href)], text),
            None => self.text(text),
        }
    }

    /// Appends another part.
    pub fn add(&mut self, part: &Html) -> &mut Self {
        self.0 += &part.0;
        self
    }

    /// Opens `details` with a summary.
    pub fn details(&mut self, summary: &str) -> &mut Self {
        self.open("details", &[]).element("summary", &[], summary)
    }

    /// Opens a table in a box that scrolls sideways, with the names of its columns.
    pub fn open_table(&mut self, name: &str, columns: &[&str]) -> &mut Self {
        // A box that scrolls must be reachable by keyboard, and then needs a name.
        self.open("div", &[("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", name)]);
        self.open("table", &[]).open("thead", &[]).open("tr", &[]);
        for column in columns {
            self.element("th", &[("scope", "col")], column);
        }
        self.close("tr").close("thead").open("tbody", &[])
    }

    /// Closes a table.
    pub fn close_table(&mut self) -> &mut Self {
        self.close("tbody").close("table").close("div")
    }

    /// Whether nothing is written yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Returns a whole page. `up` leads from it to the folder of all pages: empty or `../`.
pub fn page(title: &str, up: &str, body: &Html) -> Vec<u8> {
    let mut page = Html(String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"));
    page.0 += &format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n");
    page.0 += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n";
    page.element("title", &[], title);
    page.0 += &format!("\n<style>\n{}</style>\n</head>\n<body>\n", include_str!("style.css"));
    page.element("a", &[("class", "skip"), ("href", "#content")], "Skip to the content");
    page.open("nav", &[("class", "top"), ("aria-label", "Pages")]);
    page.element("a", &[("href", &format!("{up}index.html"))], "Policies");
    page.element("a", &[("href", &format!("{up}facts.html"))], "Facts");
    page.element("a", &[("href", &format!("{up}{TEXTS}"))], "Texts");
    page.close("nav").open("main", &[("id", "content")]).add(body).close("main");
    page.0 += "\n</body>\n</html>\n";
    page.0.into_bytes()
}

/// Returns an address if it may become a link: only plain web addresses do.
pub fn web_address(url: &str) -> Option<&str> {
    (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
}
