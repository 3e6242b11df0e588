# Tells the verb on the command line; true if there is none yet.
function __fish_rimap_search_needs_command
    for word in (commandline -opc)[2..-1]
        if contains -- $word search mailbox append watch check help
            echo $word
            return 1
        end
    end
    return 0
end

function __fish_rimap_search_using_subcommand
    set -l cmd (__fish_rimap_search_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rimap-search -n "__fish_rimap_search_needs_command" -l from -d 'Sender holds TEXT (any of these flags, given again, means or)' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l to -d 'To holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l cc -d 'Cc holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l bcc -d 'Bcc holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l subject -d 'Subject holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l body -d 'Body holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l text -d 'Header or body holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l header -d 'Header K holds V; K: alone, it exists' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l list-id -d 'List-Id holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l message-id -d 'Message-ID holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l since -d 'Arrived on that day or later, within a span (15m, 7d), or since a moment' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l before -d 'Arrived before that day, moment, or longer ago than a span' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l on -d 'Arrived on that day' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l sent-since -d 'Date header on that day or later' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l sent-before -d 'Date header before that day' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l larger -d 'Larger than SIZE' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l smaller -d 'Smaller than SIZE' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l keyword -d 'Bears this keyword' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l uid -d 'Is one of these: 7, 1:5, 10:*' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l not -d 'Does not fit this expression' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l imap-search -d 'In the words of RFC 9051: \'OR FROM a SUBJECT b\'' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l gmail-raw -d 'In Gmail\'s own language' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l in -d 'Search this mailbox, or all that fit the glob (* stays in its level, ** does not), or a special use such as \\Archive' -r -f -a "INBOX\t''
\\\\All\t''
\\\\Archive\t''
\\\\Drafts\t''
\\\\Flagged\t''
\\\\Important\t''
\\\\Junk\t''
\\\\Sent\t''
\\\\Trash\t''"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l last -d 'Only the last N, by --sort or arrival' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l first -d 'Only the first N, by --sort or arrival' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l sort -d 'Order; without it as they stand in the mailbox' -r -f -a "date\t'When it arrived'
sent\t'The Date header'
size\t''
from\t'The sender'"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l retry-from -d 'Only what the JSON Lines of an earlier run in FILE call temporary' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l state -d 'What --new remembers it in' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l wait-lock -d 'Wait so long for a state in use by another run' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l wait -d 'If nothing is found, wait so long for a hit' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l show -d 'Show more of each message' -r -f -a "headers\t'The whole header'
structure\t'The parts'
text\t'The readable text'
preview\t'The first line or two of it'
raw\t'The message as it is'"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l part -d 'Write this part, decoded, to stdout' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l range -d 'Only these bytes of the part or the message, as the server stores them' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l save -d 'Save attachments of this type (image/*) or name (*.pdf)' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -s d -l dir -d 'Where to save' -r -f -a "(__fish_complete_directories)"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l name -d 'Name of saved files: {name} {date} {from} {subject} {uid} {part}' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l on-conflict -d 'What to do about a file that exists' -r -f -a "rename\t'Number the new file'
skip\t'Leave the old file alone'
overwrite\t'Replace the old file'
fail\t'Fail'"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l maildir -d 'Deliver whole messages to this Maildir' -r -f -a "(__fish_complete_directories)"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l mbox -d 'Deliver whole messages to this mbox' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l exec -d 'Run CMD for each message, which is its standard input' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l exec-timeout -d 'How long CMD may take' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l max-size -d 'Leave out messages larger than this' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l flag -d 'Set this flag: Seen, Flagged, Answered, Deleted, Draft or a keyword' -r -f -a "Seen\t''
Flagged\t''
Answered\t''
Deleted\t''
Draft\t''"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l unflag -d 'Clear this flag' -r -f -a "Seen\t''
Flagged\t''
Answered\t''
Deleted\t''
Draft\t''"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l move-to -d 'Move to this mailbox' -r -f -a "INBOX\t''
\\\\All\t''
\\\\Archive\t''
\\\\Drafts\t''
\\\\Flagged\t''
\\\\Important\t''
\\\\Junk\t''
\\\\Sent\t''
\\\\Trash\t''"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l copy-to -d 'Copy to this mailbox' -r -f -a "INBOX\t''
\\\\All\t''
\\\\Archive\t''
\\\\Drafts\t''
\\\\Flagged\t''
\\\\Important\t''
\\\\Junk\t''
\\\\Sent\t''
\\\\Trash\t''"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l rules -d 'Sort what is found by a file of rules' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l max-actions -d 'Do nothing if more than this many messages are found' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l seen -d 'Was read'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l unseen -d 'Was not read'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l flagged -d 'Is flagged'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l unflagged -d 'Is not flagged'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l answered -d 'Was answered'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l unanswered -d 'Was not answered'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l has-attachment -d 'Has an attachment'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l all -d 'Every message: an action needs a criterion, and this says that none is meant'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l reverse -d 'The other way round'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l new -d 'Only what the --state has not seen, and remember it'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l retry-failed -d 'Give the command once more what it refused in an earlier run'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l count -d 'Only how many there are'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l crlf -d 'Give CMD the message with CRLF line ends'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l trash -d 'Move to the trash'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l delete -d 'Delete for good'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l expunge-all -d 'Where a server cannot expunge just these messages, expunge whatever is marked \\Deleted'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l dry-run -d 'Only say what would be done'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -s V -l version -d 'Print version'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -a "search" -d 'Search; also what is done without a verb'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -a "mailbox" -d 'List, make, rename and delete mailboxes'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -a "append" -d 'Add messages to a mailbox'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -a "watch" -d 'Wait for new messages and tell of each'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -a "check" -d 'Try the way to the server: name, connection, TLS, login'
complete -c rimap-search -n "__fish_rimap_search_needs_command" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l from -d 'Sender holds TEXT (any of these flags, given again, means or)' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l to -d 'To holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l cc -d 'Cc holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l bcc -d 'Bcc holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l subject -d 'Subject holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l body -d 'Body holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l text -d 'Header or body holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l header -d 'Header K holds V; K: alone, it exists' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l list-id -d 'List-Id holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l message-id -d 'Message-ID holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l since -d 'Arrived on that day or later, within a span (15m, 7d), or since a moment' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l before -d 'Arrived before that day, moment, or longer ago than a span' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l on -d 'Arrived on that day' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l sent-since -d 'Date header on that day or later' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l sent-before -d 'Date header before that day' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l larger -d 'Larger than SIZE' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l smaller -d 'Smaller than SIZE' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l keyword -d 'Bears this keyword' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l uid -d 'Is one of these: 7, 1:5, 10:*' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l not -d 'Does not fit this expression' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l imap-search -d 'In the words of RFC 9051: \'OR FROM a SUBJECT b\'' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l gmail-raw -d 'In Gmail\'s own language' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l in -d 'Search this mailbox, or all that fit the glob (* stays in its level, ** does not), or a special use such as \\Archive' -r -f -a "INBOX\t''
\\\\All\t''
\\\\Archive\t''
\\\\Drafts\t''
\\\\Flagged\t''
\\\\Important\t''
\\\\Junk\t''
\\\\Sent\t''
\\\\Trash\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l last -d 'Only the last N, by --sort or arrival' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l first -d 'Only the first N, by --sort or arrival' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l sort -d 'Order; without it as they stand in the mailbox' -r -f -a "date\t'When it arrived'
sent\t'The Date header'
size\t''
from\t'The sender'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l retry-from -d 'Only what the JSON Lines of an earlier run in FILE call temporary' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l state -d 'What --new remembers it in' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l wait-lock -d 'Wait so long for a state in use by another run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l wait -d 'If nothing is found, wait so long for a hit' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l show -d 'Show more of each message' -r -f -a "headers\t'The whole header'
structure\t'The parts'
text\t'The readable text'
preview\t'The first line or two of it'
raw\t'The message as it is'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l part -d 'Write this part, decoded, to stdout' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l range -d 'Only these bytes of the part or the message, as the server stores them' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l save -d 'Save attachments of this type (image/*) or name (*.pdf)' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -s d -l dir -d 'Where to save' -r -f -a "(__fish_complete_directories)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l name -d 'Name of saved files: {name} {date} {from} {subject} {uid} {part}' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l on-conflict -d 'What to do about a file that exists' -r -f -a "rename\t'Number the new file'
skip\t'Leave the old file alone'
overwrite\t'Replace the old file'
fail\t'Fail'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l maildir -d 'Deliver whole messages to this Maildir' -r -f -a "(__fish_complete_directories)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l mbox -d 'Deliver whole messages to this mbox' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l exec -d 'Run CMD for each message, which is its standard input' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l exec-timeout -d 'How long CMD may take' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l max-size -d 'Leave out messages larger than this' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l flag -d 'Set this flag: Seen, Flagged, Answered, Deleted, Draft or a keyword' -r -f -a "Seen\t''
Flagged\t''
Answered\t''
Deleted\t''
Draft\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l unflag -d 'Clear this flag' -r -f -a "Seen\t''
Flagged\t''
Answered\t''
Deleted\t''
Draft\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l move-to -d 'Move to this mailbox' -r -f -a "INBOX\t''
\\\\All\t''
\\\\Archive\t''
\\\\Drafts\t''
\\\\Flagged\t''
\\\\Important\t''
\\\\Junk\t''
\\\\Sent\t''
\\\\Trash\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l copy-to -d 'Copy to this mailbox' -r -f -a "INBOX\t''
\\\\All\t''
\\\\Archive\t''
\\\\Drafts\t''
\\\\Flagged\t''
\\\\Important\t''
\\\\Junk\t''
\\\\Sent\t''
\\\\Trash\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l rules -d 'Sort what is found by a file of rules' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l max-actions -d 'Do nothing if more than this many messages are found' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l seen -d 'Was read'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l unseen -d 'Was not read'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l flagged -d 'Is flagged'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l unflagged -d 'Is not flagged'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l answered -d 'Was answered'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l unanswered -d 'Was not answered'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l has-attachment -d 'Has an attachment'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l all -d 'Every message: an action needs a criterion, and this says that none is meant'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l reverse -d 'The other way round'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l new -d 'Only what the --state has not seen, and remember it'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l retry-failed -d 'Give the command once more what it refused in an earlier run'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l count -d 'Only how many there are'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l crlf -d 'Give CMD the message with CRLF line ends'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l trash -d 'Move to the trash'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l delete -d 'Delete for good'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l expunge-all -d 'Where a server cannot expunge just these messages, expunge whatever is marked \\Deleted'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l dry-run -d 'Only say what would be done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -f -a "list" -d 'One line a mailbox'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -f -a "tree" -d 'As a tree, with counts'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -f -a "status" -d 'Counts of mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -f -a "create" -d 'Make mailboxes, and those above them'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -f -a "rename" -d 'Rename a mailbox and those below it'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -f -a "delete" -d 'Delete mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -f -a "subscribe" -d 'Subscribe to mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -f -a "unsubscribe" -d 'End the subscription of mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and not __fish_seen_subcommand_from list tree status create rename delete subscribe unsubscribe help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from tree" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l exist-ok -d 'One that exists is fine'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l dry-run -d 'Only say what would be done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l dry-run -d 'Only say what would be done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from rename" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l force -d 'Even if messages are in it, and with all that are below it'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l dry-run -d 'Only say what would be done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l dry-run -d 'Only say what would be done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from subscribe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l dry-run -d 'Only say what would be done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from unsubscribe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from help" -f -a "list" -d 'One line a mailbox'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from help" -f -a "tree" -d 'As a tree, with counts'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from help" -f -a "status" -d 'Counts of mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from help" -f -a "create" -d 'Make mailboxes, and those above them'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from help" -f -a "rename" -d 'Rename a mailbox and those below it'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from help" -f -a "subscribe" -d 'Subscribe to mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from help" -f -a "unsubscribe" -d 'End the subscription of mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand mailbox; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l to -d 'The mailbox' -r -f -a "INBOX\t''
\\\\All\t''
\\\\Archive\t''
\\\\Drafts\t''
\\\\Flagged\t''
\\\\Important\t''
\\\\Junk\t''
\\\\Sent\t''
\\\\Trash\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l flag -d 'Set this flag beside those a Maildir tells of' -r -f -a "Seen\t''
Flagged\t''
Answered\t''
Deleted\t''
Draft\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l skip-existing -d 'Leave out a message whose Message-ID is there already'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l create -d 'Make the mailbox if there is none'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l dry-run -d 'Only say what would be done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand append" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l from -d 'Sender holds TEXT (any of these flags, given again, means or)' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l to -d 'To holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l cc -d 'Cc holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l bcc -d 'Bcc holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l subject -d 'Subject holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l body -d 'Body holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l text -d 'Header or body holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l header -d 'Header K holds V; K: alone, it exists' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l list-id -d 'List-Id holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l message-id -d 'Message-ID holds TEXT' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l since -d 'Arrived on that day or later, within a span (15m, 7d), or since a moment' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l before -d 'Arrived before that day, moment, or longer ago than a span' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l on -d 'Arrived on that day' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l sent-since -d 'Date header on that day or later' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l sent-before -d 'Date header before that day' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l larger -d 'Larger than SIZE' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l smaller -d 'Smaller than SIZE' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l keyword -d 'Bears this keyword' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l uid -d 'Is one of these: 7, 1:5, 10:*' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l not -d 'Does not fit this expression' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l imap-search -d 'In the words of RFC 9051: \'OR FROM a SUBJECT b\'' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l gmail-raw -d 'In Gmail\'s own language' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l in -d 'The mailbox' -r -f -a "INBOX\t''
\\\\All\t''
\\\\Archive\t''
\\\\Drafts\t''
\\\\Flagged\t''
\\\\Important\t''
\\\\Junk\t''
\\\\Sent\t''
\\\\Trash\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l count -d 'End after so many messages' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l exec -d 'Run CMD for each message, which is its standard input' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l exec-timeout -d 'How long CMD may take' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l rearm -d 'Begin IDLE anew after so long' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l seen -d 'Was read'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l unseen -d 'Was not read'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l flagged -d 'Is flagged'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l unflagged -d 'Is not flagged'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l answered -d 'Was answered'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l unanswered -d 'Was not answered'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l has-attachment -d 'Has an attachment'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l all -d 'Every message: an action needs a criterion, and this says that none is meant'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l cert-days -d 'Exit 1 if the certificate ends in fewer days' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l max-time -d 'Time for the whole run' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l bind -d 'Local address of all connections' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -s u -l user -d 'User to log in as' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l auth -d 'Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l without -d 'Capabilities to ignore, for a server that does not keep what it promises' -r -f
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -s q -l quiet -d 'Errors only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -s v -l verbose -d 'Say what is done'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -l compress -d 'Compress the connection, where the server can'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and not __fish_seen_subcommand_from search mailbox append watch check help" -f -a "search" -d 'Search; also what is done without a verb'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and not __fish_seen_subcommand_from search mailbox append watch check help" -f -a "mailbox" -d 'List, make, rename and delete mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and not __fish_seen_subcommand_from search mailbox append watch check help" -f -a "append" -d 'Add messages to a mailbox'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and not __fish_seen_subcommand_from search mailbox append watch check help" -f -a "watch" -d 'Wait for new messages and tell of each'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and not __fish_seen_subcommand_from search mailbox append watch check help" -f -a "check" -d 'Try the way to the server: name, connection, TLS, login'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and not __fish_seen_subcommand_from search mailbox append watch check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and __fish_seen_subcommand_from mailbox" -f -a "list" -d 'One line a mailbox'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and __fish_seen_subcommand_from mailbox" -f -a "tree" -d 'As a tree, with counts'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and __fish_seen_subcommand_from mailbox" -f -a "status" -d 'Counts of mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and __fish_seen_subcommand_from mailbox" -f -a "create" -d 'Make mailboxes, and those above them'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and __fish_seen_subcommand_from mailbox" -f -a "rename" -d 'Rename a mailbox and those below it'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and __fish_seen_subcommand_from mailbox" -f -a "delete" -d 'Delete mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and __fish_seen_subcommand_from mailbox" -f -a "subscribe" -d 'Subscribe to mailboxes'
complete -c rimap-search -n "__fish_rimap_search_using_subcommand help; and __fish_seen_subcommand_from mailbox" -f -a "unsubscribe" -d 'End the subscription of mailboxes'
