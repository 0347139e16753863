# Completion of keyrack for fish.
function __keyrack_ask
    set -l typed (commandline -opc) (commandline -ct)
    set -g __keyrack_words (printf '%s\0' $typed[2..] | command keyrack __complete fish 2>/dev/null)
    set -l kind $__keyrack_words[1]
    set -e __keyrack_words[1]
    if test "$kind" = command
        set -l after $typed[(math (contains -i -- -- $typed) + 1)..]
        set -l line $after[-1]
        set -e after[-1]
        set -q after[1]; and set line (string join ' ' -- (string escape -- $after) $line)
        set __keyrack_words (complete -C "$line")
    end
    test "$kind" != files # else fish completes files
end
complete -c keyrack -k -n __keyrack_ask -f -a '$__keyrack_words'
