//! SIGINT, SIGTERM and SIGHUP: the first asks for an end, the second makes one.

use signal_hook::{consts, flag};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize},
};

/// Installs the handlers. The value becomes the number of the signal that came.
pub(super) fn install() -> Arc<AtomicUsize> {
    let number = Arc::new(AtomicUsize::new(0));
    for signal in [consts::SIGINT, consts::SIGTERM, consts::SIGHUP] {
        // Handlers run in the order they were registered: the first signal only arms the exit for the second.
        let armed = Arc::new(AtomicBool::new(false));
        let _ = flag::register_conditional_shutdown(signal, 128 + signal, armed.clone());
        let _ = flag::register(signal, armed);
        let value = usize::try_from(signal).unwrap_or(0);
        let _ = flag::register_usize(signal, number.clone(), value);
    }
    number
}
