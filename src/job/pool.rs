//! Several workers on one heap of work, each with a connection of its own, and one thread that hears of the results.
//!
//! A worker takes a job, and when it is done takes the next. One that finds out that the server has no room for it puts its job
//! back and leaves ([`Worker::retire`]); the last one stays, and deals with the failure itself. When the run is to end, no more
//! jobs are handed out, and what is left comes back to the caller, who tells.

use std::{
    cell::RefCell,
    sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    time::Duration,
};

/// How often a worker that waits looks whether the run is to end.
const SLICE: Duration = Duration::from_millis(100);

struct Heap<J> {
    /// Taken from the back.
    jobs: Vec<J>,
    /// Handed out and not yet done: each may still come back.
    out: usize,
    workers: usize,
}

/// A worker's side of the pool.
pub struct Worker<'a, J, R> {
    /// From 0.
    pub number: usize,
    heap: &'a Mutex<Heap<J>>,
    changed: &'a Condvar,
    stopping: &'a (dyn Fn() -> bool + Sync),
    tell: &'a dyn Fn(R),
}

impl<J, R> Worker<'_, J, R> {
    fn lock(&self) -> MutexGuard<'_, Heap<J>> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job, if there is one right now. It must end in [`Worker::done`] or [`Worker::retire`].
    pub fn take(&self) -> Option<J> {
        if (self.stopping)() {
            return None;
        }
        let mut heap = self.lock();
        let job = heap.jobs.pop()?;
        heap.out += 1;
        Some(job)
    }

    /// As [`Worker::take`], but waits while a job of another worker may come back. `None`: there will be no more.
    pub fn next(&self) -> Option<J> {
        loop {
            if let Some(job) = self.take() {
                return Some(job);
            }
            let heap = self.lock();
            if (self.stopping)() || (heap.jobs.is_empty() && heap.out == 0) {
                return None;
            }
            if heap.jobs.is_empty() {
                drop(self.changed.wait_timeout(heap, SLICE));
            }
        }
    }

    /// A job that was taken is done, well or not.
    pub fn done(&self) {
        self.lock().out -= 1;
        self.changed.notify_all();
    }

    /// Tells the thread that hears of results.
    pub fn tell(&self, result: R) {
        (self.tell)(result);
    }

    /// Gives a job back and leaves the rest to the others. The last worker gets its job back instead.
    pub fn retire(&self, job: J) -> Option<J> {
        let mut heap = self.lock();
        if heap.workers == 1 {
            return Some(job);
        }
        heap.workers -= 1;
        heap.out -= 1;
        heap.jobs.push(job);
        self.changed.notify_all();
        None
    }
}

/// Runs `work` in `workers` threads (at most one a job) until the jobs are done or `stopping` says so. Jobs are taken from the back.
/// `hear` runs in the calling thread, and so does a worker that is alone: two threads would take turns, and pay for each.
/// Gives back what was not begun.
pub fn run<J: Send, R: Send>(
    workers: usize,
    jobs: Vec<J>,
    stopping: &(dyn Fn() -> bool + Sync),
    work: impl Fn(&Worker<'_, J, R>) + Sync,
    mut hear: impl FnMut(R),
) -> Vec<J> {
    let workers = workers.clamp(1, jobs.len().max(1));
    let heap = Mutex::new(Heap { jobs, out: 0, workers });
    let changed = Condvar::new();
    if workers == 1 {
        let hear = RefCell::new(hear);
        let tell = |result| hear.borrow_mut()(result);
        work(&Worker { number: 0, heap: &heap, changed: &changed, stopping, tell: &tell });
    } else {
        let (results, heard) = mpsc::channel();
        std::thread::scope(|scope| {
            for number in 0..workers {
                let (results, heap, changed, work) = (results.clone(), &heap, &changed, &work);
                scope.spawn(move || {
                    // The caller listens until the last worker is gone.
                    let tell = |result| drop(results.send(result));
                    work(&Worker { number, heap, changed, stopping, tell: &tell });
                });
            }
            drop(results);
            heard.into_iter().for_each(&mut hear);
        });
    }
    heap.into_inner().unwrap_or_else(PoisonError::into_inner).jobs
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    fn all(worker: &Worker<'_, u32, u32>) {
        while let Some(job) = worker.next() {
            worker.tell(job);
            worker.done();
        }
    }

    #[test]
    fn every_job_is_done_once() {
        for workers in [1, 3, 100] {
            let mut heard = Vec::new();
            let left = run(workers, (0..50).collect(), &|| false, all, |r| heard.push(r));
            heard.sort_unstable();
            assert_eq!((heard, left), ((0..50).collect(), vec![]));
        }
        assert!(run(4, Vec::new(), &|| false, all, |_| ()).is_empty());
    }

    #[test]
    fn one_who_leaves_loses_no_job_and_the_last_stays() {
        let asked = AtomicUsize::new(0);
        let mut heard = Vec::new();
        let left = run(
            4,
            (0..20).collect(),
            &|| false,
            |worker: &Worker<'_, u32, u32>| {
                while let Some(job) = worker.next() {
                    // All would leave at once: three may.
                    let Some(job) = worker.retire(job) else {
                        asked.fetch_add(1, Ordering::Relaxed);
                        return;
                    };
                    worker.tell(job);
                    worker.done();
                }
            },
            |r| heard.push(r),
        );
        heard.sort_unstable();
        assert_eq!((heard, left), ((0..20).collect(), vec![]));
        assert!(asked.load(Ordering::Relaxed) <= 3);
    }

    #[test]
    fn told_to_stop_it_gives_back_the_rest() {
        let stop = AtomicBool::new(false);
        let mut heard = 0;
        let left = run(
            1,
            (0..10).collect(),
            &|| stop.load(Ordering::Relaxed),
            |worker: &Worker<'_, u32, u32>| {
                while let Some(job) = worker.next() {
                    stop.store(job == 7, Ordering::Relaxed);
                    worker.tell(job);
                    worker.done();
                }
            },
            |_| heard += 1,
        );
        assert_eq!((heard, left), (3, (0..7).collect::<Vec<_>>()));
    }
}
