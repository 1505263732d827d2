//! Words and names that are offered.

use super::{Here, Kind, Offer};
use crate::editor::index::SymbolId;
use crate::editor::symbol::Space;
use crate::editor::words::{self, Kind as WordKind};
use crate::editor::{Place, scope};
use crate::load::subject::subject;
use crate::syntax::ast::DeclKind;
use crate::syntax::format::type_text;

impl Here<'_> {
    /// Words that begin a declaration here.
    pub(super) fn declarations(&self) -> Vec<Offer> {
        if self.tokens.is_empty() {
            return phrases(&["policy", "library", "use", "profile", "test"]);
        }
        let verbs = if self.text.amends() { phrases(&["insert", "replace", "repeal"]) } else { Vec::new() };
        let allowed: fn(&str) -> bool = match self.text.place {
            Place::Tests(_) => |word| matches!(word, "use" | "profile" | "test"),
            Place::Library(_) => |word| {
                !matches!(
                    word,
                    "policy"
                        | "library"
                        | "parameter"
                        | "scale"
                        | "decision"
                        | "rule"
                        | "note"
                        | "assert"
                        | "test"
                        | "profile"
                )
            },
            _ if self.text.amends() => |word| matches!(word, "profile" | "test"),
            _ => |word| !matches!(word, "policy" | "library"),
        };
        [verbs, self.keywords(allowed, WordKind::Declaration)].concat()
    }

    pub(super) fn keywords(&self, wanted: impl Fn(&str) -> bool, kind: WordKind) -> Vec<Offer> {
        let words = words::WORDS.iter().filter(|word| word.kind == kind && wanted(word.text));
        words.map(|word| keyword(word.text)).collect()
    }

    pub(super) fn offer(&self, id: SymbolId, kind: Kind) -> Offer {
        let index = self.project.index();
        let declaration = index.site(id, Some(self.text)).and_then(|site| site.declaration(self.project));
        let label = match index.symbol(id).space {
            Space::Member | Space::Field | Space::Local => None,
            _ => declaration.and_then(|it| it.kind.head()?.label.as_ref()).map(|label| label.value.clone()),
        };
        let detail = match (index.ty(id), label) {
            (Some(ty), Some(label)) => Some(format!("{}: {label}", type_text(ty))),
            (Some(ty), None) => Some(type_text(ty)),
            (None, label) => label,
        };
        let text = index.symbol(id).name.clone();
        Offer { text, kind, detail, symbol: Some(id) }
    }

    pub(super) fn names(&self, space: Space) -> Vec<Offer> {
        let index = self.project.index();
        let kind = if space == Space::Type { Kind::Type } else { Kind::Name };
        let names = scope::names(self.project, index, self.text);
        let mut ids: Vec<SymbolId> = names.iter().filter(|((of, _), _)| *of == space).map(|(_, id)| *id).collect();
        ids.sort_by_key(|id| &index.symbol(*id).name);
        ids.into_iter().map(|id| self.offer(id, kind)).collect()
    }

    /// Values in scope of which a condition holds, by name.
    pub(super) fn of_kind(&self, wanted: impl Fn(&DeclKind) -> bool) -> Vec<Offer> {
        let index = self.project.index();
        let names = scope::names(self.project, index, self.text);
        let mut offers = Vec::new();
        let mut ids: Vec<SymbolId> =
            names.iter().filter(|((of, _), _)| *of == Space::Value).map(|(_, id)| *id).collect();
        ids.sort_by_key(|id| &index.symbol(*id).name);
        for id in ids {
            let site = index.site(id, Some(self.text));
            let Some(declaration) = site.and_then(|site| site.declaration(self.project)) else { continue };
            if wanted(&declaration.kind) {
                let kind = match declaration.kind {
                    DeclKind::Decision(_) => Kind::Decision,
                    _ if has_parameters(&declaration.kind) => Kind::Function,
                    _ => Kind::Value,
                };
                offers.push(self.offer(id, kind));
            }
        }
        offers
    }

    pub(super) fn values(&self) -> Vec<Offer> {
        self.of_kind(|_| true)
    }

    pub(super) fn facts(&self) -> Vec<Offer> {
        self.of_kind(|kind| matches!(kind, DeclKind::Fact(_)))
    }

    /// Decisions: in rules and notes the policy's own, in tests all.
    pub(super) fn decisions(&self) -> Vec<Offer> {
        self.of_kind(|kind| matches!(kind, DeclKind::Decision(_)))
    }

    pub(super) fn types(&self) -> Vec<Offer> {
        let built_in = words::BUILT_IN_TYPES.iter().map(|(name, help)| Offer {
            text: (*name).to_owned(),
            kind: Kind::Type,
            detail: Some((*help).to_owned()),
            symbol: None,
        });
        [built_in.collect(), self.names(Space::Type), phrases(&["set of", "list of", "money", "total of"])].concat()
    }

    /// What the amended version declares of a kind.
    pub(super) fn amended(&self, kind: &str) -> Vec<Offer> {
        let Place::Version(policy, version) = self.text.place else { return Vec::new() };
        let versions = self.project.loaded.policies.get(policy).map_or(&[][..], |policy| &policy.versions);
        let base = versions.get(version).and_then(|own| versions.get(own.amends?));
        let declared = base.into_iter().flat_map(|base| &base.declarations);
        let named = declared.filter_map(|it| Some((it, subject(&it.declaration.kind)?)));
        let offer = |(it, about): (&crate::load::Consolidated, crate::load::subject::Subject<'_>)| Offer {
            text: about.name.into_owned(),
            kind: Kind::Name,
            detail: it.declaration.kind.head().and_then(|head| head.label.as_ref()).map(|label| label.value.clone()),
            symbol: None,
        };
        named.filter(|(_, about)| about.kind == kind).map(offer).collect()
    }

    pub(super) fn versions(&self) -> Vec<Offer> {
        let Place::Version(policy, version) = self.text.place else { return Vec::new() };
        let versions = self.project.loaded.policies.get(policy).map_or(&[][..], |policy| &policy.versions);
        let earlier = versions.iter().take(version).rev();
        let offer = |name: &str| Offer { text: name.to_owned(), kind: Kind::Name, detail: None, symbol: None };
        earlier.map(|version| offer(&version.name)).collect()
    }
}

fn has_parameters(kind: &DeclKind) -> bool {
    matches!(kind, DeclKind::Table(_) | DeclKind::Scale(_))
        || kind.head().is_some_and(|head| !head.parameters.is_empty())
}

fn keyword(text: &str) -> Offer {
    let first = text.split([' ', '(']).next().unwrap_or(text);
    let detail = words::find(text).or_else(|| words::find(first)).map(|word| word.help.to_owned());
    Offer { text: text.to_owned(), kind: Kind::Keyword, detail, symbol: None }
}

/// Words as they are, in order.
pub(super) fn phrases(texts: &[&str]) -> Vec<Offer> {
    texts.iter().copied().map(keyword).collect()
}
