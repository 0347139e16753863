#compdef keyrack
# Completion of keyrack for zsh. As a file, its name is _keyrack, in a folder of $fpath.
_keyrack() {
    local -a typed lines
    typed=("${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}")
    lines=("${(@f)$(printf '%s\0' "${(@)typed[2,-1]}" | command keyrack __complete zsh 2>/dev/null)}")
    case $lines[1] in
        files)
            compset -P 1 '--*='
            _files
            ;;
        command)
            shift ${words[(i)--]} words
            CURRENT=$(( CURRENT - ${typed[(i)--]} ))
            _normal
            ;;
        words)
            shift lines
            (( $#lines )) && _describe -V keyrack lines
            ;;
    esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _keyrack "$@"
else
    compdef _keyrack keyrack
fi
