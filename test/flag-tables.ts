import { COMMAND_NAMES, COMMANDS, type CommandName, type CommandRow } from '../src/cli/commands.js';
import { environmentName, flagsOf, FOUND_NAMES } from '../src/cli/flags.js';

/** What docs/flags.md says, out of the tables that the command line is read with. */
export function flagTables(): string {
  return `# Commands and flags

Each flag has an environment form; a flag wins over it, and an empty variable counts as unset. A switch is \`1\` or \`0\`
there; \`FACETAG_IGNORE\` has one glob a line. An unknown \`FACETAG_…\` variable is told, with the name that was probably
meant. Without the word \`tag\` the same holds for \`facetag <paths...>\`. This page is compared with the program by a test.

${foundKeys()}

${COMMAND_NAMES.map(commandSection).join('\n')}`;
}

/** What docs/flags.md and docs/shell.md say of a config file that nobody named. */
export function foundKeys(): string {
  return `A \`facetag.config.json\` that is only found in the working directory may set ${FOUND_NAMES.map((name) => `\`${name}\``).join(', ')}. Every other key needs \`--config\` or \`FACETAG_CONFIG\`.`;
}

function commandSection(name: CommandName): string {
  const { description, arguments: words }: CommandRow = COMMANDS[name];
  const usage = ['facetag', name, ...words.map((word) => word.usage), '[flags]'].join(' ');
  return `## ${name}

\`${usage}\`: ${description}

| flag | environment | meaning |
| --- | --- | --- |
${flagsOf(name)
  .map(
    ({ name: flag, row, help }) =>
      `| \`${row.flags}\` | \`${environmentName(flag)}\` | ${escapeCell(help)} |`,
  )
  .join('\n')}
`;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<');
}
