//! The kill matrix: rftp is killed, or told of a full or broken disk, at one system call after the other. Whatever the call,
//! a target, here or there, is the old file or the new one, and the next run completes.
//!
//! strace injects the faults: a preloaded library would miss direct system calls. Some points are sampled; all of them with
//! `WIREPOST_FULL=1`.
use std::ffi::OsString;
use std::path::Path;

use crate::rftp_site::{PASSWORD, Site, options};
use crate::sandbox::ftp::Options;
use crate::sandbox::tls::Tls;
use crate::support::{Output, program};

const STRACE: &str = "/usr/bin/strace";

/// Whether strace can do its work here. In CI it has to.
fn can_trace(site: &Site) -> bool {
    let works = Path::new(STRACE).exists()
        && site.world.run_path(STRACE.as_ref(), ["-o", "/dev/null", "/bin/true"]).go().code == 0;
    assert!(works || std::env::var_os("CI").is_none(), "CI needs strace and the right to trace");
    if !works {
        eprintln!("skipped: strace is not to be had here");
    }
    works
}

/// rftp with a fault at one call.
fn with_fault(site: &Site, calls: &str, fault: &str, when: usize, args: &[&str]) -> Output {
    let inject = format!("inject={calls}:{fault}:when={when}");
    let mut all: Vec<OsString> = ["-f", "-qq", "-o", "/dev/null", "-e"].map(OsString::from).into();
    all.extend([format!("trace={calls}").into(), "-e".into(), inject.into()]);
    all.extend([program("rftp").into(), "--json".into(), "--retries".into(), "0".into()]);
    all.extend(args.iter().map(OsString::from));
    if site.has_tls {
        all.extend(site.trust().map(OsString::from));
    }
    site.world.run_path(STRACE.as_ref(), all).env("RFTP_PASSWORD", PASSWORD).go()
}

/// The points of a run that are tried: the first few, then wider and wider apart.
fn points() -> impl Iterator<Item = usize> {
    let full = std::env::var_os("WIREPOST_FULL").is_some();
    std::iter::successors(Some(1), move |n| Some(if full || *n < 4 { n + 1 } else { n + n / 3 }))
}

fn new() -> Vec<u8> {
    (0..1_200_000_usize).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect()
}

/// Faults at one kind of call after the other until a run meets none any more, with `check` after each.
fn walk(site: &Site, calls: &str, fault: &str, args: &[&str], mut check: impl FnMut(&Output)) {
    for (met, when) in points().enumerate() {
        assert!(when < 5_000, "{calls} {fault}: no end");
        let out = with_fault(site, calls, fault, when, args);
        check(&out);
        if out.code == 0 {
            assert!(met > 0, "{calls} {fault} was never met: {out:?}");
            return;
        }
    }
}

/// Downloads with a fault; `leaves` says whether a temporary file may stay.
fn downloads(site: &Site, calls: &str, fault: &str, leaves: bool, codes: &[i32]) {
    let (url, new) = (site.url("a.bin"), new());
    let reset = || {
        let _ = std::fs::remove_dir_all(site.world.path("out"));
        site.world.file("out/a.bin", "old");
    };
    reset();
    walk(site, calls, fault, &["get", &url, "out/"], |out| {
        let got = site.here("out/a.bin").unwrap();
        assert!(got == b"old" || got == new, "{calls} {fault}: neither old nor new: {out:?}");
        assert!(out.code == 0 || codes.contains(&out.code), "{calls} {fault}: {out:?}");
        assert!(out.code != 0 || got == new, "{calls} {fault}: {out:?}");
        let names = site.names_here("out");
        let ours = |n: &String| n == "a.bin" || (leaves && n.starts_with(".a.bin.part-"));
        assert!(names.iter().all(ours), "{calls} {fault}: {names:?} {out:?}");
        if out.code != 0 {
            site.run(&["get", &url, "out/"])
                .args(if site.has_tls { site.trust().to_vec() } else { vec![] })
                .go()
                .ends(0);
            assert_eq!(site.here("out/a.bin").unwrap(), new, "{calls} {fault}: the next run");
        }
        reset();
    });
}

/// Uploads with a fault.
fn uploads(site: &Site, calls: &str, fault: &str, leaves: bool, codes: &[i32]) {
    let (url, new) = (site.url("a.bin"), new());
    let path = site.world.file("a.bin", &new);
    // What was written a moment ago may still be, and goes by way of a digest.
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(hour_ago).unwrap();
    site.there("a.bin", "old");
    walk(site, calls, fault, &["put", "a.bin", &url], |out| {
        let got = site.on_server("a.bin").unwrap();
        assert!(got == b"old" || got == new, "{calls} {fault}: neither old nor new: {out:?}");
        assert!(out.code == 0 || codes.contains(&out.code), "{calls} {fault}: {out:?}");
        assert!(out.code != 0 || got == new, "{calls} {fault}: {out:?}");
        if out.code != 0 {
            let trust = if site.has_tls { site.trust().to_vec() } else { vec![] };
            site.run(&["put", "a.bin", &url]).args(trust).go().ends(0);
            assert_eq!(site.on_server("a.bin").unwrap(), new, "{calls} {fault}: the next run");
        }
        // A temporary name that was left is one of ours, and named in the JSON if there was time to.
        for name in site.names_there("").into_iter().filter(|n| n != "a.bin") {
            assert!(name.starts_with(".a.bin.rftp-"), "{calls} {fault}: {name}");
            assert!(leaves || out.out().contains(&name), "{calls} {fault}: {name} {out:?}");
            let _ = std::fs::remove_file(site.server.root().join(name));
        }
        site.there("a.bin", "old");
    });
}

