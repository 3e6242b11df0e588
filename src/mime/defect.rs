//! Defects: what is wrong or ambiguous about a message, by a name that never changes, and where.
//!
//! A reader notes them and goes on; `lint` and `list` show them. Names are stable words for scripts; what each means stands
//! in [`meaning`], which is also the text that people are shown.

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    pub name: &'static str,
    /// Bytes from the start of the message; `None` inside something that had to be decoded first.
    pub offset: Option<u64>,
    /// What was met, for a person; raw.
    pub detail: String,
}

impl Defect {
    pub fn new(name: &'static str, offset: Option<u64>, detail: impl Into<String>) -> Defect {
        Defect { name, offset, detail: detail.into() }
    }

    pub fn meaning(&self) -> &'static str {
        meaning(self.name)
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Against the RFCs, but all readers make the same of it.
    Note,
    /// Readers differ in what they make of it, or something was lost.
    Warning,
}

const ALL: &[(&str, Severity, &str)] = &[
    ("bare_cr", Severity::Warning, "a CR without a LF"),
    ("bare_lf", Severity::Warning, "a LF without a CR among lines that end in CRLF"),
    ("base64_continued_after_padding", Severity::Warning, "base64 goes on after its padding"),
    ("base64_cut_short", Severity::Warning, "base64 ends within a quantum"),
    ("base64_ended_early", Severity::Warning, "what follows the padding of the base64 is not base64"),
    ("base64_foreign_character", Severity::Warning, "characters that are not base64 were skipped"),
    ("base64_padding", Severity::Note, "the base64 padding is missing or wrong"),
    ("base64_spare_bits", Severity::Warning, "the last base64 character has bits that belong to no byte"),
    ("boundary_invalid", Severity::Warning, "a boundary that the RFC does not allow"),
    ("boundary_missing", Severity::Warning, "a multipart without a boundary"),
    ("boundary_nested_same", Severity::Warning, "a multipart has the boundary of one around it"),
    ("boundary_prefix", Severity::Warning, "a line starts with the boundary but is no delimiter"),
    ("charset_malformed", Severity::Warning, "bytes that are not of the charset"),
    ("charset_undeclared", Severity::Warning, "eight-bit text without a charset"),
    ("charset_unknown", Severity::Warning, "nobody knows this charset; the text is left as it is"),
    ("content_type_invalid", Severity::Warning, "a Content-Type that is no type"),
    ("cte_on_container", Severity::Warning, "a transfer encoding on a multipart or message"),
    ("cte_unknown", Severity::Warning, "nobody knows this transfer encoding; the body is left as it is"),
    ("delimiter_after_end", Severity::Warning, "a delimiter after the end of its multipart"),
    ("depth_limit", Severity::Warning, "nested deeper than the limit; not looked into"),
    ("duplicate_field", Severity::Warning, "a field that may stand only once stands twice; the first counts"),
    ("duplicate_parameter", Severity::Warning, "a parameter stands twice; the first counts"),
    ("eight_bit_in_seven", Severity::Note, "eight-bit bytes in a body declared 7bit"),
    ("encoded_word_in_parameter", Severity::Note, "an encoded word where RFC 2231 is meant to be used"),
    ("end_missing", Severity::Warning, "a multipart without its end"),
    ("field_invalid", Severity::Warning, "a line in the header that is no field"),
    ("file_name_control", Severity::Warning, "a file name with control or invisible characters"),
    ("file_name_differs", Severity::Warning, "two names for one file"),
    ("file_name_path", Severity::Warning, "a file name with a path in it"),
    ("header_limit", Severity::Warning, "a header longer than the limit"),
    ("header_not_utf8", Severity::Warning, "raw eight-bit text in the header that is not UTF-8"),
    ("header_unterminated", Severity::Warning, "a header without the empty line behind it"),
    ("line_too_long", Severity::Warning, "a line longer than 998 bytes"),
    ("nul", Severity::Warning, "a NUL byte"),
    ("parameter_charset", Severity::Warning, "a parameter in a charset that nobody knows"),
    ("parameter_section", Severity::Warning, "the sections of a parameter are not whole"),
    ("parameter_syntax", Severity::Note, "a parameter that is not written as the RFC says"),
    ("part_limit", Severity::Warning, "more parts than the limit; the others were not looked at"),
    ("preamble_hides", Severity::Warning, "text outside the parts of a multipart that looks like a part"),
    ("qp_escape", Severity::Warning, "a '=' without two hexadecimal digits"),
    ("tnef_checksum", Severity::Warning, "a checksum in a winmail.dat is wrong"),
    ("tnef_malformed", Severity::Warning, "a winmail.dat that breaks off or is none"),
    ("type_disagrees", Severity::Warning, "type, file name and content do not agree"),
    ("uu_line", Severity::Warning, "a line that is not uuencoded"),
    ("uu_no_end", Severity::Warning, "uuencoded data without its end"),
    ("yenc_control", Severity::Warning, "a control line that yEnc does not have"),
    ("yenc_crc", Severity::Warning, "the checksum of the yEnc data is wrong"),
    ("yenc_no_begin", Severity::Warning, "no yEnc data where it was announced"),
    ("yenc_no_end", Severity::Warning, "yEnc data without its end"),
    ("yenc_size", Severity::Warning, "the size that yEnc announced is wrong"),
];

fn entry(name: &str) -> Option<&'static (&'static str, Severity, &'static str)> {
    ALL.binary_search_by(|(known, ..)| known.cmp(&name)).ok().map(|at| &ALL[at])
}

/// In words for a person.
pub fn meaning(name: &str) -> &'static str {
    entry(name).map_or("", |(_, _, text)| text)
}

pub fn severity(name: &str) -> Severity {
    entry(name).map_or(Severity::Note, |(_, severity, _)| *severity)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(super::ALL.is_sorted_by(|a, b| a.0 < b.0));
    }

    /// A name in the sources that is not in the table would be shown without a meaning.
    #[test]
    fn every_name_that_is_noted_is_in_the_table() {
        fn visit(dir: &std::path::Path, seen: &mut usize) {
            for path in std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()) {
                if path.is_dir() {
                    visit(&path, seen);
                    continue;
                }
                let code = std::fs::read_to_string(&path).unwrap();
                for call in ["note(\"", "Defect::new(\"", "defect(\"", "odd.push(\""] {
                    for (at, _) in code.match_indices(call) {
                        let name = code[at + call.len()..].split('"').next().unwrap();
                        assert!(!super::meaning(name).is_empty(), "{name} in {}", path.display());
                        *seen += 1;
                    }
                }
            }
        }
        let mut seen = 0;
        visit(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/mime")), &mut seen);
        assert!(seen > 20, "{seen}");
    }
}
