import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, afterEach, expect } from 'vitest';
import type { LaneEvent } from '../../src/lanes/lane-event.js';
import { createLanePool, type LanePoolOptions } from '../../src/lanes/pool.js';
import type { LaneConfig, LaneOutcome } from '../../src/types.js';
import { repository } from '../shared.js';

/** Child processes load no TypeScript: compiles the protocol and the fake lane into a folder. */
function compileFixtures(): { folder: string; lane: string; parent: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'facetag-lanes-'));
  const sources = [
    'src/errors.ts',
    'src/core/child-environment.ts',
    'src/core/system-fault.ts',
    'src/core/thrown.ts',
    'src/core/unread-report.ts',
    ...inFolder('src/lanes'),
    ...inFolder('test/lanes/fixtures'),
  ];
  for (const source of sources.filter((each) => each !== 'src/lanes/lane.ts')) {
    const target = path.join(folder, source.replace(/\.ts$/, '.js'));
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
    const text = readFileSync(path.join(repository, source), 'utf8');
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, ts.transpileModule(text, { compilerOptions }).outputText);
  }
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  const fixture = (name: string) => path.join(folder, 'test/lanes/fixtures', name);
  return { folder, lane: fixture('fake-lane.js'), parent: fixture('parent.js') };
}

function inFolder(folder: string): string[] {
  return readdirSync(path.join(repository, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}

/** @param start what the fake lane does before it is ready. */
export function fakeConfig(start: string, folder: string): LaneConfig {
  return {
    pack: { name: start, detector: folder, nets: {}, spec: {} },
    engine: 'opencv',
    minConfidence: 0.5,
    minFace: 0,
    maxDim: 720,
    maxPixels: 1e8,
    maxMemory: 2e9,
    thorough: false,
    smallFaces: false,
    turned: false,
    flip: false,
    maxBytes: 1e9,
  };
}

/** Opens pools of fake lanes; after each test the pool is closed and no child may be left. */
export function useLanes() {
  const fixtures = compileFixtures();
  let bench: LaneBench | undefined;
  afterEach(async () => {
    await bench?.pool.close();
    expect(bench?.children() ?? []).toEqual([]);
    bench?.remove();
    bench = undefined;
  });
  afterAll(() => {
    rmSync(fixtures.folder, { recursive: true });
  });
  /** @param start what the lanes do before they are ready. */
  const open = (options: Partial<LanePoolOptions> = {}, start = 'ok'): LaneBench => {
    bench = new LaneBench(fixtures.lane, start, options);
    return bench;
  };
  return { open, fixtures };
}

/** A pool of fake lanes with a folder for their log. */
class LaneBench {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'facetag-bench-'));
  readonly events: LaneEvent[] = [];
  readonly pool;
  readonly #before = childProcesses();

  constructor(lane: string, start: string, options: Partial<LanePoolOptions>) {
    this.pool = createLanePool({
      script: lane,
      lanes: 2,
      timeoutMs: 30_000,
      config: fakeConfig(start, this.folder),
      env: process.env,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  run(command: string, name = command): Promise<LaneOutcome> {
    return this.pool.process({ source: { root: this.folder, path: command, relativePath: name } });
  }

  /** Makes `wait-for <name>` end. */
  signal(name: string): void {
    writeFileSync(path.join(this.folder, name), '');
  }

  log(): string[] {
    const file = path.join(this.folder, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  /** Waits until the lanes have written this line. */
  async logged(line: string, times = 1): Promise<void> {
    await until(() => this.log().filter((each) => each === line).length >= times);
  }

  /** Of every lane so far. */
  pids(): number[] {
    return this.log().flatMap((line) => (line.startsWith('start ') ? [Number(line.slice(6))] : []));
  }

  /** Children of this process that were not there before the pool. */
  children(): number[] {
    return childProcesses().filter((pid) => !this.#before.includes(pid));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const types = (lanes: LaneBench) => lanes.events.map((event) => event.type);

/** A fake lane gives its pid as the picture's width. */
export const pidOf = (outcome: LaneOutcome) => (outcome.kind === 'report' ? outcome.report.width : undefined);

export const failureOf = (outcome: LaneOutcome) =>
  outcome.kind === 'report' ? outcome.report.failure?.code : outcome.kind;

/** Polls until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 40_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${condition.toString()}`);
    await pause(5);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function childProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === process.pid);
}

function parentOf(pid: number): number | undefined {
  try {
    // The command's name, in parentheses, may hold anything.
    const [, rest] = /\) \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return Number(rest);
  } catch {
    return undefined;
  }
}
