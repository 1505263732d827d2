//! Work: on a thread of its own, so many at a time, for so long.
//!
//! A decision that has begun is not stopped: its own budgets end it. What ends at the limit of time is the waiting for it; the
//! place that it takes is free when it is done.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use super::problem::Problem;

/// Where work is done.
#[derive(Debug, Clone)]
pub struct Workshop {
    places: Arc<Semaphore>,
    time: Duration,
}

impl Workshop {
    /// Makes room for so many at a time, each for so long.
    pub fn new(jobs: usize, time: Duration) -> Workshop {
        Workshop { places: Arc::new(Semaphore::new(jobs)), time }
    }

    /// Waits for a place.
    pub async fn place(&self, until: Instant) -> Result<OwnedSemaphorePermit, Problem> {
        match timeout_at(until, self.places.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            // Nobody closes it.
            Ok(Err(_)) => Err(Problem::internal()),
            Err(_) => Err(busy("all places were taken for as long as a request may last")),
        }
    }

    /// Does some work for a request that may last until some moment.
    pub async fn run<T: Send + 'static>(
        &self,
        until: Instant,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = self.place(until).await?;
        let work = spawn_blocking(move || {
            let _place = place;
            work()
        });
        match timeout_at(until, work).await {
            Ok(Ok(done)) => done,
            // It panicked; the hook has said where.
            Ok(Err(_)) => Err(Problem::internal()),
            Err(_) => Err(busy("this takes longer than a request may last")),
        }
    }

    /// Returns the moment at which a request that comes now has lasted too long.
    pub fn until(&self) -> Instant {
        Instant::now() + self.time
    }
}

fn busy(detail: &str) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        .help("ask for less at once, or start the server with a longer `--max-time`")
}
