//! Threads: one reads, some decide, the one that called writes.
//!
//! Chunks go round the workers in turn and come back in the same turn, so that they are written in the order of the input
//! without being sorted. Every queue is bounded: whoever is ahead waits, and memory does not grow with the input.

use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use enact::batch::{Chunk, Decided, Job, Rows, Summary, Worker};

use crate::cli::exit::Failure;

/// Chunks that may wait before and after each worker: enough that nobody waits for one slow chunk.
const QUEUE: usize = 2;

/// Where chunks come from.
pub trait Source: Send {
    /// Returns the next rows; nothing at the end.
    fn next_chunk(&mut self) -> io::Result<Option<Chunk>>;
}

impl<R: Read + Send> Source for Rows<R> {
    fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        Rows::next_chunk(self)
    }
}

/// Runs a job with so many workers. `take` gets the answers in the order of the rows; when it fails, all stop.
///
/// Errors: of `take`, else of the input, which `path` names.
pub fn run<'p>(
    job: &Job<'p>,
    source: &mut dyn Source,
    path: &Path,
    workers: usize,
    mut take: impl FnMut(Decided) -> Result<(), Failure>,
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
            threads.push(scope.spawn(move || work(worker, &waiting, &done)));
        }
        let reader = scope.spawn(move || read(source, &to_workers));
        let mut taken = Ok(());
        // The reader ends after a whole number of turns and a part: the first worker that has no more is the end.
        for answers in from_workers.iter().cycle() {
            let Ok(decided) = answers.recv() else { break };
            taken = take(decided);
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

fn read(source: &mut dyn Source, to_workers: &[SyncSender<Chunk>]) -> io::Result<()> {
    for worker in to_workers.iter().cycle() {
        let Some(chunk) = source.next_chunk()? else { break };
        if worker.send(chunk).is_err() {
            break;
        }
    }
    Ok(())
}

fn work<'p>(mut worker: Worker<'_, 'p>, waiting: &Receiver<Chunk>, done: &SyncSender<Decided>) -> Summary<'p> {
    for chunk in waiting {
        if done.send(worker.decide(&chunk)).is_err() {
            break;
        }
    }
    worker.finish()
}
