import type { OpenCv } from './opencv.js';
import type { Step } from './steps.js';

export function openCvPrefix(env?: NodeJS.ProcessEnv): string | undefined;
export function missingPackages(state: {
  openCv: readonly OpenCv[];
  prefix?: string | undefined;
  has: (program: string) => boolean;
  compiler?: string | undefined;
}): string[];
export function installPlan(state: {
  packages: readonly string[];
  root: boolean;
  sudo: boolean;
  apt: boolean;
  listsPresent: boolean;
}): { update: string[]; install: string[]; updateFirst: boolean } | { command: string | undefined };
export function installPackages(
  packages: readonly string[],
  machine?: { env?: NodeJS.ProcessEnv; root?: boolean; lists?: string },
): Promise<void>;
export function systemPackages(binding: { isBuilt: () => boolean }): Step;
