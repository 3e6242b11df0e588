# Tells the verb on the command line; true if there is none yet.
function __fish_b64mime_needs_command
    for word in (commandline -opc)[2..-1]
        if contains -- $word encode decode list extract text headers header build split join lint help
            echo $word
            return 1
        end
    end
    return 0
end

function __fish_b64mime_using_subcommand
    set -l cmd (__fish_b64mime_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c b64mime -n "__fish_b64mime_needs_command" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_needs_command" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_needs_command" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_needs_command" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_needs_command" -s w -l wrap -d 'Without a verb: wrap lines after N characters, 0 for none [default: 76]' -r -f
complete -c b64mime -n "__fish_b64mime_needs_command" -s o -l output -d 'Without a verb: write to FILE' -r -F
complete -c b64mime -n "__fish_b64mime_needs_command" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_needs_command" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_needs_command" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_needs_command" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_needs_command" -s d -l decode -d 'Without a verb: decode base64, as base64 -d does'
complete -c b64mime -n "__fish_b64mime_needs_command" -s i -l ignore-garbage -d 'Without a verb: skip what is not base64'
complete -c b64mime -n "__fish_b64mime_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_needs_command" -s V -l version -d 'Print version'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "encode" -d 'Encode a file or stdin: base64, quoted-printable, uuencode or yEnc'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "decode" -d 'Decode a file or stdin; broken input is an error with its place'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "list" -d 'Show the parts of messages'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "extract" -d 'Store parts of messages as files, under safe names'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "text" -d 'Write the readable text of messages, in UTF-8'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "headers" -d 'Write the header fields of messages, decoded'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "header" -d 'Encode or decode a single header value'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "build" -d 'Build a message from files'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "split" -d 'Cut a message into pieces that mail will carry (message/partial)'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "join" -d 'Put such pieces together again'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "lint" -d 'Report what is ambiguous or broken in messages: exit 1 if anything is'
complete -c b64mime -n "__fish_b64mime_needs_command" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -s w -l wrap -d 'Wrap lines after N characters, 0 for none' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l eol -d 'Line ends' -r -f -a "lf\t''
crlf\t''"
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l name -d 'uuencode, yEnc: the file name to write; the file\'s own by default' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -s o -l output -d 'Write to FILE, which appears when it is whole' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l base64 -d 'Base64, the default'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l qp -d 'Quoted-printable'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l uu -d 'uuencode'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l yenc -d 'yEnc'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l url -d 'The alphabet that is safe in URLs (RFC 4648 section 5)'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l no-pad -d 'Leave the padding away'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l binary -d 'Quoted-printable: line ends of the input are data, too'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand encode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -s o -l output -d 'Write to FILE, which appears when it is whole' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l base64 -d 'Base64, the default'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l qp -d 'Quoted-printable'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l uu -d 'uuencode'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l yenc -d 'yEnc'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l strict -d 'Take only what the RFC allows: line ends and whole padding'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -s i -l ignore-garbage -d 'Skip what is not of the encoding'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l url -d 'The alphabet that is safe in URLs (RFC 4648 section 5)'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -s d -d 'As base64 has it: this is decoding already'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l mbox -d 'How a file with several messages is read' -r -f -a "auto\t'A file that starts with a From line is an mbox'
no\t'Every file is one message'
o\t'mbox, quoted lines left as they are'
rd\t'mbox, >From lines unquoted'
cl2\t'mbox, Content-Length counts'"
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l message -d 'Only the N-th message of a mailbox' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l max-depth -d 'Look so deep into nested parts' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l max-parts -d 'Look at so many parts of a message' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l max-header -d 'Read headers up to this size' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l no-legacy -d 'Do not look for uuencode and yEnc in text, nor into winmail.dat'
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l digest -d 'Report the SHA-256 of every content'
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l mbox -d 'How a file with several messages is read' -r -f -a "auto\t'A file that starts with a From line is an mbox'
no\t'Every file is one message'
o\t'mbox, quoted lines left as they are'
rd\t'mbox, >From lines unquoted'
cl2\t'mbox, Content-Length counts'"
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l message -d 'Only the N-th message of a mailbox' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l max-depth -d 'Look so deep into nested parts' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l max-parts -d 'Look at so many parts of a message' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l max-header -d 'Read headers up to this size' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l part -d 'The part with this number; may be repeated' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l type -d 'Parts whose type matches, such as \'image/*\'; may be repeated' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l name -d 'Parts whose file name matches; may be repeated' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l cid -d 'The part with this Content-ID; may be repeated' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -s d -l dir -d 'Where files go; made if it is not there' -r -f -a "(__fish_complete_directories)"
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l on-conflict -d 'What to do where a file of the name exists' -r -f -a "rename\t'Number the new file'
skip\t'Leave the old file alone'
overwrite\t'Replace the old file'
fail\t'Fail'"
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l name-template -d 'Name files so: {part}, {name}, {type}, {cid}, {message} are filled in' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l no-legacy -d 'Do not look for uuencode and yEnc in text, nor into winmail.dat'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l attachments -d 'Attachments: the default if nothing else is said'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l inline -d 'What is shown within the body'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l all -d 'Every part, bodies too'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -s r -l recurse -d 'Go into attached messages, too'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l to-stdout -d 'Write the contents to stdout, one after the other'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l digest -d 'Report the SHA-256 of what was stored'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l strict -d 'Broken encodings are errors; by default all that can be saved is stored'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l dry-run -d 'Say what would be stored, and store nothing'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand extract" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l mbox -d 'How a file with several messages is read' -r -f -a "auto\t'A file that starts with a From line is an mbox'
no\t'Every file is one message'
o\t'mbox, quoted lines left as they are'
rd\t'mbox, >From lines unquoted'
cl2\t'mbox, Content-Length counts'"
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l message -d 'Only the N-th message of a mailbox' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l max-depth -d 'Look so deep into nested parts' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l max-parts -d 'Look at so many parts of a message' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l max-header -d 'Read headers up to this size' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l no-legacy -d 'Do not look for uuencode and yEnc in text, nor into winmail.dat'
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -s r -l recurse -d 'Go into attached messages, too'
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand text" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l mbox -d 'How a file with several messages is read' -r -f -a "auto\t'A file that starts with a From line is an mbox'
no\t'Every file is one message'
o\t'mbox, quoted lines left as they are'
rd\t'mbox, >From lines unquoted'
cl2\t'mbox, Content-Length counts'"
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l message -d 'Only the N-th message of a mailbox' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l max-depth -d 'Look so deep into nested parts' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l max-parts -d 'Look at so many parts of a message' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l max-header -d 'Read headers up to this size' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -s H -l field -d 'Only fields of this name; may be repeated' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l part -d 'The header of this part; the message\'s by default' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l no-legacy -d 'Do not look for uuencode and yEnc in text, nor into winmail.dat'
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l raw -d 'As they stand there, folds and all'
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand headers" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -f -a "decode" -d 'Decode encoded words (RFC 2047)'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -f -a "encode" -d 'Encode text for a header, folded'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -f -a "params" -d 'Read a value with parameters (RFC 2231), such as Content-Disposition\'s'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and not __fish_seen_subcommand_from decode encode params help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from decode" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from decode" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from decode" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from decode" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from decode" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from decode" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from decode" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from decode" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -l name -d 'Write the whole field' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from encode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from params" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from params" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from params" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from params" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from params" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from params" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from params" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from params" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from params" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from help" -f -a "decode" -d 'Decode encoded words (RFC 2047)'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from help" -f -a "encode" -d 'Encode text for a header, folded'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from help" -f -a "params" -d 'Read a value with parameters (RFC 2231), such as Content-Disposition\'s'
complete -c b64mime -n "__fish_b64mime_using_subcommand header; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l to -d 'Recipient, or several with commas; may be repeated' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l cc -d 'Recipient of a copy' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l bcc -d 'Recipient whom the message does not name' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l from -d 'Sender' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l reply-to -d 'Where answers go' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -s s -l subject -d 'Subject' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l header -d 'A further header field, \'Key: value\'; may be repeated' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l body -d 'The text' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l body-file -d 'The text, from FILE or stdin (-)' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l html -d 'The text as HTML, from FILE or stdin (-)' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l inline -d 'A file that the HTML shows by <img src="cid:CID">' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -s a -l attach -d 'A file or \'GLOB\' to attach; behind it ;type=T ;name=N ;tail=SIZE ;gzip' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l attach-stdin -d 'Attach what comes on stdin under this name' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l filename-encoding -d 'How file names outside ASCII are written' -r -f -a "both\t'RFC 2231, and an encoded word for readers that know only that'
2231\t'RFC 2231'
2047\t'Encoded words'"
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l digest -d 'A message to go along in a digest; may be repeated' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l part -d 'A ready part, such as --bare writes; may be repeated' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l as -d 'The kind of multipart that holds the parts: mixed, alternative, parallel, …' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l date -d 'The date, such as 2026-11-23T05:32; now by default' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l message-id -d 'The Message-ID; a random one by default' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -s o -l output -d 'Write to FILE, which appears when it is whole' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l bare -d 'Write a part, without the fields of a message'
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l lf -d 'Write LF line ends in place of CRLF'
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l size -d 'Write only the size that the message has'
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -s s -l size -d 'The largest size of a piece' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -s d -l dir -d 'Where the pieces go; made if it is not there' -r -f -a "(__fish_complete_directories)"
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -l on-conflict -d 'What to do where a file of the name exists' -r -f -a "rename\t'Number the new file'
skip\t'Leave the old file alone'
overwrite\t'Replace the old file'
fail\t'Fail'"
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand split" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -l id -d 'Of pieces of several messages: those with this id' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -s o -l output -d 'Write to FILE, which appears when it is whole' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand join" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l mbox -d 'How a file with several messages is read' -r -f -a "auto\t'A file that starts with a From line is an mbox'
no\t'Every file is one message'
o\t'mbox, quoted lines left as they are'
rd\t'mbox, >From lines unquoted'
cl2\t'mbox, Content-Length counts'"
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l message -d 'Only the N-th message of a mailbox' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l max-depth -d 'Look so deep into nested parts' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l max-parts -d 'Look at so many parts of a message' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l max-header -d 'Read headers up to this size' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l no-legacy -d 'Do not look for uuencode and yEnc in text, nor into winmail.dat'
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l warnings -d 'Only what readers differ about, or what is lost'
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -s q -l quiet -d 'Errors only'
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -s v -l verbose -d 'Say what is done'
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c b64mime -n "__fish_b64mime_using_subcommand lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "encode" -d 'Encode a file or stdin: base64, quoted-printable, uuencode or yEnc'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "decode" -d 'Decode a file or stdin; broken input is an error with its place'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "list" -d 'Show the parts of messages'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "extract" -d 'Store parts of messages as files, under safe names'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "text" -d 'Write the readable text of messages, in UTF-8'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "headers" -d 'Write the header fields of messages, decoded'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "header" -d 'Encode or decode a single header value'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "build" -d 'Build a message from files'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "split" -d 'Cut a message into pieces that mail will carry (message/partial)'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "join" -d 'Put such pieces together again'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "lint" -d 'Report what is ambiguous or broken in messages: exit 1 if anything is'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and not __fish_seen_subcommand_from encode decode list extract text headers header build split join lint help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and __fish_seen_subcommand_from header" -f -a "decode" -d 'Decode encoded words (RFC 2047)'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and __fish_seen_subcommand_from header" -f -a "encode" -d 'Encode text for a header, folded'
complete -c b64mime -n "__fish_b64mime_using_subcommand help; and __fish_seen_subcommand_from header" -f -a "params" -d 'Read a value with parameters (RFC 2231), such as Content-Disposition\'s'
