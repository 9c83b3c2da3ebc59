import type { DecodeResult, DecodeTimes } from './decode.js';
import { goals, isMet } from './goals.js';
import type { GrowthRow } from './growth.js';
import type { Machine } from './machine.js';
import type { MemoryRow } from './memory.js';
import type { PictureSet } from './pictures.js';
import type { SpeedRow } from './speed.js';
import type { FaceCostRow, StageRow } from './stages.js';
import type { StartRow } from './start-up.js';

/** A contender that does not run here, and what it says. */
export interface Skip {
  readonly contender: string;
  readonly reason: string;
}

/** All that was measured; a section that was not asked for, or failed, is undefined. */
export interface Results {
  readonly machine: Machine;
  readonly sets: readonly Pick<PictureSet, 'name' | 'about' | 'period'>[];
  readonly skipped: readonly Skip[];
  readonly remarks: readonly string[];
  /** Of the whole run. */
  readonly minutes: number;
  readonly speed: readonly SpeedRow[] | undefined;
  readonly start: readonly StartRow[] | undefined;
  readonly memory: readonly MemoryRow[] | undefined;
  readonly stages: readonly StageRow[] | undefined;
  readonly faces: readonly FaceCostRow[] | undefined;
  readonly decode: DecodeResult | undefined;
  readonly growth: readonly GrowthRow[] | undefined;
}

type Row = readonly string[];

const processor = ({ cores, cpu, vectors }: Machine): string =>
  `${cores} cores of ${cpu}${vectors === undefined ? '' : ` (${vectors})`}`;

/** The results as Markdown, ratios first. */
export function renderMarkdown(results: Results): string {
  const place = `${results.machine.date}, ${processor(results.machine)}`;
  const sections = [
    section('Ratios and goals', ['what', 'measured', 'goal', 'met'], goalRows(results)),
    section(
      'Speed in the steady state (start-up left out: slope between two list lengths)',
      [
        'set',
        'contender',
        'over its peer',
        'pictures/s',
        'range',
        'ms a picture',
        'CPU ms a picture',
        'faces',
      ],
      (results.speed ?? []).map(speedRow),
    ),
    section(
      'Start: one picture',
      ['set', 'contender', 'ms to its record', 'ms to the exit'],
      (results.start ?? []).map((row) => [...name(row), figure(row.firstRecordMs), figure(row.exitMs)]),
    ),
    section(
      'Peak memory (PSS, read every 50 ms in runs of their own)',
      ['set', 'contender', 'tree MB', 'parent MB', 'largest lane MB', 'time spent reading'],
      (results.memory ?? []).map(memoryRow),
    ),
    section('Stages: ms a picture, one lane', stageColumns(results), stageRows(results)),
    section(
      'One more face: crops and attribute nets, one lane',
      ['pack', 'engine', 'ms a face', 'faces: ms'],
      (results.faces ?? []).map(faceRow),
    ),
    section(
      '12 megapixels to 720 px, one picture at a time',
      ['by', 'ms', 'CPU ms'],
      results.decode ? decodeRows(results.decode) : [],
    ),
    section(
      'Growth: folders of small photos, compact, -o, -j 2, start-up left out',
      ['pictures', 'ms a picture', 'CPU ms a picture', 'whole run s', 'unchanged again s'],
      (results.growth ?? []).map(growthRow),
    ),
  ];
  const present = sections
    .filter((text) => text !== '')
    .map((text) => text.replace('\n\n', `\n\n${place}\n\n`));
  return ['# Benchmark', header(results), ...present].join('\n\n') + '\n';
}

function header({ machine, sets, skipped, remarks, minutes }: Results): string {
  const versions = Object.entries(machine.versions).map(([program, version]) => `${program} ${version}`);
  return [
    `Made by \`npm run bench\` in ${minutes.toFixed(0)} minutes. Programs ran whole, in turns; figures are medians of the rounds.`,
    '',
    `- Machine: ${processor(machine)}, ${machine.memoryGb} GB, ${machine.system}; load before the run ${figure(machine.load)}`,
    `- Date: ${machine.date}`,
    `- Versions: ${versions.join(', ')}`,
    ...sets.map(({ name, about, period }) => `- Set ${name}: ${about}; ${period} different ones`),
    ...remarks.map((remark) => `- ${remark}`),
    ...skipped.map(({ contender, reason }) => `- Left out: ${contender}: ${reason}`),
  ].join('\n');
}

function section(title: string, columns: Row, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const table = [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return `## ${title}\n\n${table.join('\n')}`;
}

function goalRows(results: Results): Row[] {
  return goals(results).map((goal) => {
    const { what, measured, bound, target, unit } = goal;
    return [what, `${figure(measured)}${unit}`, `${bound} ${target}${unit}`, isMet(goal) ? 'yes' : 'no'];
  });
}

const name = ({ set, contender }: { set: string; contender: string }): Row => [set, contender];

function speedRow(row: SpeedRow): Row {
  return [
    ...name(row),
    row.ratio === null ? '' : `${figure(row.ratio)}×`,
    figure(row.picturesPerSecond),
    row.range.map(figure).join('–'),
    figure(1000 / row.picturesPerSecond),
    figure(row.cpuMsPerPicture),
    figure(row.facesPerPicture),
  ];
}

function memoryRow(row: MemoryRow): Row {
  const lane = row.lane === 0 ? '' : megabytes(row.lane);
  return [...name(row), megabytes(row.tree), megabytes(row.parent), lane, `${figure(row.pollShare * 100)} %`];
}

const stageNames = ({ stages = [] }: Results): string[] => [
  ...new Set(stages.flatMap(({ ms }) => Object.keys(ms))),
];

function stageColumns(results: Results): Row {
  return ['set', 'pack', 'engine', 'faces', ...stageNames(results)];
}

function stageRows(results: Results): Row[] {
  return (results.stages ?? []).map(({ set, pack, engine, facesPerPicture, ms }) => [
    ...[set, pack, engine, figure(facesPerPicture)],
    ...stageNames(results).map((stage) => figure(ms[stage] ?? NaN)),
  ]);
}

function faceRow({ pack, engine, msPerFace, points }: FaceCostRow): Row {
  return [pack, engine, figure(msPerFace), points.map(([faces, ms]) => `${faces}: ${figure(ms)}`).join(', ')];
}

function decodeRows({ ours, reference, heic }: DecodeResult): Row[] {
  const row = (by: string, { wallMs, cpuMs }: DecodeTimes): Row => [by, figure(wallMs), figure(cpuMs)];
  return [
    row('facetag, JPEG', ours),
    row('imread and resize INTER_AREA, JPEG', reference),
    ...(heic ? [row('facetag, HEIC (libheif as WebAssembly)', heic)] : []),
  ];
}

function growthRow(row: GrowthRow): Row {
  const times = [row.msPerPicture, row.cpuMsPerPicture, row.seconds, row.rerunSeconds];
  return [String(row.pictures), ...times.map(figure)];
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

/** Three significant figures, never an exponent. */
function figure(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) < 0.001 ? '0' : String(Number(value.toPrecision(3)));
}
