import { COMMAND_NAMES, COMMANDS, type CommandRow } from '../src/cli/commands.js';
import { FLAG_GROUPS } from '../src/cli/flag-row.js';
import { environmentName, flagsOf, FOUND_NAMES, type CommandFlag } from '../src/cli/flags.js';

/** What man/facetag.1 says, out of the tables that the command line is read with. */
export function manPage(): string {
  const { description }: CommandRow = COMMANDS.tag;
  return `.\\" Made from the flag table: npx vitest run test/e2e/readme.test.ts -u
.TH FACETAG 1 "" facetag "User Commands"
.nh
.ad l
.SH NAME
facetag \\- find faces in folders of pictures, with gender and age group
.SH SYNOPSIS
.B facetag
.RI [ tag ]
.I paths
\\&.\\|.\\|.
.RI [ flags ]
.br
.B facetag
.I command
.RI [ flags ]
.SH DESCRIPTION
${text(description)}
Unchanged pictures are skipped, and a run that was killed is finished by the next one.
Standard output carries data only; what is for people goes to standard error.
.SH COMMANDS
${COMMAND_NAMES.map(command).join('\n')}
.SH FLAGS OF TAG
${FLAG_GROUPS.flatMap((group) => {
  const flags = flagsOf('tag').filter(({ row }) => row.group === group);
  return flags.length === 0 ? [] : [`.SS ${group}`, ...flags.map(flag)];
}).join('\n')}
.SH ENVIRONMENT
Every flag has an environment form,
.B ${text(environmentName('minFace'))}
for
.BR ${text('--min-face')} .
A flag wins over it, and an empty variable counts as unset.
A switch is 1 or 0 there.
.SH FILES
.TP
.I facetag.config.json
In the working directory: flags as JSON, minFace for
.BR ${text('--min-face')} .
The environment wins over it.
Unless ${text('--config')} or FACETAG_CONFIG names it, it may set no more than ${FOUND_NAMES.join(', ')}.
.SH EXIT STATUS
${EXIT_CODES.map(([code, meaning]) => `.TP\n.B ${code}\n${text(meaning)}`).join('\n')}
.SH EXAMPLES
.nf
${EXAMPLES.map(text).join('\n')}
.fi
.SH SEE ALSO
.BR "facetag help" ,
which shows the fields of expressions, too.
`;
}

const EXIT_CODES = [
  ['0', 'Every picture was processed or unchanged.'],
  ['1', 'The run finished, and at least one picture failed.'],
  ['2', 'It could not run, and will not by itself: bad flag, missing path, no pictures, no model.'],
  ['3', 'A rule of --fail-if matched.'],
  [
    '75',
    'It could not go on now: full disk, another run on the same folder. The same command may succeed later.',
  ],
  ['130, 143', 'It was stopped by SIGINT or SIGTERM, in order.'],
] as const;

const EXAMPLES = [
  'facetag photos -o faces --annotate',
  "find . -name '*.jpg' -print0 | facetag --files-from - -0 -o faces",
  'facetag photos --jsonl | jq -c .faces',
];

function command(name: (typeof COMMAND_NAMES)[number]): string {
  const { description, arguments: words }: CommandRow = COMMANDS[name];
  const own = flagsOf(name).filter(({ row }) => row.group !== 'Messages');
  const usage = [`\\fB${text(name)}\\fR`, ...words.map(({ usage: each }) => `\\fI${text(each)}\\fR`)];
  const flags = name === 'tag' ? '' : own.map(({ row }) => `\\fB${text(row.flags)}\\fR`).join(', ');
  return `.TP\n${usage.join(' ')}\n${text(description.replace(/\.$/, ''))}.${flags === '' ? '' : `\nFlags: ${flags}.`}`;
}

function flag({ row, help, name }: CommandFlag): string {
  const [, names = '', value = ''] = /^(.*?)(?: (<.*>))?$/.exec(row.flags) ?? [];
  const shown = value === '' ? '' : ` \\fI${text(value)}\\fR`;
  return `.TP\n\\fB${text(names)}\\fR${shown}\n${text(help)} (${text(environmentName(name))})`;
}

/** Text as roff takes it literally; a line of it that begins with a dot or a quote would be a request. */
function text(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('…', '\\&...')
    .replace(/^(?=\.)/, '\\&');
}
