import type { Step } from './steps.js';

export interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}
export interface Lock {
  readonly packages?: Readonly<Record<string, LockEntry>>;
}
export function lockMatches(
  wanted: Lock,
  installed: Lock,
  machine: { platform: string; arch: string },
): boolean;
export function npmPackages(root: string): Step;
