//! A request to what `enact::editor` says, and back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use enact::editor::complete::{self, Kind};
use enact::editor::lens::{Lens, Run};
use enact::editor::outline::Entry;
use enact::editor::{Edit, Project, actions};
use enact::source::Span;
use lsp_types::request::*;
use lsp_types::{
    CodeActionOptions, CodeActionProviderCapability, CompletionOptions, DocumentHighlight, DocumentHighlightKind,
    DocumentSymbol, FoldingRange, FoldingRangeKind, FoldingRangeProviderCapability, HoverProviderCapability, InlayHint,
    InlayHintLabel, Location, OneOf, Position, RenameOptions, SaveOptions, SemanticTokensFullOptions,
    SemanticTokensOptions, SemanticTokensServerCapabilities, ServerCapabilities, SymbolKind,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextEdit,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::convert::{Lines, Texts};
use super::roots::Place;
use super::server::{Refusal, Server, read, unknown};
use super::{findings, jobs, tokens};
use crate::cli::files::read_input;

/// The largest file of facts or cases that a rename looks into.
const MAX_DATA_BYTES: usize = 8 << 20;
/// How many of them it looks into.
const MAX_DATA_FILES: usize = 500;

/// What this server can do.
pub fn initialized() -> Value {
    let capabilities = ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(SaveOptions::default().into()),
            ..Default::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            resolve_provider: Some(true),
            trigger_characters: Some([".", "[", "{"].map(str::to_owned).to_vec()),
            ..Default::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec!["quickfix".into(), "refactor".into()]),
            ..Default::default()
        })),
        code_lens_provider: Some(lsp_types::CodeLensOptions { resolve_provider: Some(false) }),
        document_formatting_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: Default::default(),
        })),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(
            SemanticTokensOptions {
                legend: tokens::legend(),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                ..Default::default()
            },
        )),
        execute_command_provider: Some(lsp_types::ExecuteCommandOptions {
            commands: jobs::COMMANDS.map(str::to_owned).to_vec(),
            ..Default::default()
        }),
        ..Default::default()
    };
    json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "enact", "version": env!("CARGO_PKG_VERSION") },
    })
}

