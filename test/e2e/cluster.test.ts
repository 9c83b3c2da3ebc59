import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Job } from 'kubernetes-types/batch/v1.js';
import ts from 'typescript';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { inShard } from '../../src/core/shard.js';
import { Site } from '../cluster/site.js';
import { Slurm, whyNoSlurm } from '../cluster/slurm.js';
import { SshHost, whyNoSsh } from '../cluster/ssh.js';
import { repository } from '../shared.js';
import { contents, facetag, hermetic, temporaryFolder, until, type Ran } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { smallPictures } from './small-pictures.js';

const SHARES = 4;
const BAD = 'b/c/not-a-picture.jpg';

let site: Site;
let names: readonly string[];

beforeEach(async () => {
  site = new Site(temporaryFolder(), SHARES, hermetic());
  names = await smallPictures(site.at('photos'), 12);
  writeFileSync(site.at(`photos/${BAD}`), 'text');
});

const run = (...args: string[]): Promise<Ran> => facetag(args, { cwd: site.folder });
const shareFolders = (): string[] =>
  readdirSync(site.at('shares'))
    .filter((name) => name.startsWith('out-'))
    .map((name) => `shares/${name}`);

/** A command of the site; its stdout and stderr. */
async function command(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; told: string }> {
  const child = spawn(file, args, {
    cwd: site.folder,
    env: { ...site.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (told += text.toString()));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, told });
    });
  });
}

/** What one run over everything writes is what the shares came to. */
async function expectWhole(folder: string): Promise<void> {
  expect((await run('photos', '-o', 'whole')).code).toBe(1);
  expect(contents(site.at(folder))).toEqual(contents(site.at('whole')));
}

const works = (name: string, ...args: string[]): boolean => spawnSync(name, args).status === 0;

describe.skipIf(whyNoSlurm())(`facetag.sbatch (${whyNoSlurm() ?? 'on a Slurm of its own'})`, () => {
  it('a task that was killed is named, run again by the line that is printed, and all is as in one run', async () => {
    const [held = ''] = names;
    const killed = Array.from({ length: SHARES }, (_, at) => at + 1).find((index) =>
      inShard(held, index, SHARES),
    );
    const tap = tapLanes({ on: { [held]: 'wait' } });
    const slurm = await Slurm.start(temporaryFolder(), 2, { ...site.env, ...tap.env });
    onTestFinished(() => slurm.stop());
    const script = site.place('facetag.sbatch');
    // One processor a node is all that there is here.
    const flags = ['--cpus-per-task=1', '--mem-per-cpu=0'];

    const job = slurm.submit(site.folder, script, ...flags);
    await until(() => tap.tasks().includes(held), 'the picture is in flight', 60_000);
    process.kill(slurm.processOf(killed ?? 0, 'facetag.js') ?? -1, 'SIGKILL');
    tap.openGate();
    await slurm.over(job);

    const merge = ['merge', '--of', `${SHARES}`, ...shareFolders(), '-o', 'faces'];
    const refused = await run(...merge);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`Slurm: sbatch --array=${killed ?? 0}\n`);
    const missing = await run(...merge.slice(0, -2), '--missing', 'slurm');
    expect(missing).toMatchObject({ code: 0, stdout: `${killed ?? 0}\n` });
    expect(await slurm.run(site.folder, script, `--array=${missing.stdout.trim()}`, ...flags)).toBe(0);
    expect(await run(...merge)).toMatchObject({ code: 0 });
    await expectWhole('faces');
  });
});

describe.skipIf(!works('snakemake', '--version'))('Snakefile (needs snakemake)', () => {
  it('tags the shares, merges them, and then has nothing to do', async () => {
    site.place('Snakefile');
    const args = ['--cores', '2', '--config', `photos=${site.at('photos')}`, `shares=${SHARES}`];
    const ran = await command('snakemake', args);
    expect(ran.code, ran.told).toBe(0);
    await expectWhole('faces');
    expect((await command('snakemake', args)).told).toContain('Nothing to be done');
  });
});

