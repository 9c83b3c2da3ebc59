import type { SpawnOptions } from 'node:child_process';

export function watchSignals(): void;
export function run(
  command: readonly string[],
  options: SpawnOptions,
): Promise<{ code: number; error?: Error }>;
export function stopIfAsked(): void;
export function runLogged(
  command: readonly string[],
  options: {
    failure: { code: string; what: string };
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    lock?: number;
  },
): Promise<void>;
export function isOnPath(name: string, searchPath: string | undefined): boolean;
export function npmCommand(env?: NodeJS.ProcessEnv): string[];
