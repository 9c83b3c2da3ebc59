import {
  firstWords,
  membersOf,
  quoted,
  type CommandLine,
  type LineCommand,
  type LineFlag,
  type Proposal,
} from './line.js';

/** A function for zsh's own completion system, to be sourced after `compinit` or put into a folder of `fpath`. */
export function zshCompletion(line: CommandLine): string {
  const groups = Object.keys(line.groups);
  const single = line.commands.filter(({ name }) => !name.includes(' '));
  return `#compdef facetag
# Completion of facetag for zsh: source <(facetag completion zsh)

${line.commands.map(commandFunction).join('\n')}
${groups.map((group) => groupFunction(line, group)).join('\n')}
_facetag() {
  local ret=1
  if ((CURRENT == 2)); then
    local -a commands=(
${described(firstWords(line))}
    )
    [[ $words[2] == -* ]] || _describe -t commands command commands && ret=0
    _facetag_tag && ret=0
    return ret
  fi
  case $words[2] in
${[...single.map(({ name }) => name), ...groups].map((name) => `    ${name}) shift words; ((CURRENT--)); ${functionOf(name)} ;;`).join('\n')}
    *) _facetag_tag ;;
  esac
}

if [[ $funcstack[1] == _facetag ]]; then
  _facetag "$@"
else
  compdef _facetag facetag
fi
`;
}

const functionOf = (name: string): string => `_facetag_${name.replaceAll(/\W/g, '_')}`;

function commandFunction({ name, flags, operands }: LineCommand): string {
  const specs = [
    ...flags.map(flagSpec),
    ...operands.map(({ name: operand, proposal, several }, at) =>
      quoted(`${several ? '*' : at + 1}:${operand}:${action(proposal)}`),
    ),
  ];
  return `${functionOf(name)}() {
  _arguments -s -S \\
${specs.map((spec) => `    ${spec}`).join(' \\\n')}
}
`;
}

function groupFunction(line: CommandLine, group: string): string {
  const members = membersOf(line, group);
  return `${functionOf(group)}() {
  if ((CURRENT == 2)); then
    local -a commands=(
${described(members.map(([word, { description }]) => [word, description]))}
    )
    _describe -t commands command commands
    return
  fi
  case $words[2] in
${members.map(([word, { name }]) => `    ${word}) shift words; ((CURRENT--)); ${functionOf(name)} ;;`).join('\n')}
  esac
}
`;
}

function described(words: readonly (readonly [string, string])[]): string {
  return words.map(([word, text]) => `      ${quoted(`${word}:${text}`)}`).join('\n');
}

/** As `_arguments` wants it: `'(-o --output)'{-o+,--output=}'[help]:value:_files -/'`. */
function flagSpec({ short, long, help, value, repeatable }: LineFlag): string {
  const text = `[${help.replaceAll(/[[\]\\]/g, '\\$&')}]`;
  const spec = value === undefined ? text : `${text}:value:${action(value)}`;
  const [afterShort, afterLong] = value === undefined ? ['', ''] : ['+', '='];
  if (short === undefined) return quoted(`${repeatable ? '*' : ''}${long}${afterLong}${spec}`);
  return `'(${short} ${long})'{${short}${afterShort},${long}${afterLong}}${quoted(spec)}`;
}

function action(proposal: Proposal): string {
  switch (proposal.kind) {
    case 'nothing':
      return ' ';
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'words': {
      const { words, separator } = proposal;
      const all = words.join(' ');
      return separator === undefined ? `(${all})` : ` _values -s ${separator} value ${all}`;
    }
  }
}
