# Tells the verb on the command line; true if there is none yet.
function __fish_rsendmail_needs_command
    for word in (commandline -opc)[2..-1]
        if contains -- $word check help
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
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l server -d 'smtp://[user@]host[:port] or smtps://…' -r -f
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
complete -c rsendmail -n "__fish_rsendmail_needs_command" -l timeout -d 'Longest silence while bytes should flow' -r -f
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
complete -c rsendmail -n "__fish_rsendmail_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l cert-days -d 'The answer is no if the server\'s certificate ends within so many days' -r -f
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l server -d 'smtp://[user@]host[:port] or smtps://…' -r -f
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
complete -c rsendmail -n "__fish_rsendmail_using_subcommand check" -l timeout -d 'Longest silence while bytes should flow' -r -f
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
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and not __fish_seen_subcommand_from check help" -f -a "check" -d 'Try the server: name, connection, TLS, login, capabilities'
complete -c rsendmail -n "__fish_rsendmail_using_subcommand help; and not __fish_seen_subcommand_from check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