describe.skipIf(!works('parallel', '--version'))('parallel.sh (needs GNU parallel)', () => {
  it('tags the shares on hosts, goes on after a host was lost, and merges them', async () => {
    mkdirSync(site.at('shares'));
    mkdirSync(site.at('ssh'));
    const host =
      whyNoSsh() === undefined
        ? await SshHost.start(site.at('ssh'), 'one', site.env['PATH'] ?? '')
        : undefined;
    onTestFinished(() => host?.stop());
    const script = site.place('parallel.sh');
    writeFileSync(site.at('hosts'), `2/${host?.name ?? ':'}\n`);
    // Nobody is there.
    writeFileSync(site.at('nobody'), '1/127.0.0.1\n');
    const lost = await command('sh', [script, 'nobody'], { PARALLEL_SSH: 'ssh -q -p 1 -o BatchMode=yes' });
    expect(lost.code, lost.told).toBe(2);
    expect(lost.told).toContain('GNU parallel: ::: 1 2 3 4');
    const ssh = { PARALLEL_SSH: host?.ssh ?? 'ssh' };
    const ran = await command('sh', [script, 'hosts'], ssh);
    expect(ran.code, ran.told).toBe(0);
    await expectWhole('faces');
    // What a share lost is found again, whatever the log says.
    rmSync(site.at('shares/out-2'), { recursive: true });
    const again = await command('sh', [script, 'hosts'], ssh);
    expect(again.told).toContain('GNU parallel: ::: 2');
  });
});

describe.skipIf(!works('python3', '-c', 'import yaml'))('kubernetes-job.yaml (needs python3-yaml)', () => {
  function manifest(): Job {
    const program = 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)';
    const { stdout } = spawnSync('python3', ['-c', program], { input: site.read('kubernetes-job.yaml') });
    return JSON.parse(stdout.toString()) as Job;
  }

  it('is a Job as Kubernetes publishes it', () => {
    const job = manifest();
    expect(typeFaults(job)).toEqual([]);
    expect(typeFaults({ ...job, spec: { ...job.spec, backoffLimitPerindex: 3 } })).toHaveLength(1);
    expect(typeFaults({ ...job, spec: { ...job.spec, completions: '4' } })).toHaveLength(1);
    // Words of closed sets are plain text to the types.
    const { completionMode, podFailurePolicy, template } = job.spec ?? {};
    expect([completionMode, template?.spec?.restartPolicy]).toEqual(['Indexed', 'Never']);
    expect(podFailurePolicy?.rules.map(({ action }) => action)).toEqual(['FailIndex', 'Ignore']);
  });

  it('tags a share for each completion index, and a wrong flag ends with the code that is not tried again', async () => {
    const { completions = 0, template } = manifest().spec ?? {};
    const [file = '', ...args] = template?.spec?.containers[0]?.command ?? [];
    expect(completions).toBe(SHARES);
    for (let index = 0; index < completions; index += 1) {
      const ran = spawnSync(file, args, {
        cwd: site.folder,
        env: { ...site.env, JOB_COMPLETION_INDEX: `${index}` },
        encoding: 'utf8',
      });
      expect(ran.status, ran.stderr).toBe(0);
      expect(ran.stderr).toContain(`Share ${index + 1} of ${SHARES}: JOB_COMPLETION_INDEX is ${index}\n`);
    }
    expect(shareFolders()).toContain(`shares/out-1-of-${SHARES}`);
    expect(await run('merge', '--of', `${SHARES}`, ...shareFolders(), '-o', 'faces')).toMatchObject({
      code: 0,
    });
    await expectWhole('faces');
    // The line of a Job that repairs another.
    const [, again = ''] = /^ +- '(set -- .*)'$/m.exec(site.readFrom('docs/cluster.md')) ?? [];
    const env = { ...site.env, SHARES: '2 4', JOB_COMPLETION_INDEX: '1' };
    const repaired = spawnSync('sh', ['-c', again], { env, encoding: 'utf8' });
    expect(repaired.status, repaired.stderr).toBe(0);
    expect(repaired.stderr).toContain(`(share 4 of ${SHARES})`);
    expect(shareFolders()).toHaveLength(SHARES);
    const beyond = spawnSync(file, args, { env: { ...site.env, JOB_COMPLETION_INDEX: `${completions}` } });
    expect(beyond.status).toBe(2);
  });
});

/** What is wrong with a Job, by the types that are made from the schema of Kubernetes: each key and value is known. */
function typeFaults(job: unknown): string[] {
  const file = path.join(repository, 'test/e2e/job-to-check.ts');
  const text = `import type { Job } from 'kubernetes-types/batch/v1.js';\nexport const job: Job = ${JSON.stringify(job)};\n`;
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.readFile = (name) => (name === file ? text : onDisk.readFile(name));
  host.fileExists = (name) => name === file || onDisk.fileExists(name);
  host.getSourceFile = (name, version) => {
    const source = host.readFile(name);
    return source === undefined ? undefined : ts.createSourceFile(name, source, version);
  };
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

it('every example names the number of shares in each place', () => {
  for (const name of readdirSync(path.join(repository, 'docs/examples/cluster'))) {
    expect(readFileSync(path.join(repository, 'docs/examples/cluster', name), 'utf8')).toContain('200');
  }
});
