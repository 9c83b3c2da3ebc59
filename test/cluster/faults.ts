import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { signal } from './processes.js';
import { run, shareFolders, start, until, workersOf, type Ended, type Worker } from './shares.js';
import type { Site } from './site.js';
import type { Slurm } from './slurm.js';
import type { SshHost } from './ssh.js';

/** Something that goes wrong while an engine runs the shares of a site. */
export interface Case {
  readonly engine: string;
  readonly fault: string;
  /** Runs the shares, lets it go wrong, and waits until the engine is at its end. */
  readonly happen: (site: Site) => Promise<void>;
  /** Runs these shares again: the line that `facetag merge` prints. */
  readonly repair: (site: Site, list: { slurm: string; numbers: readonly string[] }) => Promise<void>;
}

/** @param ended of the engine. */
const anyWorker = (site: Site, ended?: Promise<Ended>): Promise<Worker> =>
  until(() => workersOf(site)[0], 'a share is under way', ended);

async function killOne(site: Site, ended?: Promise<Ended>): Promise<void> {
  signal([(await anyWorker(site, ended)).pid], 'SIGKILL');
}

/** Flags of a Slurm whose nodes have one processor. */
const SMALL = ['--cpus-per-task=1', '--mem-per-cpu=0'];

export function slurmCases(slurm: Slurm): Case[] {
  const submit = (site: Site, ...flags: readonly string[]): string => {
    mkdirSync(site.at('shares'), { recursive: true });
    return slurm.submit(site.folder, site.place('facetag.sbatch'), ...SMALL, ...flags);
  };
  const repair: Case['repair'] = async (site, list) => {
    await slurm.over(submit(site, `--array=${list.slurm}`));
  };
  const engine = 'Slurm array (facetag.sbatch)';
  return [
    {
      engine,
      fault: 'a picture is broken',
      happen: async (site) => slurm.over(submit(site)),
      repair,
    },
    {
      engine,
      fault: 'a task is killed with -9',
      happen: async (site) => {
        const job = submit(site);
        await killOne(site);
        await slurm.over(job);
      },
      repair,
    },
    {
      engine,
      fault: 'a task comes to its time limit (B:TERM@30)',
      happen: async (site) => {
        const job = submit(site, '--time=1', '--signal=B:TERM@30', '--output=task-%a.log');
        await outlastLimit(site);
        await slurm.over(job);
      },
      repair,
    },
    {
      engine,
      fault: 'a node is lost',
      happen: async (site) => {
        const job = submit(site);
        await loseNode(site, slurm);
        await slurm.over(job);
      },
      repair,
    },
  ];
}

/** Holds a task's lanes up until it is told that its time is over. */
async function outlastLimit(site: Site): Promise<void> {
  const { lanes } = await anyWorker(site);
  signal(lanes, 'SIGSTOP');
  const told = (): true | undefined =>
    readdirSync(site.folder).some(
      (name) =>
        /^task-\d+\.log$/.test(name) && readFileSync(site.at(name), 'utf8').includes('Stopping on SIGTERM'),
    ) || undefined;
  await until(told, 'facetag is told of the limit').finally(() => {
    signal(lanes, 'SIGCONT');
  });
}

async function loseNode(site: Site, slurm: Slurm): Promise<void> {
  const { environment } = await anyWorker(site);
  const node = environment.find((each) => each.startsWith('SLURMD_NODENAME='))?.split('=')[1] ?? '';
  slurm.loseNode(node);
  slurm.startNode(node);
  await slurm.hurry();
}

const SNAKEMAKE = ['--rerun-incomplete', '--config'];

export function snakemakeCases(slurm: Slurm | undefined): Case[] {
  const args = (site: Site, ...flags: readonly string[]): string[] => {
    site.place('Snakefile');
    return [...flags, ...SNAKEMAKE, `shares=${site.shares}`, `photos=${site.at('photos')}`];
  };
  const here = (site: Site): string[] => args(site, '--cores', '2', '--max-threads', '1');
  const again: Case['repair'] = async (site) => {
    await run(site, 'snakemake', ['--unlock', ...here(site)]);
    await run(site, 'snakemake', here(site));
  };
  const local = 'Snakemake, local';
  const cases: Case[] = [
    {
      engine: local,
      fault: 'a picture is broken, a share is killed with -9',
      happen: async (site) => {
        const { ended } = start(site, 'snakemake', here(site));
        await killOne(site, ended);
        await ended;
      },
      repair: again,
    },
    {
      engine: local,
      fault: 'Snakemake and all below are killed with -9',
      happen: async (site) => {
        const { pid, ended } = start(site, 'snakemake', here(site));
        await anyWorker(site);
        process.kill(-pid, 'SIGKILL');
        await ended;
      },
      repair: again,
    },
  ];
  return slurm === undefined ? cases : [...cases, ...throughSlurm(slurm, args)];
}

