//! Policies that change while they are served: the folder is looked at again and again, and what is good in it takes the place of
//! what is served. What is not leaves what is served as it is.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use enact::diagnostic::{Diagnostic, render};
use enact::run::{Ready, Refused};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use super::App;
use super::answer::Answer;
use crate::cli::check::watch::{State, state};

/// What is wrong with the folder, if something is.
#[derive(Debug, Default)]
pub struct Trouble(Mutex<Option<Wrong>>);

#[derive(Debug)]
struct Wrong {
    /// How many errors there are.
    errors: usize,
    /// The first of them: code, place and message on one line.
    first: String,
}

/// Looks at a folder until the server stops.
pub async fn watch(app: Arc<App>, root: PathBuf, mut seen: State, every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (app, root) = (app.clone(), root.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let now = state(&root);
            if now != seen {
                load(&app, &root);
            }
            now
        });
        // A look that panics has said so; nothing more is reloaded.
        let Ok(now) = looked.await else { return };
        seen = now;
    }
}

/// Loads a folder, and serves it if nothing is wrong with it.
fn load(app: &App, root: &Path) {
    let wrong = match Ready::read(root) {
        Ok(ready) => {
            let policies = ready.program.policies.len();
            app.current.set(ready);
            app.metrics.reloads.inc();
            tracing::info!(policies, "policies were loaded again");
            None
        }
        Err(refused) => {
            let wrong = Wrong::of(&refused);
            app.metrics.reload_failures.inc();
            tracing::error!(
                errors = wrong.errors,
                first = wrong.first,
                "policies are wrong: the last good ones are served"
            );
            Some(wrong)
        }
    };
    app.metrics.current.set(wrong.is_none().into());
    *app.trouble.0.lock().unwrap_or_else(PoisonError::into_inner) = wrong;
}

impl Wrong {
    fn of(Refused { findings, sources }: &Refused) -> Wrong {
        let first = findings.first().map(|first: &Diagnostic| {
            let place = first.span().map_or_else(String::new, |span| format!("{}: ", sources.place(span)));
            format!("{} {place}{}", first.code.number, render::escape(&first.message))
        });
        Wrong { errors: findings.len(), first: first.unwrap_or_default() }
    }
}

/// Says what is served: policies always are, whether or not the folder is what they were read from.
///
/// What is wrong quotes policies, and the hash of all texts would bear guesses out: both are told to whoever has the token.
pub fn readiness(app: &App, told: bool) -> Answer {
    let served = app.current.get();
    let trouble = app.trouble.0.lock().unwrap_or_else(PoisonError::into_inner);
    let wrong = trouble.as_ref().map(|wrong| match told {
        true => json!({ "errors": wrong.errors, "first": wrong.first }),
        false => json!({ "errors": wrong.errors }),
    });
    let policies = served.ready.program.policies.len();
    let hash = told.then(|| served.hash());
    let record =
        json!({ "ready": true, "policies": policies, "hash": hash, "current": wrong.is_none(), "wrong": wrong });
    Answer::json(&record)
}
