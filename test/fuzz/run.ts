/**
 * Damages good pictures of every format and reports what the decoder makes of them:
 *
 *     node --import ./test/bench/run-typescript.js test/fuzz/run.ts --seed 1 --count 10000
 *     node --import ./test/bench/run-typescript.js test/fuzz/run.ts --seed 2 --minutes 60
 *
 * `--decoder <module of another checkout>` tries other code on the same damage; `--thorough` is the flag of that name;
 * `--list` names every wrong ok.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { repository } from '../shared.js';
import { fuzz } from './fuzz.js';
import { VERDICTS, type Verdict } from './verdict.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    minutes: { type: 'string' },
    decoder: { type: 'string', default: path.join(repository, 'dist/adapters/sharp.js') },
    thorough: { type: 'boolean', default: false },
    timeout: { type: 'string', default: '20' },
    list: { type: 'boolean', default: false },
  },
});
const { minutes } = values;

/** Counts of verdicts by what the row is about. */
class Table {
  readonly #rows = new Map<string, Map<Verdict, number>>();

  add(row: string, verdict: Verdict): void {
    const counts = this.#rows.get(row) ?? new Map<Verdict, number>();
    this.#rows.set(row, counts.set(verdict, (counts.get(verdict) ?? 0) + 1));
  }

  print(title: string): void {
    const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
    let text = line([title, ...VERDICTS]) + line(['---', ...VERDICTS.map(() => '---:')]);
    for (const [row, counts] of [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
      text += line([row, ...VERDICTS.map((verdict) => String(counts.get(verdict) ?? 0))]);
    }
    process.stdout.write(`${text}\n`);
  }
}

const [byKind, bySpecimen] = [new Table(), new Table()];
const answers = fuzz({
  decoder: path.resolve(values.decoder),
  thorough: values.thorough,
  seed: Number(values.seed),
  count: minutes === undefined ? Number(values.count) : Infinity,
  until: minutes === undefined ? Infinity : Date.now() + Number(minutes) * 60_000,
  timeoutMs: Number(values.timeout) * 1000,
});
for await (const { index, specimen, kind, verdict } of answers) {
  for (const row of [kind, 'total']) byKind.add(row, verdict);
  bySpecimen.add(specimen, verdict);
  const isBad = verdict === 'death' || verdict === 'time-out' || verdict === 'thrown';
  if (isBad || (values.list && verdict === 'wrong ok')) {
    process.stdout.write(`${verdict}: picture ${index} (${specimen}, ${kind})\n`);
  }
}
byKind.print('damage');
bySpecimen.print('picture');