const KILL: &str = "signal=SIGKILL";
const KILLED: &[i32] = &[137];

fn plain() -> Site {
    // Without digests the file goes by sendfile(2).
    let off = vec!["HASH", "XSHA256", "XSHA1", "XMD5", "XCRC", "XSHA512"];
    let site = Site::new(Options { off, ..options() });
    site.there("a.bin", new());
    site
}

fn protected() -> Site {
    let site = Site::new(Options { tls: Tls::Required, ..options() });
    site.there("a.bin", new());
    site
}

#[test]
fn a_killed_download_leaves_the_old_file_or_the_new() {
    let site = plain();
    if !can_trace(&site) {
        return;
    }
    for calls in ["write", "fsync", "renameat,renameat2", "openat", "recvfrom", "unlinkat,close"] {
        downloads(&site, calls, KILL, true, KILLED);
    }
}

#[test]
fn a_killed_download_under_tls_leaves_the_old_file_or_the_new() {
    let site = protected();
    if !can_trace(&site) {
        return;
    }
    for calls in ["write", "fsync,renameat,renameat2", "sendto"] {
        downloads(&site, calls, KILL, true, KILLED);
    }
}

/// Whether the run after a kill went on with what the killed one had left.
fn went_on(out: &Output) -> bool {
    out.ends(0);
    out.file()["resumed_from"].is_u64()
}

#[test]
fn a_killed_download_is_gone_on_with() {
    let site = plain();
    if !can_trace(&site) {
        return;
    }
    let (url, new, mut resumed) = (site.url("a.bin"), new(), 0);
    for when in 1..6 {
        let _ = std::fs::remove_dir_all(site.world.path("out"));
        site.world.file("out/a.bin", "old");
        with_fault(&site, "write", KILL, when, &["get", &url, "out/", "--resume"]);
        resumed += u32::from(went_on(&site.run(&["get", &url, "out/", "--resume"]).go()));
        assert_eq!(site.here("out/a.bin").unwrap(), new);
        assert_eq!(site.names_here("out"), ["a.bin"], "killed at write {when}");
    }
    assert!(resumed > 0);
}

#[test]
fn a_killed_upload_is_gone_on_with() {
    // Its digests make it send block by block.
    let site = Site::new(options());
    if !can_trace(&site) {
        return;
    }
    let (url, new, mut resumed) = (site.url("a.bin"), new(), 0);
    site.world.file("a.bin", &new);
    for when in (4..16).step_by(2) {
        site.there("a.bin", "old");
        with_fault(&site, "sendto", KILL, when, &["put", "a.bin", &url, "--resume"]);
        resumed += u32::from(went_on(&site.run(&["put", "a.bin", &url, "--resume"]).go()));
        assert_eq!(site.on_server("a.bin").unwrap(), new);
        assert_eq!(site.names_there(""), ["a.bin"], "killed at send {when}");
    }
    assert!(resumed > 0);
}

#[test]
fn a_download_onto_a_full_or_broken_disk_is_74_and_leaves_the_old_file() {
    let site = plain();
    if !can_trace(&site) {
        return;
    }
    for error in ["error=ENOSPC", "error=EIO", "error=EDQUOT"] {
        // Standard output and the disk are written alike; that the file is there and the report of it is not is 3.
        downloads(&site, "write", error, false, &[3, 74]);
    }
    downloads(&site, "fsync", "error=EIO", false, &[74]);
    downloads(&site, "renameat,renameat2", "error=EIO", false, &[73, 74]);
    downloads(&site, "renameat,renameat2", "error=ENOSPC", false, &[73, 74]);
}

#[test]
fn a_killed_upload_leaves_the_old_file_or_the_new() {
    let site = plain();
    if !can_trace(&site) {
        return;
    }
    for calls in ["sendto", "recvfrom", "sendfile", "shutdown", "connect"] {
        uploads(&site, calls, KILL, true, KILLED);
    }
}

#[test]
fn a_killed_upload_under_tls_leaves_the_old_file_or_the_new() {
    let site = protected();
    if !can_trace(&site) {
        return;
    }
    for calls in ["sendto", "shutdown"] {
        uploads(&site, calls, KILL, true, KILLED);
    }
}

#[test]
fn an_upload_whose_source_breaks_is_74_and_leaves_the_old_file() {
    let site = plain();
    if !can_trace(&site) {
        return;
    }
    uploads(&site, "sendfile", "error=EIO", false, &[74]);
    // Connections that break are another matter: lost before any effect, or settled by looking.
    uploads(&site, "sendto", "error=EPIPE", false, &[75]);
    uploads(&site, "sendfile", "error=ECONNRESET", false, &[75]);
    uploads(&site, "shutdown", "error=ENOBUFS", false, &[75]);
    uploads(&site, "recvfrom", "error=ECONNRESET", false, &[75, 79]);
}
