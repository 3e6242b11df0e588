//! Lines of listings: any line is read, and a name never holds its line's end.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirepost::base::date::Time;
use wirepost::ftp::{Line, parse_list, parse_mlsx};

fuzz_target!(|data: &[u8]| {
    for line in data.split(|b| *b == b'\n') {
        for read in [parse_mlsx(line), parse_list(line, 3600, Time(1_795_408_371))] {
            if let Line::Entry(entry) = read {
                assert!(!entry.name.is_empty() && entry.name.len() <= line.len());
            }
        }
    }
});
