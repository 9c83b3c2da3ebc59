import path from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../../src/errors.js';
import { readSecondRoot, type SecondRoot } from './second-root.js';

export const SECTIONS = ['speed', 'start', 'memory', 'stages', 'faces', 'decode', 'growth'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Options {
  readonly sections: readonly Section[];
  /** Only contenders whose name holds one of these texts; none: all. */
  readonly contenders: readonly string[];
  /** Whether variants of compact run too: its crops of before, and its flags that cost time. */
  readonly variants: boolean;
  /** A system beside this one whose facetag runs too, side by side. */
  readonly root: SecondRoot | undefined;
  /** Rounds of the timed sections; figures are medians over them. */
  readonly rounds: number;
  /** Aim for one steady-state run, in seconds. */
  readonly seconds: number;
  /** Folder sizes of the growth section, in pictures, ascending. */
  readonly growth: readonly number[];
  /** Folder to build and keep pictures, models and peers in; else a temporary one. */
  readonly scratch: string | undefined;
  /** Folder of RESULTS.md and results.json; undefined: stdout only. */
  readonly output: string | undefined;
}

export const usage = `npm run bench -- [options]

  --quick                a few minutes: two short rounds, growth to 300 pictures
  --only <section>       ${SECTIONS.join(', ')} (repeatable)
  --contender <text>     only contenders whose name holds the text (repeatable)
  --variants             also compact with the crops of before, --flip, --small-faces and --turned
  --root <dir>:<dir>     also compact in a second root (debootstrap), as root: its folder, and the checkout in it
  --rounds <n>           rounds of the timed sections (5)
  --seconds <s>          aim for one steady-state run (2.5)
  --growth <a,b,c>       folder sizes (100,1000,10000)
  --scratch <dir>        build pictures, models and peers here and keep them
  -o, --output <dir>     where RESULTS.md and results.json go (a full run: test/bench; else nowhere)
`;

/** @throws {FatalError} USAGE for an unknown section or a number that is none; parseArgs' own for an unknown option. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      contender: { type: 'string', multiple: true, default: [] },
      variants: { type: 'boolean', default: false },
      root: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      growth: { type: 'string' },
      scratch: { type: 'string' },
      output: { type: 'string', short: 'o' },
    },
  });
  if (values.help) return 'help';
  const { quick, only, contender, variants, root, scratch, output } = values;
  // Figures of a short or partial run don't replace the kept ones.
  const full = !quick && !variants && root === undefined && only.length === 0 && contender.length === 0;
  return {
    sections: only.length === 0 ? SECTIONS : only.map(section),
    contenders: contender,
    variants,
    root: root === undefined ? undefined : readSecondRoot(root),
    rounds: positive('--rounds', values.rounds ?? (quick ? '2' : '5')),
    seconds: positive('--seconds', values.seconds ?? (quick ? '1.5' : '2.5')),
    growth: (values.growth ?? (quick ? '30,300' : '100,1000,10000'))
      .split(',')
      .map((size) => positive('--growth', size)),
    scratch: scratch === undefined ? undefined : path.resolve(scratch),
    output: output === undefined ? (full ? import.meta.dirname : undefined) : path.resolve(output),
  };
}

function section(name: string): Section {
  const found = SECTIONS.find((known) => known === name);
  if (!found) throw usageError(`one of ${SECTIONS.join(', ')}`, '--only', name);
  return found;
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw usageError('a positive number', flag, text);
  return value;
}
