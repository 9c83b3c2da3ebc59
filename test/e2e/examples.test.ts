import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES } from '../pictures/made-picture.js';
import { repository } from '../shared.js';
import { bin, hermetic, temporaryFolder } from './cli.js';

const EXAMPLES = path.join(repository, 'docs/examples');

const read = (name: string): string => readFileSync(path.join(EXAMPLES, name), 'utf8');

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const hasYaml = works('python3', '-c', 'import yaml');

/** A YAML file as a YAML 1.1 reader sees it. */
function parseYaml(name: string): unknown {
  const program = 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout, default=str)';
  const json = execFileSync('python3', ['-c', program], { input: read(name), encoding: 'utf8' });
  return JSON.parse(json);
}

/** A folder with the fixtures as `photos`, which stands in for every folder of pictures, and `facetag` on the path. */
class Site {
  readonly folder = temporaryFolder();
  /** Where `facetag` is. */
  readonly commands = path.join(this.folder, '.bin');

  constructor(pictures = 'photos') {
    cpSync(FIXTURES, path.join(this.folder, pictures), { recursive: true });
    mkdirSync(this.commands);
    symlinkSync(bin, path.join(this.commands, 'facetag'));
  }

  run(command: string, env: Record<string, string> = {}) {
    const line = command.replaceAll('/srv/', `${this.folder}/`);
    const { PATH = '' } = process.env;
    const shell = { ...hermetic(), PATH: `${this.commands}:${PATH}`, ...env };
    const options = { cwd: this.folder, env: shell, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync('/bin/sh', ['-c', line], options);
    return { status, stderr };
  }

  has(file: string): boolean {
    return existsSync(path.join(this.folder, file));
  }
}

describe('docs/examples', () => {
  it('crontab, and the same in README', () => {
    const lines = read('crontab').split('\n');
    const [, searched = '/usr/bin:/bin'] = /^PATH=(.*)$/m.exec(lines.join('\n')) ?? [];
    const [, command = ''] = /^(?:[\d*]+ +){5}(facetag .*)$/m.exec(lines.join('\n')) ?? [];
    const site = new Site('inbox');
    // The commands' folder stands in for that of Debian's npm; node may be anywhere where the tests run.
    const PATH = [searched.replace('/usr/local/bin', site.commands), path.dirname(process.execPath)].join(
      ':',
    );
    expect(site.run(command, { PATH })).toEqual({ status: 0, stderr: '' });
    expect(site.has('faces/faces.csv')).toBe(true);
    const readme = readFileSync(path.join(repository, 'README.md'), 'utf8').split('\n');
    expect(readme).toEqual(expect.arrayContaining(lines.filter((line) => /^[^#]/.test(line))));
  });

  it('facetag.service', () => {
    const [, command = ''] = /^ExecStart=(.*)$/m.exec(read('facetag.service')) ?? [];
    const site = new Site('inbox');
    expect(site.run(command).status).toBe(0);
    expect(site.has('faces/faces.csv')).toBe(true);
  });

  it('facetag-watch.service', () => {
    const [, command = ''] = /^ExecStart=(.*)$/m.exec(read('facetag-watch.service')) ?? [];
    const site = new Site('inbox');
    const wait = 'until [ -e /srv/faces/json ] || ! kill -0 $!; do sleep 0.2; done';
    expect(site.run(`${command} & ${wait}; kill -TERM $!; wait $!`).status).toBe(143);
    expect(site.has('faces/json')).toBe(true);
  });

  it.skipIf(!works('systemd-analyze', '--version'))('the units verify (needs systemd-analyze)', () => {
    const units = ['facetag.service', 'facetag.timer', 'facetag-watch.service'].map((name) =>
      path.join(EXAMPLES, name),
    );
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
      encoding: 'utf8',
    });
    expect({ status, told: stderr.split('\n').filter((line) => line.includes('facetag')) }).toEqual({
      status: 0,
      told: [],
    });
  });

  const services = ['facetag.service', 'facetag-watch.service'];

  it.each(services)('%s has a user of its own and may write the results alone', (name) => {
    const unit = read(name);
    expect(unit).toMatch(/^User=(?!root$)\w+$/m);
    expect(unit).toMatch(/^ProtectSystem=strict$/m);
    expect(unit.match(/^ReadWritePaths=.*$/gm)).toEqual(['ReadWritePaths=/srv/faces']);
    // V8 could not start.
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute=(?!no$)/m);
  });

  it.skipIf(!works('systemd-analyze', 'security', '--offline=true', path.join(EXAMPLES, 'facetag.service')))(
    'the services are confined, as systemd counts it (needs systemd-analyze 250)',
    () => {
      for (const name of services) {
        // At most 2.0 of 10; a service without any of it has 9.6.
        const args = ['security', '--offline=true', '--threshold=20', path.join(EXAMPLES, name)];
        expect(spawnSync('systemd-analyze', args, { encoding: 'utf8' }).status, name).toBe(0);
      }
    },
  );

  it.skipIf(!hasYaml)('github-actions.yml (needs python3-yaml)', () => {
    const { jobs } = parseYaml('github-actions.yml') as {
      jobs: { screen: { steps: { run?: string }[] } };
    };
    const site = new Site('portraits');
    const runs = jobs.screen.steps.flatMap(({ run = [] }) => run);
    expect(runs).toHaveLength(1);
    const ran = site.run(runs[0] ?? '');
    expect(ran.status).toBe(3);
    expect(ran.stderr).toContain('home.jpg');
    expect(site.has('summary.json')).toBe(true);
  });

  it.skipIf(!hasYaml)('gitlab-ci.yml (needs python3-yaml)', () => {
    const jobs = parseYaml('gitlab-ci.yml') as Record<
      'tag' | 'merge',
      { script: string[]; parallel?: number }
    >;
    const site = new Site();
    const shares = jobs.tag.parallel ?? 0;
    for (let share = 1; share <= shares; share++) {
      const env = { CI_NODE_INDEX: `${share}`, CI_NODE_TOTAL: `${shares}` };
      for (const line of jobs.tag.script) expect(site.run(line, env).status).toBe(0);
    }
    for (const line of jobs.merge.script) expect(site.run(line).status).toBe(0);
    expect(readFileSync(path.join(site.folder, 'faces/faces.csv'), 'utf8').split('\n')).toHaveLength(5);
  });

  it.skipIf(!works('make', '--version'))('Makefile (needs make)', () => {
    const site = new Site();
    cpSync(path.join(EXAMPLES, 'Makefile'), path.join(site.folder, 'Makefile'));
    expect(site.run('make faces/faces.csv').status).toBe(0);
    expect(site.has('faces/faces.csv')).toBe(true);
    expect(site.run('make -q faces/faces.csv').status).toBe(0);
    writeFileSync(path.join(site.folder, 'photos/new.jpg'), readFileSync(path.join(FIXTURES, 'home.jpg')));
    expect(site.run('make -q faces/faces.csv').status).toBe(1);
    expect(site.run('make faces/faces.csv').status).toBe(0);
    expect(site.has('faces/json/new.jpg.json')).toBe(true);
  });

  it('label-studio.sh', () => {
    const site = new Site();
    expect(site.run(read('label-studio.sh')).status).toBe(0);
    const tasks = JSON.parse(
      readFileSync(path.join(site.folder, 'label-studio/tasks.json'), 'utf8'),
    ) as unknown[];
    expect(tasks).toHaveLength(readdirSync(FIXTURES).length);
    expect(site.has('label-studio/label_config.xml')).toBe(true);
  });
});
