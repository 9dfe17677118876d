#compdef midakit
# Completion of midakit for zsh: midakit itself says what may stand next.
_midakit() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
    else
      found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe -V midakit found
}
if [[ $funcstack[1] == _midakit ]]; then  # compinit found it as the file _midakit
  _midakit "$@"
elif (( $+functions[compdef] )); then  # it was sourced
  compdef _midakit midakit
fi
