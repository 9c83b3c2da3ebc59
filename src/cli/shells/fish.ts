import {
  firstWords,
  formsOf,
  membersOf,
  valueFlags,
  type CommandLine,
  type LineCommand,
  type LineFlag,
  type Proposal,
} from './line.js';

/** Rules for fish 3 and later. */
export function fishCompletion(line: CommandLine): string {
  const groups = Object.keys(line.groups);
  const first = firstWords(line);
  return `# Completion of facetag for fish: facetag completion fish | source

# Prints the command that the words before the cursor ask for: tag where they name none.
function __facetag_command
    set -l words (commandline -opc)
    if contains -- "$words[2]" ${groups.join(' ')}
        test (count $words) -eq 2; and echo $words[2]; or echo $words[2..3]
    else if contains -- "$words[2]" ${first.map(([word]) => word).join(' ')}
        echo $words[2]
    else
        echo tag
    end
end

# Whether the words before the cursor ask for a command.
function __facetag_is
    test "$argv" = (__facetag_command)
end

# Whether the next operand of a command is the one at a place, counted from 0; with a plus, that or a later one.
function __facetag_at
    __facetag_is $argv[2..]; or return 1
    set -l words (commandline -opc)
    set -e words[1]
    test "$argv[2]" = "$words[1]"; and set -e words[1..(math (count $argv) - 1)]
    set -l position 0
    set -l is_value 0
    for word in $words
        if test $is_value = 1
            set is_value 0
        else if contains -- $word ${valueFlags(line).flatMap(formsOf).join(' ')}
            set is_value 1
        else if not string match -q -- '-*' $word
            set position (math $position + 1)
        end
    end
    switch $argv[1]
        case '*+'
            test $position -ge (string trim --right --chars=+ $argv[1])
        case '*'
            test $position = $argv[1]
    end
end

# Words of a list that the current token may go on with.
function __facetag_list
    set -l before (string match -rg '^(?:--[a-z-]+=)?(.*,)' -- (commandline -ct))
    string join \\n -- "$before"$argv[1..]
end

complete -c facetag -e
complete -c facetag -f
${first.map(([word, text]) => rule(['-n', literal(isFirst)], ['-a', word, '-d', literal(text)])).join('\n')}
${groups
  .flatMap((group) =>
    membersOf(line, group).map(([word, { description }]) =>
      rule(['-n', literal(`__facetag_is ${group}`)], ['-a', word, '-d', literal(description)]),
    ),
  )
  .join('\n')}
${line.commands.flatMap(commandRules).join('\n')}
`;
}

/** Nothing was typed yet behind the program's name. */
const isFirst = 'test (count (commandline -opc)) -eq 1';

function commandRules({ name, flags, operands }: LineCommand): string[] {
  return [
    ...flags.map((flag) => rule(['-n', literal(`__facetag_is ${name}`)], flagWords(flag))),
    ...operands.flatMap(({ proposal, several }, at) => {
      const words = proposalWords(proposal);
      return words.length === 0
        ? []
        : [rule(['-n', literal(`__facetag_at ${at}${several ? '+' : ''} ${name}`)], words)];
    }),
  ];
}

function flagWords({ short, long, help, value }: LineFlag): string[] {
  return [
    ...(short === undefined ? [] : ['-s', short.slice(1)]),
    '-l',
    long.slice(2),
    ...(value === undefined ? [] : [value.kind === 'file' ? '-r' : '-x', ...proposalWords(value)]),
    '-d',
    literal(help),
  ];
}

function proposalWords(proposal: Proposal): string[] {
  switch (proposal.kind) {
    case 'nothing':
      return [];
    case 'file':
      return ['-F'];
    case 'folder':
      return ['-a', literal('(__fish_complete_directories (commandline -ct) "")')];
    case 'words': {
      const words = proposal.words.join(' ');
      return ['-a', literal(proposal.separator === undefined ? words : `(__facetag_list ${words})`)];
    }
  }
}

function rule(condition: readonly string[], words: readonly string[]): string {
  return ['complete -c facetag', ...condition, ...words].join(' ');
}

/** A word as fish takes it literally. */
function literal(word: string): string {
  return `'${word.replaceAll(/[\\']/g, '\\$&')}'`;
}
