import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { repository } from '../shared.js';
import { temporaryFolder } from './cli.js';
import type { Mishap, TapPlan } from './lane-preload.js';

/** What was handed to lanes, and a gate that holds lanes up. */
export interface LaneTap {
  /** Environment of a run whose lanes are to be tapped. */
  readonly env: Readonly<Record<string, string>>;
  /** Every picture that a lane was given so far, in order, by all runs with this environment. */
  tasks(): string[];
  /** Ids of the lanes that were given a picture so far. */
  lanes(): number[];
  /** Lets the lanes go on that wait, and later ones pass. */
  openGate(): void;
}

/** Taps the lanes of the runs that get its `env`. Without a plan they are only watched. */
export function tapLanes({ on = {}, dieAtStart = false }: Partial<TapPlan> = {}): LaneTap {
  const folder = temporaryFolder();
  const log = path.join(folder, 'tasks');
  const plan: TapPlan = { folder, dieAtStart, on };
  const lines = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []);
  return {
    env: { NODE_OPTIONS: `--import=${compilePreload(folder).href}`, FACETAG_TEST_TAP: JSON.stringify(plan) },
    tasks: () => lines().map((line) => line.slice(line.indexOf(' ') + 1)),
    lanes: () => [...new Set(lines().map((line) => Number.parseInt(line)))],
    openGate: () => {
      writeFileSync(path.join(folder, 'gate'), '');
    },
  };
}

/** The same mishap for several pictures. */
export function mishaps(images: readonly string[], mishap: Mishap): Record<string, Mishap> {
  return Object.fromEntries(images.map((image) => [image, mishap]));
}

/** Node loads no TypeScript. */
function compilePreload(folder: string): URL {
  const source = readFileSync(path.join(repository, 'test/e2e/lane-preload.ts'), 'utf8');
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  const file = path.join(folder, 'lane-preload.mjs');
  writeFileSync(file, ts.transpileModule(source, { compilerOptions }).outputText);
  return pathToFileURL(file);
}
