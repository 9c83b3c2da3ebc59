import {
  firstWords,
  formsOf,
  membersOf,
  quoted,
  valueFlags,
  type CommandLine,
  type LineCommand,
  type Proposal,
} from './line.js';

/** A function for bash 4 and later that needs no other package. */
export function bashCompletion(line: CommandLine): string {
  const groups = Object.keys(line.groups);
  const first = firstWords(line).map(([word]) => word);
  return `# Completion of facetag for bash: source <(facetag completion bash)

# _facetag_files <current word> [-d]: files, or folders alone.
_facetag_files() {
  compopt -o filenames 2> /dev/null
  local name
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "\${2:--f}" -- "$1")
}

# _facetag_words <current word> <words> [separator]
_facetag_words() {
  local before= word=$1
  if [[ -n $3 && $1 == *"$3"* ]]; then
    before=\${1%"$3"*}$3
    word=\${1##*"$3"}
  fi
  local IFS=$' \\n'
  COMPREPLY+=($(compgen -P "$before" -W "$2" -- "$word"))
}

_facetag() {
  COMPREPLY=()
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=tag
  local -i first=1 position=0 i
  # The shell takes --flag=value for three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $previous in
${valueFlags(line)
  .map((flag) => `    ${formsOf(flag).join('|')}) ${propose(flag.value)}; return ;;`)
  .join('\n')}
  esac
  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in
      ${first.filter((word) => !groups.includes(word)).join('|')}) command=\${COMP_WORDS[1]} first=2 ;;
      ${groups.join('|')})
        command=\${COMP_WORDS[1]} first=3
        ((COMP_CWORD == 2)) || command+=" \${COMP_WORDS[2]}"
        ;;
    esac
  fi
  for ((i = first; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${valueFlags(line).flatMap(formsOf).join('|')})
        i+=1
        [[ \${COMP_WORDS[i]} != = ]] || i+=1
        ;;
      -*) ;;
      *) position+=1 ;;
    esac
  done
  case $command in
${line.commands.map(commandCase).join('\n')}
${groups.map((group) => `    ${group}) ${wordsCall(membersOf(line, group).map(([word]) => word))} ;;`).join('\n')}
  esac
  if ((COMP_CWORD == 1)) && [[ $current != -* ]]; then
    ${wordsCall(first)}
  fi
}

complete -F _facetag facetag
`;
}

function commandCase({ name, flags, operands }: LineCommand): string {
  const lastOne = operands.length - 1;
  const positions = operands.map(
    ({ proposal, several }, at) =>
      `          ${several && at === lastOne ? '*' : at}) ${propose(proposal)} ;;`,
  );
  return `    ${quoted(name)})
      if [[ $current == -* ]]; then
        ${wordsCall(flags.map(({ long }) => long))}
      else
        case $position in
${positions.join('\n') || '          *) ;;'}
        esac
      fi
      ;;`;
}

function propose(proposal: Proposal): string {
  switch (proposal.kind) {
    case 'nothing':
      return ':';
    case 'file':
      return '_facetag_files "$current"';
    case 'folder':
      return '_facetag_files "$current" -d';
    case 'words':
      return wordsCall(proposal.words, proposal.separator);
  }
}

function wordsCall(words: readonly string[], separator?: string): string {
  const call = `_facetag_words "$current" ${quoted(words.join(' '))}`;
  return separator === undefined ? call : `${call} ${quoted(separator)}`;
}
