//! Where things land: cp's rules, with rsync's slash. Pure.
//!
//! A destination that ends in `/` is a directory; another is one if a directory of that name exists, else it is the new name.
//! A source directory `d` lands as a directory of its name, `d/` lends its contents only.

/// What a destination turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A directory, or to be made one.
    Directory,
    /// The new name of the one source.
    Name,
}

/// The path below the destination's own path at which a source lands; empty: at the destination itself.
pub fn below(source: &[u8], destination: Destination) -> Vec<u8> {
    match destination {
        Destination::Name => Vec::new(),
        Destination::Directory if contents_only(source) => Vec::new(),
        Destination::Directory => last(source).to_vec(),
    }
}

/// `d/`, `.` and `..` stand for what is in them.
pub fn contents_only(source: &[u8]) -> bool {
    source.ends_with(b"/") || matches!(last(source), b"." | b".." | b"")
}

fn last(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').find(|part| !part.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_cp_with_rsyncs_slash() {
        use Destination::*;
        for (source, destination, want) in [
            ("a.txt", Directory, "a.txt"),
            ("d/a.txt", Directory, "a.txt"),
            ("a.txt", Name, ""),
            ("dist", Directory, "dist"),
            ("dist/", Directory, ""),
            ("x/dist/", Directory, ""),
            ("dist", Name, ""),
            (".", Directory, ""),
            ("x/..", Directory, ""),
            ("/", Directory, ""),
        ] {
            assert_eq!(below(source.as_bytes(), destination), want.as_bytes(), "{source}");
        }
    }
}
