# Tells the verb on the command line; true if there is none yet.
function __fish_rsendmail_needs_command
    for word in (commandline -opc)[2..-1]
        if contains -- $word check queue help
            echo $word
            return 1
        end
    end
    return 0
end

function __fish_rsendmail_using_subcommand
    set -l cmd (__fish_rsendmail_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rsendmail -n "__fish_rsendmail_needs_command" -l to -d 'Recipient, or several with commas; may be repeated' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l cc -d 'Recipient of a copy' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l bcc -d 'Recipient whom the message does not name' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l from -d 'Sender' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l reply-to -d 'Where answers go' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s s -l subject -d 'Subject' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l header -d 'A further header field, \'Key: value\'; may be repeated' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l body -d 'The text' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l body-file -d 'The text, from FILE or stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l html -d 'The text as HTML, from FILE or stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l inline -d 'A file that the HTML shows by <img src="cid:CID">' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s a -l attach -d 'A file or \'GLOB\' to attach; behind it ;type=T ;name=N ;tail=SIZE ;gzip' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l attach-stdin -d 'Attach what comes on stdin under this name' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l filename-encoding -d 'How file names outside ASCII are written' -r -f -a "both\t'RFC 2231, and an encoded word for readers that know only that'
2231\t'RFC 2231'
2047\t'Encoded words'"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l eml -d 'Send the message in FILE, stdin (-), or all messages of a directory, Maildir or mbox; may be repeated' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l envelope-from -d 'The sender that failures are reported to; \'\' for none' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l rcpt-policy -d 'What becomes of the others if a recipient is refused' -r -f -a "any\t'Those that are accepted get it'
all\t'Nobody gets it if one is refused'"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l notify -d 'When to report on a delivery: never, or success,failure,delay' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l ret -d 'What a report shall return' -r -f -a "full\t'The whole message'
hdrs\t'Its header'"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l envid -d 'An id that reports name' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l if-too-large -d 'What to do with a message larger than the server takes' -r -f -a "fail\t'Fail'
drop-attachments\t'Send it without its attachments, and say so in the text'"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l retry-from -d 'Send only what FILE, the JSON Lines of an earlier run, calls temporary' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l aliases -d 'Where mail for names without a domain goes, in the format of /etc/aliases, which counts by itself unless the server is this machine\'s own' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l merge -d 'One message for each row of FILE (or stdin, -), CSV with names in its first line or JSON Lines: {name} in the flags of message and envelope stands for the row\'s value, {{ for a brace' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l merge-key -d 'The field that tells one row from another in JSON and for --retry-from, in place of the line' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l rate -d 'No more messages than this, such as 10/s or 500/m' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l max-per-connection -d 'A new connection after so many messages' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l filter -d 'Send what CMD writes, given the message (DKIM, PGP, S/MIME); exit 75, or a command that is not there, puts it off; any other failure ends it' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l filter-timeout -d 'Time for one run of it' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l queue -d 'Leave it to the queue: always, on-failure or never; alone: always' -r -f -a "always\t'Leave everything to a later `queue run`'
on-failure\t'Leave to it what cannot be sent now, unless the server refused this message or recipient'
never\t''"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l max-age -d 'How long a queued message is tried' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l mx-port -d 'The port of mail exchangers' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l resolver -d 'Ask this name server, in place of those in /etc/resolv.conf' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s E -l skip-empty -d 'Send nothing if the text is empty'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s t -l read-recipients -d 'Take the recipients from To, Cc and Bcc of the message; without --eml it is read from stdin'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l no-downgrade -d 'Refuse eight-bit text that the server cannot take, in place of encoding it anew'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l require-tls -d 'Over verified TLS all the way, or not at all (REQUIRETLS)'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l print -d 'Write the message to stdout, send nothing'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l dry-run -d 'Go as far as RCPT, then reset'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l retry-unknown -d 'With --retry-from: what it calls unknown as well, which may be delivered twice'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l aliases-check -d 'Look for mistakes in the aliases, send nothing'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l template -d 'Fields count inside the files of --body-file and --html too'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l no-flush -d 'After a good send, leave alone what is queued for the same server'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l sendmail -d 'The flags are sendmail\'s; has to come first'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l mx -d 'Deliver to the mail exchangers of each recipient\'s domain, under TLS where they offer it (not verified, unless --tls required)'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -s V -l version -d 'Print version'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -f -a "check" -d 'Try the server: name, connection, TLS, login, capabilities'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -f -a "queue" -d 'What is to be sent later: look at it, send it, hold it, remove it'
complete -c rsendmail -n "__fish_rsendmail_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l cert-days -d 'The answer is no if the server\'s certificate ends within so many days' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -f -a "list" -d 'List what is queued'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -f -a "run" -d 'Send what is due'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -f -a "show" -d 'Show all that is known of a message'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -f -a "hold" -d 'Send it no more until it is released'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -f -a "release" -d 'Let go what was held'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -f -a "retry" -d 'Try again now, also what failed for good'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -f -a "rm" -d 'Remove from the queue, unsent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -f -a "check" -d 'Whether all is well: nothing failed, nothing unknown, nothing waits for long'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and not __fish_seen_subcommand_from list run show hold release retry rm check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l state -d 'Only those in this state; may be repeated' -r -f -a "queued\t''
held\t''
sending\t''
unknown\t''
failed\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l now -d 'Those as well whose time has not come'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l retry-unknown -d 'Those as well that may have been delivered: this may deliver them twice'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l message -d 'The message itself'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l state -d 'All in this state; may be repeated' -r -f -a "queued\t''
held\t''
sending\t''
unknown\t''
failed\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l all -d 'All that is queued'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from hold" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l state -d 'All in this state; may be repeated' -r -f -a "queued\t''
held\t''
sending\t''
unknown\t''
failed\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l all -d 'All that is queued'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from release" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l state -d 'All in this state; may be repeated' -r -f -a "queued\t''
held\t''
sending\t''
unknown\t''
failed\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l for -d 'How long it is tried from now on' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l all -d 'All that is queued'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l unknown -d 'To those as well who may have got it: this may deliver it twice'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l state -d 'All in this state; may be repeated' -r -f -a "queued\t''
held\t''
sending\t''
unknown\t''
failed\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l all -d 'All that is queued'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l older-than -d 'The answer is no if something waits for longer' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l queue-dir -d 'The queue\'s directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory' -r -f -a "(__fish_complete_directories)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l server -d 'smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l helo -d 'Our name in EHLO' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l auth -d 'Log in by this mechanism and no other' -r -f -a "scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l token-command -d 'Take an OAuth 2.0 access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l verdict-timeout -d 'Time for the verdict on a message once all of it is sent' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l max-time -d 'Time for the whole run' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l bind -d 'Local address of all connections' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -s u -l user -d 'User to log in as' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l no-pipelining -d 'One command at a time, even if the server pipelines'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l no-chunking -d 'Never BDAT, even if the server offers CHUNKING'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Errors only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say what is done'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "list" -d 'List what is queued'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "run" -d 'Send what is due'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show all that is known of a message'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "hold" -d 'Send it no more until it is released'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "release" -d 'Let go what was held'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "retry" -d 'Try again now, also what failed for good'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove from the queue, unsent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "check" -d 'Whether all is well: nothing failed, nothing unknown, nothing waits for long'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand queue; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and not __fish_seen_subcommand_from check queue help" -f -a "check" -d 'Try the server: name, connection, TLS, login, capabilities'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and not __fish_seen_subcommand_from check queue help" -f -a "queue" -d 'What is to be sent later: look at it, send it, hold it, remove it'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and not __fish_seen_subcommand_from check queue help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "list" -d 'List what is queued'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "run" -d 'Send what is due'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "show" -d 'Show all that is known of a message'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "hold" -d 'Send it no more until it is released'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "release" -d 'Let go what was held'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "retry" -d 'Try again now, also what failed for good'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "rm" -d 'Remove from the queue, unsent'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and __fish_seen_subcommand_from queue" -f -a "check" -d 'Whether all is well: nothing failed, nothing unknown, nothing waits for long'
