import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { makeClassicModels } from './classic.js';
import { contenders, copyNode, whyNoReference } from './contenders.js';
import type { Contender } from './contenders.js';
import { measureDecode } from './decode.js';
import { measureGrowth } from './growth.js';
import { describeMachine } from './machine.js';
import { measureMemory } from './memory.js';
import { readOptions, usage } from './options.js';
import type { Options, Section } from './options.js';
import { installFaceApi } from './peers.js';
import { buildSets } from './pictures.js';
import type { PictureSet } from './pictures.js';
import { renderMarkdown } from './report.js';
import type { Results, Skip } from './report.js';
import { takeAlong } from './second-root.js';
import { complaint, measure, writeList } from './run.js';
import { measureSpeed } from './speed.js';
import { measureFaceCost, measureStages } from './stages.js';
import { measureStart } from './start-up.js';
import { compactVariants } from './variants.js';

/**
 * facetag in each of its configurations against what a user would run instead. Markdown goes to stdout, progress to
 * stderr; a full run also writes RESULTS.md and results.json.
 */
export async function main(args: readonly string[]): Promise<void> {
  let options: Options | 'help';
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  if (options === 'help') process.stdout.write(usage);
  else await run(options);
}

async function run(options: Options): Promise<void> {
  const scratch = options.scratch ?? mkdtempSync(path.join(os.tmpdir(), 'facetag-bench-'));
  mkdirSync(scratch, { recursive: true });
  try {
    publish(options, await bench(options, scratch));
  } finally {
    if (options.scratch === undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

const begin = performance.now();

function say(text: string): void {
  process.stderr.write(`[${Math.round((performance.now() - begin) / 1000)} s] ${text}\n`);
}

async function bench(options: Options, scratch: string): Promise<Results> {
  const machine = describeMachine();
  say('building the picture sets');
  const sets = await buildSets(path.join(scratch, 'pictures'));
  const { able, skipped, remarks } = await lineUp(options, scratch, sets.small);
  const task = { contenders: able, sets: Object.values(sets), rounds: options.rounds, scratch, say };
  const troubles: string[] = [];
  /** A section that fails is told of; what others measured is kept. */
  const measured = <T>(name: Section, measureSection: () => T): T | undefined => {
    if (!options.sections.includes(name)) return undefined;
    try {
      return measureSection();
    } catch (error) {
      troubles.push(`Section ${name} failed: ${messageOf(error)}`);
      say(troubles.at(-1) ?? '');
      return undefined;
    }
  };
  const sections = {
    speed: measured('speed', () => measureSpeed(task, options.seconds)),
    start: measured('start', () => measureStart(task)),
    memory: measured('memory', () => measureMemory(task)),
    stages: measured('stages', () => measureStages(task)),
    faces: measured('faces', () => measureFaceCost(task)),
    decode: measured('decode', () => measureDecode(task, sets.large)),
    growth: measured('growth', () => measureGrowth(task, options.growth, sets.small)),
  };
  return {
    machine,
    sets: task.sets.map(({ name, about, period }) => ({ name, about, period })),
    minutes: (performance.now() - begin) / 60_000,
    skipped,
    remarks: [...remarks, ...troubles],
    ...sections,
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface LineUp {
  readonly able: readonly Contender[];
  readonly skipped: readonly Skip[];
  readonly remarks: readonly string[];
}

/** The programs to compare. One that does not run here is left out, with what it says. */
async function lineUp(
  { contenders: chosen, variants, root }: Options,
  scratch: string,
  set: PictureSet,
): Promise<LineUp> {
  say('making the classic nets');
  const models = await makeClassicModels(scratch);
  say('installing face-api');
  const faceApi = installFaceApi(scratch);
  const noReference = whyNoReference();
  if (root !== undefined) takeAlong(root, scratch);
  say('trying every contender');
  const list = writeList(scratch, 'try', set.files.slice(0, 1));
  const tries = contenders({
    node: copyNode(scratch),
    models,
    faceApi,
    reference: noReference === undefined,
    variants: variants ? compactVariants(scratch) : [],
    root,
  })
    .filter(({ name }) => chosen.length === 0 || chosen.some((text) => name.includes(text)))
    .map((tried) => ({ tried, outcome: measure(tried.command(list)) }));
  return {
    able: tries.filter(({ outcome }) => outcome.exit === 0).map(({ tried }) => tried),
    skipped: tries
      .filter(({ outcome }) => outcome.exit !== 0)
      .map(({ tried, outcome }) => ({ contender: tried.name, reason: complaint(outcome) })),
    remarks: [models.remark, ...(noReference === undefined ? [] : [noReference])],
  };
}

function publish({ output }: Options, results: Results): void {
  const markdown = renderMarkdown(results);
  process.stdout.write(markdown);
  if (output === undefined) return;
  mkdirSync(output, { recursive: true });
  writeFileSync(path.join(output, 'RESULTS.md'), markdown);
  writeFileSync(path.join(output, 'results.json'), `${JSON.stringify(results, undefined, 2)}\n`);
}
