# Completion of keyrack for bash 4 and newer.
_keyrack() {
    local kind= line i
    COMPREPLY=()
    {
        IFS= read -r kind
        while IFS= read -r line; do
            COMPREPLY+=("$line")
        done
    } < <(printf '%s\0' "${COMP_LINE:0:COMP_POINT}" "$2" | command keyrack __complete bash 2>/dev/null)
    case $kind in
        files)
            compopt -o default
            ;;
        command)
            for ((i = 1; i < COMP_CWORD; i++)); do
                [[ ${COMP_WORDS[i]} == -- ]] && break
            done
            if declare -F _comp_command_offset >/dev/null; then # of bash-completion, if that is there
                _comp_command_offset $((i + 1))
            elif declare -F _command_offset >/dev/null; then # of an older one
                _command_offset $((i + 1))
            else
                compopt -o default
                ((COMP_CWORD == i + 1)) && mapfile -t COMPREPLY < <(compgen -c -- "$2")
            fi
            ;;
    esac
}
complete -F _keyrack keyrack
