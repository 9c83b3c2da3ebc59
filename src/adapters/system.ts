import { execFile } from 'node:child_process';
import { mkdtemp, rmdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../core/child-environment.js';
import { codeOf, hasCode, messageOf } from '../core/thrown.js';
import type { FolderFacts, Probed } from '../core/doctor/facts.js';

/** Which native code a child tries; see `system-probe.ts`. */
export type ProbeName = 'opencv' | 'onnxruntime' | 'pictures';

/** Loading takes 0.1 s; on a cold and busy disk some seconds. */
const PROBE_TIMEOUT_MS = 30_000;

const PROBE_SCRIPT = fileURLToPath(new URL('../run/system-probe.js', import.meta.url));

/**
 * Tries native code in a process of its own, which answers with one line of JSON.
 * @param script takes the name as its argument; replaced in tests.
 */
export async function probe<T>(
  name: ProbeName,
  script = PROBE_SCRIPT,
  timeoutMs = PROBE_TIMEOUT_MS,
): Promise<Probed<T>> {
  // As lanes have it: a library that is found here is found there.
  const env = childEnvironment(process.env);
  const options = { timeout: timeoutMs, killSignal: 'SIGKILL', encoding: 'utf8', env } as const;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, name], options, (error, stdout, stderr) => {
      const answer = parseAnswer<T>(stdout);
      if (!error && answer) resolve(answer);
      else resolve({ state: 'crashed', message: describe(child, stderr, timeoutMs) });
    });
    child.stdin?.end();
  });
}

/** Undefined for anything that the probe did not mean to say. */
function parseAnswer<T>(text: string): Probed<T> | undefined {
  try {
    const answer = JSON.parse(text) as Partial<Probed<T>> | null;
    return typeof answer?.state === 'string' ? (answer as Probed<T>) : undefined;
  } catch {
    return undefined;
  }
}

function describe(
  { killed, signalCode, exitCode }: ReturnType<typeof execFile>,
  stderr: string,
  timeoutMs: number,
): string {
  const last = stderr.trim().split('\n').slice(-3).join('; ');
  const said = last === '' ? '' : `: ${last}`;
  if (killed) return `did not answer within ${timeoutMs / 1000} s${said}`;
  if (signalCode !== null) return `was killed by ${signalCode}${said}`;
  return exitCode === 0 ? `gave no answer${said}` : `exited with code ${exitCode ?? 'unknown'}${said}`;
}

/** Whether a folder can be written, or made where it is not there yet; tried, since rights alone do not tell. */
export async function inspectFolder(folder: string): Promise<FolderFacts> {
  const nearest = await nearestExisting(folder);
  const problem = await tryWriting(nearest);
  const freeBytes = await readFreeBytes(nearest);
  return {
    path: folder,
    exists: nearest === folder,
    ...(problem !== undefined && { problem }),
    ...(freeBytes !== undefined && { freeBytes }),
  };
}

async function nearestExisting(folder: string): Promise<string> {
  const parent = path.dirname(folder);
  if (parent === folder) return folder;
  return (await exists(folder)) ? folder : nearestExisting(parent);
}

/** A file in the place of a folder exists, and so does what only somebody else may look at. */
async function exists(target: string): Promise<boolean> {
  return stat(target).then(
    () => true,
    (error: unknown) => !hasCode(error, 'ENOENT', 'ENOTDIR'),
  );
}

async function tryWriting(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is not a folder`;
    await rmdir(await mkdtemp(path.join(folder, '.facetag-doctor-')));
    return undefined;
  } catch (error) {
    return codeOf(error) ?? messageOf(error);
  }
}

async function readFreeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
