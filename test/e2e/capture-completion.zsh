# zsh -f capture-completion.zsh <script> <line>: what zsh proposes for the line once the script is sourced, one proposal
# a line. zsh completes nowhere but in an interactive shell: this file runs one in a pseudo-terminal, which sources it too.

if [[ -z $COMPLETION_SCRIPT ]]; then
  zmodload zsh/zpty
  export COMPLETION_SCRIPT=$1
  zpty shell zsh -f -i
  zpty -w shell "source ${(q)0:A}"
  repeat 9; do
    zpty -r shell line
    [[ $line == ready* ]] && break
  done
  zpty -w shell "$2"$'\t'
  integer marks=0
  while zpty -r shell line; do
    if [[ $line == *$'\0'* ]]; then
      ((marks++ == 0)) || exit 0
    elif ((marks == 1)); then
      print -r -- "${line%%$'\r\n'}"
    fi
  done
  exit 1
fi

PROMPT=
autoload compinit
compinit -u -d $COMPLETION_SCRIPT.zcompdump
source $COMPLETION_SCRIPT

# Prints what is proposed instead of collecting it, between two lines with a NUL.
mark() { echo -E - $'\0'; }
compprefuncs=(mark)
comppostfuncs=(mark exit)
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a hits before
  builtin compadd -A hits "$@"
  zparseopts -E P:=before p:=before
  local hit
  for hit in $hits; do echo -E - "$IPREFIX${before[2]}$hit"; done
  builtin compadd "$@"
}
zmodload zsh/zutil
zstyle ':completion:*' insert-tab false

# A line is completed, never run.
bindkey '^M' undefined
bindkey '^J' undefined
bindkey '^I' complete-word
echo ready
