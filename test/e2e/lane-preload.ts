/**
 * Loaded into every process of a run before its own code (NODE_OPTIONS). In a lane it notes each picture that is handed
 * over, and ends, freezes or holds up the lane where the plan says so. Other processes are left alone.
 */
import { appendFileSync, existsSync } from 'node:fs';
import path from 'node:path';

/** What becomes of a lane that gets a picture: killed, stopped like a hung decoder, or held until the gate opens. */
export type Mishap = 'die' | 'freeze' | 'wait';

export interface TapPlan {
  /** Absolute; a lane that finds it gone ends. */
  readonly folder: string;
  /** Lanes end before they are ready. */
  readonly dieAtStart: boolean;
  /** By picture, as named in the records. */
  readonly on: Readonly<Record<string, Mishap>>;
}

interface Message {
  readonly type: string;
  readonly task?: { readonly source: { readonly relativePath: string } };
}

type Listener = (message: Message) => void;

function tap({ folder, dieAtStart, on }: TapPlan): void {
  if (dieAtStart) process.kill(process.pid, 'SIGKILL');
  const listen = process.on.bind(process) as (event: string, listener: unknown) => NodeJS.Process;
  process.on = ((event: string, listener: Listener) =>
    listen(event, event === 'message' ? wrapped(listener) : listener)) as typeof process.on;

  function wrapped(listener: Listener): Listener {
    return (message) => {
      const image = message.task?.source.relativePath;
      if (image === undefined) {
        listener(message);
        return;
      }
      appendFileSync(path.join(folder, 'tasks'), `${process.pid} ${image}\n`);
      if (on[image] === 'wait') waitForGate(folder);
      listener(message);
      if (on[image] === 'die') process.kill(process.pid, 'SIGKILL');
      if (on[image] === 'freeze') process.kill(process.pid, 'SIGSTOP');
    };
  }
}

/** Holds up the whole lane, signal handlers included. */
function waitForGate(folder: string): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(path.join(folder, 'gate'))) {
    if (!existsSync(folder)) process.exit(1);
    Atomics.wait(nothing, 0, 0, 10);
  }
}

const plan = process.env['FACETAG_TEST_TAP'];
if (plan !== undefined && process.send) tap(JSON.parse(plan) as TapPlan);
