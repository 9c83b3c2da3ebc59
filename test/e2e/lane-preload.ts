/**
 * Loaded into every process of a run before its own code (NODE_OPTIONS). In a lane it notes each picture that is handed
 * over, and ends, freezes or holds up the lane where the plan says so. Other processes are left alone.
 */
import fs, { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

/**
 * What becomes of a lane that gets a picture: killed, killed the first time only, killed the first time as it is about
 * to give a finished file its name, stopped like a hung decoder, held until the gate opens.
 */
export type Mishap = 'die' | 'die-once' | 'die-once-renaming' | 'freeze' | 'wait';

export interface LanePlan {
  /** Absolute; a lane that finds it gone ends. */
  readonly folder: string;
  /** Lanes end before they are ready. */
  readonly dieAtStart: boolean;
  /** Megabytes that a lane holds from its first picture on. */
  readonly ballast: number;
  /** By picture, as named in the records. */
  readonly on: Readonly<Record<string, Mishap>>;
}

interface Message {
  readonly task?: { readonly source: { readonly relativePath: string } };
}

type Listener = (message: Message) => void;

const held: Buffer[] = [];

/** Wraps what the lane listens to its parent with. */
function tap(plan: LanePlan): void {
  appendFileSync(path.join(plan.folder, 'starts'), `${process.pid}\n`);
  if (plan.dieAtStart) die();
  const listen = process.on.bind(process) as (event: string, listener: unknown) => NodeJS.Process;
  process.on = ((event: string, listener: Listener) =>
    listen(event, event === 'message' ? tapped(listener, plan) : listener)) as typeof process.on;
}

function tapped(listener: Listener, { folder, ballast, on }: LanePlan): Listener {
  return (message) => {
    const image = message.task?.source.relativePath;
    if (image !== undefined) appendFileSync(path.join(folder, 'tasks'), `${process.pid} ${image}\n`);
    if (image !== undefined && held.length === 0) held.push(Buffer.alloc(ballast * 1e6, 1));
    const mishap = image === undefined ? undefined : on[image];
    if (mishap === 'wait') waitForGate(folder);
    if (mishap === 'die-once-renaming' && isFirst(folder, image)) {
      fs.renameSync = die;
      syncBuiltinESMExports();
    }
    listener(message);
    if (mishap === 'die' || (mishap === 'die-once' && isFirst(folder, image))) die();
    if (mishap === 'freeze') process.kill(process.pid, 'SIGSTOP');
  };
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** True once for each picture, whichever lane gets it. */
function isFirst(folder: string, image = ''): boolean {
  const mark = path.join(folder, `once-${encodeURIComponent(image)}`);
  if (existsSync(mark)) return false;
  writeFileSync(mark, '');
  return true;
}

/** Holds up the whole lane, signal handlers included. */
function waitForGate(folder: string): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(path.join(folder, 'gate'))) {
    if (!existsSync(folder)) process.exit(1);
    Atomics.wait(nothing, 0, 0, 10);
  }
}

const plan = new URL('plan.json', import.meta.url);
if (process.send) tap(JSON.parse(fs.readFileSync(plan, 'utf8')) as LanePlan);
