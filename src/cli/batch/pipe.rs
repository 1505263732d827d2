//! Threads: one reads, some decide, the one that called writes.
//!
//! Chunks go round the workers in turn and come back in the same turn, so that they are written in the order of the input
//! without being sorted. Every queue is bounded: whoever is ahead waits, and memory does not grow with the input.

use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use enact::batch::{Chunk, Decided, Job, Summary, Worker};

use crate::cli::exit::Failure;
use crate::cli::parquet::{Batch, Columns, Filled};

/// Chunks that may wait before and after each worker: enough that nobody waits for one slow chunk.
const QUEUE: usize = 2;

/// Where rows come from.
pub trait Source: Send {
    /// Returns the next rows; nothing at the end.
    fn next_part(&mut self) -> io::Result<Option<Part>>;
}

/// Rows that were read together.
pub enum Part {
    /// Lines, cut.
    Chunk(Chunk),
    /// Columns, not yet cells.
    Batch(Batch),
}

/// The answers for a part, and the columns they fill if there are any.
pub struct Ready {
    /// The answers.
    pub decided: Decided,
    /// The same as columns of the output.
    pub filled: Option<Filled>,
}

/// Runs a job with so many workers, which fill `columns` if there are any. `take` gets the answers in the order of the rows; when it
/// fails, all stop.
///
/// Errors: of `take`, else of the input, which `path` names.
pub fn run<'p>(
    job: &Job<'p>,
    source: &mut dyn Source,
    path: &Path,
    workers: usize,
    columns: Option<&Columns>,
    mut take: impl FnMut(Ready) -> Result<(), Failure>,
) -> Result<Summary<'p>, Failure> {
    thread::scope(|scope| {
        let mut to_workers = Vec::new();
        let mut from_workers = Vec::new();
        let mut threads = Vec::new();
        for _ in 0..workers.max(1) {
            let (chunks, waiting) = sync_channel(QUEUE);
            let (done, answers) = sync_channel(QUEUE);
            to_workers.push(chunks);
            from_workers.push(answers);
            let worker = job.worker();
            threads.push(scope.spawn(move || work(worker, columns, &waiting, &done)));
        }
        let reader = scope.spawn(move || read(source, &to_workers));
        let mut taken = Ok(());
        // The reader ends after a whole number of turns and a part: the first worker that has no more is the end.
        for answers in from_workers.iter().cycle() {
            let Ok(ready) = answers.recv() else { break };
            taken = ready.and_then(&mut take);
            if taken.is_err() {
                break;
            }
        }
        // Without receivers the workers stop, and then the reader.
        drop(from_workers);
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let summaries =
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        let mut all = job.worker().finish();
        summaries.for_each(|summary| all.add(summary));
        taken?;
        read.map_err(|error| Failure::file("read", path, &error))?;
        Ok(all)
    })
}

fn read(source: &mut dyn Source, to_workers: &[SyncSender<Part>]) -> io::Result<()> {
    for worker in to_workers.iter().cycle() {
        let Some(part) = source.next_part()? else { break };
        if worker.send(part).is_err() {
            break;
        }
    }
    Ok(())
}

fn work<'p>(
    mut worker: Worker<'_, 'p>,
    columns: Option<&Columns>,
    waiting: &Receiver<Part>,
    done: &SyncSender<Result<Ready, Failure>>,
) -> Summary<'p> {
    for part in waiting {
        if done.send(decide(&mut worker, columns, part)).is_err() {
            break;
        }
    }
    worker.finish()
}

fn decide(worker: &mut Worker, columns: Option<&Columns>, part: Part) -> Result<Ready, Failure> {
    let (chunk, batch) = match part {
        Part::Chunk(chunk) => (chunk, None),
        Part::Batch(batch) => (batch.chunk(), Some(batch)),
    };
    let mut decided = worker.decide(&chunk);
    let filled = match (columns, decided.table.take()) {
        (Some(columns), Some(table)) => Some(columns.fill(table, batch.as_ref())?),
        _ => None,
    };
    Ok(Ready { decided, filled })
}
