import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { repository } from '../shared.js';
import { temporaryFolder } from './cli.js';
import type { LanePlan } from './lane-preload.js';

/** What was handed to lanes, and a gate that holds lanes up. */
export interface LaneTap {
  /** Environment of a run whose lanes are to be tapped. */
  readonly env: Readonly<Record<string, string>>;
  /** Lanes started so far. */
  starts(): number;
  /** Every picture that a lane was given so far, in order, by all runs with this environment. */
  tasks(): string[];
  /** Id of the lane that was given a picture last. */
  lastLane(): number | undefined;
  /** Lets the lanes go on that wait, and later ones pass. */
  openGate(): void;
}

/** Taps the lanes of the runs that get its `env`. Without a plan they are only watched. */
export function tapLanes({ on = {}, dieAtStart = false, ballast = 0 }: Partial<LanePlan> = {}): LaneTap {
  const folder = temporaryFolder();
  const plan: LanePlan = { folder, dieAtStart, ballast, on };
  const lines = (log: string): string[] => {
    const file = path.join(folder, log);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  };
  return {
    env: { NODE_OPTIONS: `--import=${compilePreload(folder, plan).href}` },
    starts: () => lines('starts').length,
    tasks: () => lines('tasks').map((line) => line.slice(line.indexOf(' ') + 1)),
    lastLane: () =>
      lines('tasks')
        .map((line) => Number.parseInt(line))
        .at(-1),
    openGate: () => {
      writeFileSync(path.join(folder, 'gate'), '');
    },
  };
}

/** Node loads no TypeScript. The plan lies beside it: lanes are told few variables. */
function compilePreload(folder: string, plan: LanePlan): URL {
  writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(plan));
  const source = readFileSync(path.join(repository, 'test/e2e/lane-preload.ts'), 'utf8');
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  const file = path.join(folder, 'lane-preload.mjs');
  writeFileSync(file, ts.transpileModule(source, { compilerOptions }).outputText);
  return pathToFileURL(file);
}