function throughSlurm(slurm: Slurm, args: (site: Site, ...flags: readonly string[]) => string[]): Case[] {
  const engine = 'Snakemake, --cluster-sync "sbatch --wait"';
  const flags = ['--jobs', '2', '--max-threads', '1', '--cluster-sync', 'sbatch --wait --requeue'];
  const tag = (site: Site): ReturnType<typeof start> =>
    start(site, 'snakemake', args(site, ...flags), slurm.env);
  const repair: Case['repair'] = async (site) => {
    await tag(site).ended;
  };
  return [
    {
      engine,
      fault: 'a share is killed with -9',
      happen: async (site) => {
        const { ended } = tag(site);
        await killOne(site, ended);
        await ended;
      },
      repair,
    },
    {
      engine,
      fault: 'a node is lost',
      happen: async (site) => {
        const { ended } = tag(site);
        await loseNode(site, slurm);
        await ended;
      },
      repair,
    },
  ];
}

export function parallelCases(startHost: (site: Site, name: string) => Promise<SshHost>): Case[] {
  const engine = 'GNU parallel over ssh (parallel.sh)';
  const withHosts = async (
    site: Site,
    work: (hosts: SshHost[], tag: () => Promise<Ended>) => Promise<void>,
  ) => {
    mkdirSync(site.at('shares'), { recursive: true });
    const hosts = [await startHost(site, 'one'), await startHost(site, 'two')];
    writeFileSync(site.at('hosts'), hosts.map(({ name }) => `1/${name}\n`).join(''));
    const env = { PARALLEL_SSH: hosts[0]?.ssh ?? '' };
    try {
      await work(hosts, () => start(site, 'sh', [site.place('parallel.sh'), 'hosts'], env).ended);
    } finally {
      for (const host of hosts) await host.stop();
    }
  };
  // What one host has is free for another at once: they are one machine.
  const repair: Case['repair'] = (site, { numbers }) =>
    withHosts(site, async ([host]) => {
      const command = ['facetag', site.at('photos'), '-o', path.join(site.at('shares'), 'out-{}')];
      const flags = ['--shard', `{}/${site.shares}`, '--allow-failed', '--no-progress', ':::', ...numbers];
      const env = { PARALLEL_SSH: host?.ssh ?? '' };
      await start(site, 'parallel', ['-S', host?.name ?? ':', ...command, ...flags], env).ended;
    });
  return [
    {
      engine,
      fault: 'a picture is broken, a share is killed with -9',
      happen: (site) =>
        withHosts(site, async (_, tag) => {
          const ended = tag();
          await killOne(site, ended);
          await ended;
        }),
      repair,
    },
    {
      engine,
      fault: 'a host is lost',
      happen: (site) =>
        withHosts(site, async ([, second], tag) => {
          const ended = tag();
          const atWork = () => workersOf(site).find(({ pid }) => second?.runs(pid));
          await until(atWork, 'the second host is at work', ended);
          second?.lose();
          await ended;
        }),
      repair,
    },
    {
      engine,
      fault: 'parallel itself is killed with -9, and every share with it',
      happen: (site) =>
        withHosts(site, async (hosts) => {
          const env = { PARALLEL_SSH: hosts[0]?.ssh ?? '' };
          const { pid, ended } = start(site, 'sh', [site.place('parallel.sh'), 'hosts'], env);
          await anyWorker(site);
          process.kill(-pid, 'SIGKILL');
          for (const host of hosts) host.lose();
          await ended;
        }),
      repair,
    },
  ];
}

/** What is missing by `facetag merge`, in the words of two engines. */
export async function listMissing(site: Site): Promise<{ slurm: string; numbers: readonly string[] }> {
  const ask = async (form: string): Promise<string> => {
    const args = [
      'merge',
      '--of',
      `${site.shares}`,
      '--missing',
      form,
      '-q',
      ...shareFolders(site),
      'shares/none',
    ];
    const { code, stdout, stderr } = await run(site, 'facetag', args);
    if (code !== 0) throw new Error(`facetag merge --missing: ${stderr}`);
    return stdout.trim();
  };
  const numbers = (await ask('list')).split('\n').filter(Boolean);
  return { slurm: await ask('slurm'), numbers };
}
