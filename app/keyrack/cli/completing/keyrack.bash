# Completion of keyrack for bash 4 and newer.
_keyrack() {
    local kind= line
    COMPREPLY=()
    {
        IFS= read -r kind
        while IFS= read -r line; do
            COMPREPLY+=("$line")
        done
    } < <(printf '%s\0' "${COMP_LINE:0:COMP_POINT}" "$2" | command keyrack __complete bash 2>/dev/null)
    if [[ $kind == files ]]; then
        compopt -o default
    fi
}
complete -F _keyrack keyrack
