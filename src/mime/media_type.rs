//! Media types by file name and by content: the only file that names `mime_guess`.
//!
//! Its table is large and in places surprising for mail (`.ts` is a video, `.log` has several readings), so a few
//! extensions are settled here. Content is recognised by the first bytes of formats that matter for telling a lie in a name.

/// The type of a file by its name; `application/octet-stream` if its extension says nothing.
pub fn by_name(name: &str) -> String {
    let extension = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
        _ => return "application/octet-stream".into(),
    };
    let settled = match extension.as_str() {
        "log" | "conf" | "cfg" | "ini" | "out" | "err" | "txt" | "asc" => "text/plain",
        "patch" | "diff" => "text/x-diff",
        "md" => "text/markdown",
        "yml" | "yaml" => "application/yaml",
        "toml" => "application/toml",
        "ts" | "tsx" => "text/x-typescript",
        "sh" | "bash" => "text/x-shellscript",
        "py" => "text/x-python",
        "rs" => "text/x-rust",
        "js" | "mjs" => "text/javascript",
        "zst" => "application/zstd",
        "gz" | "tgz" => "application/gzip",
        "xz" => "application/x-xz",
        "bz2" => "application/x-bzip2",
        "7z" => "application/x-7z-compressed",
        "ics" => "text/calendar",
        "vcf" => "text/vcard",
        "eml" => "message/rfc822",
        "jsonl" | "ndjson" => "application/x-ndjson",
        "key" | "pem" | "crt" => "application/x-pem-file",
        "p7m" => "application/pkcs7-mime",
        "p7s" => "application/pkcs7-signature",
        "xml" => "application/xml",
        "heic" => "image/heic",
        "parquet" => "application/vnd.apache.parquet",
        _ => "",
    };
    if !settled.is_empty() {
        return settled.into();
    }
    mime_guess::from_ext(&extension).first_raw().unwrap_or("application/octet-stream").into()
}

/// The usual extension of a type, without its dot, for parts without a name.
pub fn extension(media_type: &str) -> &'static str {
    let settled = match media_type {
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/markdown" => "md",
        "image/jpeg" | "image/jpg" | "image/pjpeg" => "jpg",
        "image/tiff" => "tif",
        "image/svg+xml" => "svg",
        "audio/mpeg" => "mp3",
        "video/mp4" => "mp4",
        "video/mpeg" => "mpg",
        "message/rfc822" | "message/global" => "eml",
        "message/delivery-status" | "message/disposition-notification" => "txt",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        "application/pgp-signature" => "asc",
        "application/octet-stream" => "bin",
        "application/xml" | "text/xml" => "xml",
        "application/zip" | "application/x-zip-compressed" => "zip",
        "application/ms-tnef" => "tnef",
        _ => "",
    };
    if !settled.is_empty() {
        return settled;
    }
    mime_guess::get_mime_extensions_str(media_type).and_then(|all| all.first()).copied().unwrap_or("bin")
}

/// What the first bytes of a content are, where that is certain.
pub fn by_content(start: &[u8]) -> Option<&'static str> {
    let magic: &[(&[u8], &'static str)] = &[
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"PK\x05\x06", "application/zip"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"\x1f\x8b", "application/gzip"),
        (b"BZh", "application/x-bzip2"),
        (b"\xfd7zXZ\0", "application/x-xz"),
        (b"\x28\xb5\x2f\xfd", "application/zstd"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07", "application/vnd.rar"),
        (b"\x7fELF", "application/x-executable"),
        (b"MZ", "application/x-msdownload"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"{\\rtf", "application/rtf"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"OggS", "audio/ogg"),
        (b"ID3", "audio/mpeg"),
        (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    ];
    let simple = magic.iter().find(|(bytes, _)| start.starts_with(bytes)).map(|(_, media_type)| *media_type);
    match simple {
        // Two letters alone are also the start of ordinary text.
        Some("application/x-msdownload")
            if start.get(2..4).is_none_or(|b| b.iter().all(|b| matches!(b, 32..=126))) =>
        {
            None
        }
        None if start.len() >= 12 && start.starts_with(b"RIFF") && &start[8..12] == b"WEBP" => {
            Some("image/webp")
        }
        None if start.len() >= 12 && &start[4..8] == b"ftyp" => Some("video/mp4"),
        found => found,
    }
}

/// Whether content of type `found` may honestly be called `said`: families of containers count as one.
pub fn agrees(said: &str, found: &str) -> bool {
    let said = said.to_ascii_lowercase();
    if said == found || said == "application/octet-stream" || said.is_empty() {
        return true;
    }
    let family: &[&str] = match found {
        // Office documents, Java archives, EPUB and many more are ZIP files.
        "application/zip" => &[
            "zip",
            "officedocument",
            "opendocument",
            "jar",
            "java-archive",
            "epub",
            "apk",
            "vnd.",
            "x-xpinstall",
            "kmz",
            "sketch",
        ],
        "application/gzip" => &["gzip", "tgz", "x-tar", "compressed", "svg"],
        "application/x-ole-storage" => {
            &["msword", "excel", "powerpoint", "ms-", "visio", "msi", "project", "vnd."]
        }
        "video/mp4" => &["mp4", "quicktime", "heic", "heif", "avif", "3gpp", "m4a", "m4v", "audio/"],
        "audio/ogg" => &["ogg", "opus", "flac", "speex"],
        "application/x-executable" | "application/x-msdownload" => &[
            "executable",
            "x-msdos",
            "x-dosexec",
            "x-msdownload",
            "sharedlib",
            "portable-executable",
            "x-elf",
            "x-object",
        ],
        "application/vnd.rar" => &["rar"],
        "application/x-7z-compressed" => &["7z"],
        "application/x-bzip2" => &["bzip", "bz2"],
        "application/x-xz" => &["xz", "lzma"],
        "application/rtf" => &["rtf", "msword"],
        "image/jpeg" => &["jpeg", "jpg"],
        "application/ms-tnef" => &["tnef"],
        "image/tiff" => &["tif", "dng", "x-raw", "nef", "arw", "cr2"],
        "application/pdf" => &["pdf", "illustrator", "postscript"],
        _ => &[],
    };
    family.iter().any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name_by_content_and_back() {
        for (name, want) in [
            ("a.pdf", "application/pdf"),
            ("A.PNG", "image/png"),
            ("a.log", "text/plain"),
            ("a.tar.gz", "application/gzip"),
            ("x.csv", "text/csv"),
            ("fix.patch", "text/x-diff"),
            ("noext", "application/octet-stream"),
            (".bashrc", "application/octet-stream"),
            ("a.nosuchext", "application/octet-stream"),
            ("m.eml", "message/rfc822"),
        ] {
            assert_eq!(by_name(name), want, "{name}");
        }
        for (media_type, want) in [("application/pdf", "pdf"), ("image/png", "png"), ("x/y", "bin")] {
            assert_eq!(extension(media_type), want);
        }
        assert_eq!(by_content(b"%PDF-1.7"), Some("application/pdf"));
        assert_eq!(by_content(b"MZ\x90\0"), Some("application/x-msdownload"));
        assert_eq!(by_content(b"MZ is text"), None);
        assert_eq!(by_content(b""), None);
        assert!(agrees(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/zip"
        ));
        assert!(!agrees("image/png", "application/x-msdownload"));
    }
}
