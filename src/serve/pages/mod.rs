//! Pages, and the parts of pages: all from inside the program, nothing from elsewhere.

use enact::diagnostic::find_code;
use enact::trace::html::escape as escape_html;

use super::App;
use super::answer::{Answer, HTML, MARKDOWN, PICTURE, SCRIPT, STYLE};
use super::members::Member;
use super::problem::Problem;
use super::routes::{ROUTES, Route, Takes};
use crate::cli::help_error;

/// The playground, as `npm run build` in `web` writes it.
const PLAYGROUND: &[u8] = include_bytes!("../../../web/dist/index.html");

/// What lies under `/assets`: its name, its media type, its bytes, and whether pages call it by what it holds, so that a browser may
/// keep it for ever.
const ASSETS: &[(&str, &str, &[u8], bool)] = &[
    ("app.js", SCRIPT, include_bytes!("../../../web/dist/app.js"), true),
    ("app.css", STYLE, include_bytes!("../../../web/dist/app.css"), true),
    ("icon.svg", PICTURE, include_bytes!("../../../web/dist/icon.svg"), true),
    ("docs.css", STYLE, include_bytes!("docs.css"), false),
];

/// Shows the playground.
pub fn playground() -> Answer {
    Answer::new(HTML, PLAYGROUND)
}

/// Gives a part of a page.
pub fn asset(name: &str) -> Result<Answer, Problem> {
    let found = ASSETS.iter().find(|(known, ..)| *known == name);
    let &(_, kind, bytes, lasting) = found.ok_or_else(|| Problem::not_found("there is no such part"))?;
    let answer = Answer::new(kind, bytes);
    Ok(if lasting { answer.lasting() } else { answer })
}

/// Gives the page of an error code.
pub fn error_page(_: &App, code: &str) -> Result<Answer, Problem> {
    let code = find_code(code).ok_or_else(|| Problem::not_found("there is no such code"))?;
    Ok(Answer::new(MARKDOWN, help_error::page(code)))
}

/// Returns `/docs`: every route, what it takes, what it gives.
pub fn docs() -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>enact: HTTP API</title>\n<link rel=\"stylesheet\" href=\"/assets/docs.css\">\n</head>\n<body>\n<main>\n\
         <h1>enact: HTTP API</h1>\n<p>The same as <a href=\"/openapi.json\">OpenAPI</a>. Whatever is wrong comes as \
         <code>application/problem+json</code>.</p>\n",
    );
    ROUTES.iter().for_each(|route| page += &section(route));
    page + "</main>\n</body>\n</html>\n"
}

fn section(route: &Route) -> String {
    let open = if route.open { "" } else { " <small>needs the token, if the server has one</small>" };
    let head = format!(
        "<section>\n<h2><b>{}</b> <code>{}</code></h2>\n<p>{}.{open}</p>\n",
        route.method(),
        escape_html(route.path),
        escape_html(route.about)
    );
    let takes = match route.takes {
        Takes::Object(members, _) | Takes::Quick(members, ..) => table("Members of the body, a JSON object", members),
        Takes::Lines(members) => table("Of the query; the body is an object of facts a line", members),
        _ => String::new(),
    };
    let (kinds, schema) = route.gives;
    let schema = schema.map_or_else(String::new, |schema| format!(" (<code>{}</code>)", escape_html(schema)));
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("<code>{}</code>", escape_html(kind))).collect();
    format!("{head}{takes}<p>Gives {}{schema}</p>\n</section>\n", kinds.join(", "))
}

fn table(caption: &str, members: &[Member]) -> String {
    let row = |member: &Member| {
        let needed = if member.required { " (needed)" } else { "" };
        let about = escape_html(member.about);
        format!("<tr><th scope=\"row\"><code>{}</code>{needed}</th><td>{about}</td></tr>\n", member.name)
    };
    let rows: String = members.iter().map(row).collect();
    format!("<table>\n<caption>{caption}</caption>\n{rows}</table>\n")
}
