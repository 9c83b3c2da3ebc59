import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { commandOf, environmentOf, everyProcess, parentOf, signal } from './processes.js';

const PROGRAMS = ['munged', 'munge', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel'];

/** Where Debian keeps daemons, which is on no ordinary user's path. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** Why no Slurm can be started here; undefined when one can. */
export function whyNoSlurm(): string | undefined {
  const missing = PROGRAMS.find((name) => spawnSync('which', [name], { env: { PATH } }).status !== 0);
  return missing === undefined ? undefined : `needs ${missing}, of Debian's slurm-wlm and munge`;
}

/** Milliseconds that Slurm's daemons may take for anything. */
const PATIENCE_MS = 60_000;

/** A Slurm of this machine's own: munged, slurmctld and a slurmd for each node, in a folder, on free loopback ports. */
export class Slurm {
  readonly #daemons = new Map<string, ChildProcess>();

  private constructor(
    private readonly folder: string,
    readonly nodes: readonly string[],
    /** Of everything that is to find it: sbatch, and what jobs run. */
    readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Starts it with nodes `n1`, `n2` … of one processor each, and waits until they take jobs. */
  static async start(folder: string, nodes: number, env: Readonly<Record<string, string>>): Promise<Slurm> {
    const names = Array.from({ length: nodes }, (_, at) => `n${at + 1}`);
    mkdirSync(path.join(folder, 'state'), { recursive: true });
    // munged refuses to work where others may write.
    chmodSync(folder, 0o755);
    writeFileSync(path.join(folder, 'munge.key'), randomBytes(1024), { mode: 0o400 });
    const conf = path.join(folder, 'slurm.conf');
    writeFileSync(conf, configuration(folder, names, await freePorts(nodes + 1)));
    const slurm = new Slurm(folder, names, {
      ...env,
      PATH: `${env['PATH'] ?? ''}:${PATH}`,
      SLURM_CONF: conf,
    });
    try {
      await slurm.#startAll();
      return slurm;
    } catch (error) {
      await slurm.stop();
      throw error;
    }
  }

  async #startAll(): Promise<void> {
    const at = (name: string): string => path.join(this.folder, name);
    const munge = ['key-file', 'socket', 'pid-file', 'log-file', 'seed-file'].map(
      (name) => `--${name}=${at(`munge.${name.split('-')[0] ?? ''}`)}`,
    );
    this.#start('munged', 'munged', ['--foreground', '--force', ...munge]);
    await this.#until(() => existsSync(at('munge.socket')), 'munged listens');
    this.#start('slurmctld', 'slurmctld', ['-D', '-c']);
    for (const node of this.nodes) this.startNode(node);
    await this.#until(() => this.nodes.every((node) => this.stateOf(node) === 'idle'), 'every node is idle');
  }

  startNode(node: string): void {
    this.#start(node, 'slurmd', ['-D', '-N', node]);
  }

  /** `idle`, `allocated`, `down` …, with `*` where it does not answer. */
  stateOf(node: string): string {
    return this.ask('sinfo', '-h', '-N', '-n', node, '-o', '%T').trim();
  }

  /** Runs one of Slurm's commands. @returns its stdout. */
  ask(command: string, ...args: readonly string[]): string {
    return spawnSync(command, args, { env: this.env, cwd: this.folder, encoding: 'utf8' }).stdout;
  }

  /** Submits a script, which may be an array, and waits for the end of all its tasks. @returns the exit code. */
  async run(cwd: string, script: string, ...flags: readonly string[]): Promise<number | null> {
    const child = spawn('sbatch', ['--wait', ...flags, script], { cwd, env: this.env, stdio: 'ignore' });
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
  }

  /** Submits a script. @returns the job's id. */
  submit(cwd: string, script: string, ...flags: readonly string[]): string {
    const args = ['--parsable', ...flags, script];
    const { stdout, stderr } = spawnSync('sbatch', args, { cwd, env: this.env, encoding: 'utf8' });
    if (!/^\d+/.test(stdout)) throw new Error(`sbatch: ${stderr}`);
    return stdout.trim();
  }

  /** Waits until a job, all tasks of an array, is over. */
  async over(job: string, timeoutMs = 10 * PATIENCE_MS): Promise<void> {
    const isOver = (): boolean => this.ask('squeue', '-h', '-j', job).trim() === '';
    await this.#until(isOver, `job ${job} is over`, timeoutMs);
  }

  /** Ids of the processes of jobs on a node, those of Slurm that watch over them included. */
  processesOn(node: string): number[] {
    return this.#processes((environment) => environment.includes(`SLURMD_NODENAME=${node}`));
  }

  /** Id of the process of a task of an array that runs the program of this name. */
  processOf(task: number, program: string): number | undefined {
    return this.#processes(
      (environment, command) =>
        environment.includes(`SLURM_ARRAY_TASK_ID=${task}`) && command.some((word) => word.endsWith(program)),
    )[0];
  }

  /** A node loses its power: nothing of it is left, nobody is told, and after a while the controller gives it up. */
  loseNode(node: string): void {
    const jobs = this.processesOn(node);
    // A step's watcher is the parent of its script; it has no environment of the step's.
    const watchers = jobs.map(parentOf).filter((pid) => (commandOf(pid)[0] ?? '').startsWith('slurmstepd'));
    this.#daemons.get(node)?.kill('SIGKILL');
    signal([...new Set([...watchers, ...jobs])], 'SIGKILL');
    this.ask('scontrol', 'update', `nodename=${node}`, 'state=down', 'reason=lost');
  }

  /** Requeued tasks wait for the credentials of their first start to run out: they need not here. */
  async hurry(): Promise<void> {
    const waiting = (): string[] =>
      this.ask('squeue', '-h', '-r', '-t', 'PD', '-o', '%i %r')
        .split('\n')
        .filter((line) => line.endsWith('BeginTime'));
    await this.#until(() => waiting().length > 0, 'a task waits to be started again');
    for (const line of waiting()) {
      this.ask('scontrol', 'update', `jobid=${line.split(' ')[0] ?? ''}`, 'StartTime=now');
    }
  }

  async stop(): Promise<void> {
    this.ask('scancel', '--full', '-u', userInfo().username);
    const isQuiet = (): boolean => this.nodes.every((node) => this.processesOn(node).length === 0);
    await this.#until(isQuiet, 'no job is left').catch(() => undefined);
    for (const child of [...this.#daemons.values()].reverse()) await ended(child);
  }

  #start(name: string, command: string, args: readonly string[]): void {
    const child = spawn(command, args, { cwd: this.folder, env: this.env, stdio: 'ignore' });
    child.on('error', () => undefined);
    this.#daemons.set(name, child);
  }

  #processes(match: (environment: readonly string[], command: readonly string[]) => boolean): number[] {
    const ours = `SLURM_CONF=${this.env['SLURM_CONF'] ?? ''}`;
    return everyProcess().filter((pid) => {
      const environment = environmentOf(pid);
      return environment.includes(ours) && match(environment, commandOf(pid));
    });
  }

  async #until(condition: () => boolean, what: string, timeoutMs = PATIENCE_MS): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!condition()) {
      if (Date.now() > end)
        throw new Error(`Waited ${timeoutMs} ms in vain until ${what} (see ${this.folder})`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function configuration(
  folder: string,
  nodes: readonly string[],
  [controller, ...ports]: readonly number[],
): string {
  const host = hostname().split('.')[0] ?? '';
  const user = userInfo().username;
  const places = nodes.map(
    (node, at) => `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[at] ?? 0} CPUs=1`,
  );
  return [
    'ClusterName=facetag',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${controller ?? 0}`,
    'AuthType=auth/munge',
    `AuthInfo=socket=${folder}/munge.socket,cred_expire=5`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool-%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd-%n.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/slurmd-%n.log`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'MpiDefault=none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'SchedulerParameters=sched_interval=1,batch_sched_delay=0',
    'ReturnToService=2',
    'KillWait=5',
    'MaxArraySize=1001',
    ...places,
    'PartitionName=all Nodes=ALL Default=YES State=UP',
    '',
  ].join('\n');
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const stubborn = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(stubborn);
}
