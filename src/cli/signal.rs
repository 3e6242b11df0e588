//! SIGINT, SIGTERM and SIGHUP: the first asks for an end, the second makes one. One that whoever started us has set to be ignored
//! stays ignored: that is what nohup does, and a shell that runs a script's command in the background. SIGXFSZ ends nothing: a write
//! beyond the limit of a file's size fails, and that is told.

use signal_hook::{consts, flag};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize},
};

/// Installs the handlers. The value becomes the number of the signal that came.
pub(super) fn install() -> Arc<AtomicUsize> {
    let number = Arc::new(AtomicUsize::new(0));
    let ignored = ignored();
    for signal in [consts::SIGINT, consts::SIGTERM, consts::SIGHUP] {
        if ignored >> (signal - 1) & 1 == 1 {
            continue;
        }
        // Handlers run in the order they were registered: the first signal only arms the exit for the second.
        let armed = Arc::new(AtomicBool::new(false));
        let _ = flag::register_conditional_shutdown(signal, 128 + signal, armed.clone());
        let _ = flag::register(signal, armed);
        let value = usize::try_from(signal).unwrap_or(0);
        let _ = flag::register_usize(signal, number.clone(), value);
    }
    let _ = flag::register(consts::SIGXFSZ, Arc::default());
    number
}

/// The signals that are ignored, a bit each (`proc_pid_status(5)`); none where that cannot be known.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
