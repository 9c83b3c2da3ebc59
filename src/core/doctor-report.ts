import {
  checkCpu,
  checkFfmpeg,
  checkMemory,
  checkModels,
  checkNode,
  checkOnnxRuntime,
  checkOpenCv,
  checkOutput,
  checkPack,
  checkPictures,
  checkSetting,
} from './doctor/checks.js';
import type { Check } from './doctor/checks.js';
import type { DoctorFacts } from './doctor/facts.js';
import { exitCodeFor } from './exit-code.js';
import { escapeControls } from './escape-controls.js';

/** What `facetag doctor --json` prints. */
export interface DoctorReport {
  readonly schemaVersion: 1;
  /** The worst of the checks. */
  readonly status: Check['status'];
  readonly checks: readonly Check[];
}

/** Judges what was found. */
export function examine(facts: DoctorFacts): DoctorReport {
  const checks = [
    checkNode(facts),
    checkOpenCv(facts),
    checkOnnxRuntime(facts),
    checkPictures(facts),
    checkFfmpeg(facts),
    ...facts.packs.map(checkPack),
    checkCpu(facts),
    checkMemory(facts),
    checkOutput(facts),
    checkModels(facts),
    ...facts.settings.map(checkSetting),
  ];
  const has = (status: Check['status']): boolean => checks.some((check) => check.status === status);
  return { schemaVersion: 1, status: has('fault') ? 'fault' : has('warn') ? 'warn' : 'ok', checks };
}

/** A line per check, and below it what to do: for people. */
export function formatReport({ checks }: DoctorReport): string[] {
  const width = Math.max(...checks.map(({ check }) => check.length));
  return checks.flatMap(({ status, check, found, remedy }) => [
    `${status.padEnd(5)}  ${check.padEnd(width)}  ${escapeControls(found)}`,
    ...(remedy === undefined ? [] : remedy.split('\n').map((line) => `       → ${escapeControls(line)}`)),
  ]);
}

/** 2 when something keeps facetag from working; warnings do not. */
export function doctorExitCode({ status }: DoctorReport): number {
  return exitCodeFor({ fatal: status === 'fault' });
}