/// Answers a request about an open document.
pub fn answer(server: &mut Server, method: &str, params: Value) -> Result<Value, Refusal> {
    match method {
        HoverRequest::METHOD => at(server, params, |it| {
            it.value(it.project.hover(it.path, it.offset).map(|hover| {
                let contents = json!({ "kind": "markdown", "value": hover.text });
                json!({ "contents": contents, "range": it.range(hover.span) })
            }))
        }),
        GotoDefinition::METHOD => {
            at(server, params, |it| it.value(it.locations(it.project.definition(it.path, it.offset))))
        }
        References::METHOD => {
            let declarations = params["context"]["includeDeclaration"] == true;
            at(server, params, |it| it.value(it.locations(it.project.references(it.path, it.offset, declarations))))
        }
        DocumentHighlightRequest::METHOD => at(server, params, |it| {
            let found =
                it.project.highlights(it.path, it.offset).into_iter().map(|(span, declares)| DocumentHighlight {
                    range: it.range(span),
                    kind: Some(if declares { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
                });
            it.value(found.collect::<Vec<_>>())
        }),
        Completion::METHOD => at(server, params, |it| {
            let offers = it.project.complete(it.path, it.offset);
            let items = offers.map_or(Vec::new(), |offers| {
                let range = it.range(offers.span);
                offers.offers.iter().enumerate().map(|(at, offer)| item(at, offer, range, &it.uri())).collect()
            });
            it.value(json!({ "isIncomplete": false, "items": items }))
        }),
        ResolveCompletionItem::METHOD => {
            let asked = json!({ "textDocument": { "uri": params["data"]["uri"] } });
            whole(server, asked, |it| {
                let number = params["data"]["symbol"].as_u64().unwrap_or(u64::MAX) as usize;
                let about = it.project.about(it.path, number, params["label"].as_str().unwrap_or(""));
                let mut item = params.clone();
                if let Some(about) = about {
                    item["documentation"] = json!({ "kind": "markdown", "value": about });
                }
                it.value(item)
            })
        }
        PrepareRenameRequest::METHOD => at(server, params, |it| {
            let span = it.project.renameable(it.path, it.offset).map_err(Refusal::failed)?;
            it.value(it.range(span))
        }),
        Rename::METHOD => {
            let new = params["newName"].as_str().unwrap_or("").to_owned();
            at(server, params, |it| {
                let data = data_files(it.root);
                let texts =
                    data.iter().map(|(path, text)| (path.to_string_lossy().into_owned(), text.clone())).collect();
                let renamed = it.project.rename(it.path, it.offset, &new, &texts).map_err(Refusal::failed)?;
                let mut changes = it.changes(&renamed.edits);
                for (path, places) in &renamed.data {
                    let lines = Lines::new(&texts[path]);
                    let edits =
                        places.iter().map(|(place, text)| TextEdit::new(lines.range(place.clone()), text.clone()));
                    if let Some(uri) = super::convert::uri_of(Path::new(path)) {
                        changes.insert(uri.as_str().to_owned(), edits.collect());
                    }
                }
                it.value(json!({ "changes": changes }))
            })
        }
        DocumentSymbolRequest::METHOD => whole(server, params, |it| {
            it.value(it.project.outline(it.path).iter().map(|entry| it.symbol(entry)).collect::<Vec<_>>())
        }),
        FoldingRangeRequest::METHOD => whole(server, params, |it| {
            let folds = it.project.folds(it.path).into_iter().map(|fold| {
                let range = it.range(fold.span);
                FoldingRange {
                    start_line: range.start.line,
                    end_line: range.end.line,
                    kind: fold.comment.then_some(FoldingRangeKind::Comment),
                    ..Default::default()
                }
            });
            it.value(folds.collect::<Vec<_>>())
        }),
        SemanticTokensFullRequest::METHOD => whole(server, params, |it| {
            it.value(lsp_types::SemanticTokens { result_id: None, data: tokens::tokens(it.project, it.path) })
        }),
        InlayHintRequest::METHOD => whole(server, params, |it| {
            let hint = |hint: enact::editor::hints::Hint| InlayHint {
                position: it.range(hint.at).start,
                label: InlayHintLabel::String(hint.text),
                kind: None,
                text_edits: None,
                tooltip: None,
                padding_left: Some(true),
                padding_right: None,
                data: None,
            };
            it.value(it.project.hints(it.path).into_iter().map(hint).collect::<Vec<_>>())
        }),
        CodeLensRequest::METHOD => whole(server, params, |it| {
            it.value(it.project.lenses(it.path).iter().map(|lens| it.lens(lens)).collect::<Vec<_>>())
        }),
        Formatting::METHOD => whole(server, params, |it| {
            let text = it.lines_text();
            let formatted = it.project.formatted(it.path).filter(|formatted| formatted != text);
            let all = Lines::new(text).range(0..text.len());
            it.value(formatted.map(|formatted| vec![TextEdit::new(all, formatted)]))
        }),
        CodeActionRequest::METHOD => {
            let range: lsp_types::Range = read(params["range"].clone())?;
            whole(server, params, |it| {
                let lines = it.lines();
                let found = it.project.actions(it.path, lines.offset(range.start)..lines.offset(range.end));
                it.value(found.iter().map(|action| it.action(action)).collect::<Vec<_>>())
            })
        }
        _ => Err(unknown(method)),
    }
}

/// What a request is about.
struct Asked<'a> {
    server: &'a Server,
    project: &'a Project,
    root: &'a Path,
    path: &'a str,
    offset: usize,
    texts: Texts<'a>,
}

/// Answers a request about a place in a document.
fn at(
    server: &mut Server,
    params: Value,
    answer: impl FnOnce(&Asked<'_>) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let position: Position = read(params["position"].clone())?;
    about(server, &params, Some(position), answer)
}

/// Answers a request about a whole document.
fn whole(
    server: &mut Server,
    params: Value,
    answer: impl FnOnce(&Asked<'_>) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    about(server, &params, None, answer)
}

fn about(
    server: &mut Server,
    params: &Value,
    position: Option<Position>,
    answer: impl FnOnce(&Asked<'_>) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let uri = params["textDocument"]["uri"].as_str().unwrap_or("");
    let document = server.documents.get(uri).ok_or_else(|| Refusal::failed(format!("`{uri}` is not open")))?;
    let offset = position.map_or(0, |position| Lines::new(&document.text).offset(position));
    let Place { root, path, .. } = document.place.clone();
    server.project(&root);
    let Some(project) = server.made(&root) else { return Ok(Value::Null) };
    let texts = Texts::new(&project.loaded.sources);
    answer(&Asked { server, project, root: &root, path: &path, offset, texts })
}

impl Asked<'_> {
    fn value(&self, value: impl Serialize) -> Result<Value, Refusal> {
        serde_json::to_value(value).map_err(|error| Refusal::failed(error.to_string()))
    }

    /// The address of the document.
    fn uri(&self) -> String {
        self.server.address(self.root, self.path).map_or(String::new(), |uri| uri.as_str().to_owned())
    }

    fn lines_text(&self) -> &str {
        self.project.text(self.path).map_or("", |text| self.project.loaded.sources.get(text.source).text())
    }

    fn lines(&self) -> Lines<'_> {
        Lines::new(self.lines_text())
    }

    /// The range of a span in its own file.
    fn range(&self, span: Span) -> lsp_types::Range {
        self.texts.range(span)
    }

    fn locations(&self, spans: Vec<Span>) -> Vec<Location> {
        let location = |span: Span| {
            let uri = self.server.address(self.root, self.project.loaded.path(span.source))?;
            Some(Location::new(uri, self.range(span)))
        };
        spans.into_iter().filter_map(location).collect()
    }

    /// Edits by the address of their file.
    fn changes(&self, edits: &[Edit]) -> BTreeMap<String, Vec<TextEdit>> {
        let mut changes: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
        for edit in edits {
            let path = self.project.loaded.path(edit.span.source);
            if let Some(uri) = self.server.address(self.root, path) {
                let edit = TextEdit::new(self.range(edit.span), edit.text.clone());
                changes.entry(uri.as_str().to_owned()).or_default().push(edit);
            }
        }
        changes
    }

    #[expect(deprecated, reason = "the protocol keeps a field that it advises against")]
    fn symbol(&self, entry: &Entry) -> DocumentSymbol {
        let kind = match entry.kind {
            "policy" | "library" => SymbolKind::MODULE,
            "fact" => SymbolKind::VARIABLE,
            "define" | "table" | "scale" => SymbolKind::FUNCTION,
            "parameter" | "set" | "calendar" => SymbolKind::CONSTANT,
            "enum" => SymbolKind::ENUM,
            "member" => SymbolKind::ENUM_MEMBER,
            "record" => SymbolKind::STRUCT,
            "field" => SymbolKind::FIELD,
            "decision" => SymbolKind::CLASS,
            "rule" => SymbolKind::EVENT,
            "test" | "profile" => SymbolKind::METHOD,
            "source" | "use" => SymbolKind::NAMESPACE,
            _ => SymbolKind::PROPERTY,
        };
        let range = self.range(entry.whole);
        DocumentSymbol {
            name: entry.name.clone(),
            detail: Some(entry.label.clone().unwrap_or_else(|| entry.kind.to_owned())),
            kind,
            tags: None,
            deprecated: None,
            range,
            selection_range: self.range(entry.span),
            children: Some(entry.parts.iter().map(|part| self.symbol(part)).collect()),
        }
    }

    fn lens(&self, lens: &Lens) -> Value {
        let uri = self.uri();
        let (title, command, name) = match &lens.run {
            Run::Test(name) => ("Run test", jobs::RUN_TEST, name),
            Run::Decision(name) => ("Evaluate", jobs::EVALUATE, name),
            Run::Affected(name) => ("Who is affected by my edit", jobs::WHO_IS_AFFECTED, name),
        };
        json!({
            "range": self.range(lens.span),
            "command": { "title": title, "command": command, "arguments": [uri, name] },
        })
    }

    fn action(&self, action: &actions::Action) -> Value {
        let mut value = json!({
            "title": action.title,
            "kind": if action.mends.is_some() { "quickfix" } else { "refactor" },
            "edit": { "changes": self.changes(&action.edits) },
        });
        if let Some(finding) = action.mends.and_then(|at| self.project.findings.get(at)) {
            let shown =
                findings::shown(self.project, &self.texts, finding, &|path: &str| self.server.address(self.root, path));
            value["diagnostics"] = json!([shown]);
        }
        value
    }
}

fn item(at: usize, offer: &complete::Offer, range: lsp_types::Range, uri: &str) -> Value {
    use lsp_types::CompletionItemKind as K;
    let kind = match offer.kind {
        Kind::Keyword => K::KEYWORD,
        Kind::Value => K::VARIABLE,
        Kind::Decision => K::CLASS,
        Kind::Function => K::FUNCTION,
        Kind::Type => K::STRUCT,
        Kind::Member => K::ENUM_MEMBER,
        Kind::Field => K::FIELD,
        Kind::Name => K::REFERENCE,
        Kind::Tag => K::CONSTANT,
    };
    let mut item = json!({
        "label": offer.text,
        "kind": kind,
        "sortText": format!("{at:05}"),
        "textEdit": TextEdit::new(range, offer.text.clone()),
    });
    if let Some(detail) = &offer.detail {
        item["detail"] = json!(detail);
    }
    if let Some(id) = offer.symbol {
        item["data"] = json!({ "uri": uri, "symbol": id.number() });
    }
    item
}

/// Reads the files of facts and cases under a root.
fn data_files(root: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            // Links are not followed: they may leave the root.
            let Some(kind) = entry.file_type().ok().filter(|_| !hidden && found.len() < MAX_DATA_FILES) else {
                continue;
            };
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|it| it == "json" || it == "jsonl") {
                let text = read_input(&path, MAX_DATA_BYTES).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                found.extend(text.map(|text| (path, text)));
            }
        }
    }
    found.sort();
    found
}
