import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { installPackages, installPlan, missingPackages } from '../../bin/setup/system-packages.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

const openCv = (version: string) => ({ version, includeDir: '/i', libDir: '/usr/local/lib', libraries: [] });
const only =
  (...programs: string[]) =>
  (program: string) =>
    programs.includes(program);
const everything = only('g++', 'make', 'python3');

describe('missingPackages', () => {
  it.each([
    ['nothing', { openCv: [openCv('4.6.0')], has: everything }, []],
    [
      'everything on a bare system',
      { openCv: [], has: only() },
      ['libopencv-dnn-dev', 'libopencv-imgproc-dev', 'g++', 'make', 'python3'],
    ],
    ['OpenCV alone', { openCv: [], has: everything }, ['libopencv-dnn-dev', 'libopencv-imgproc-dev']],
    ['make alone', { openCv: [openCv('4.5.4')], has: only('g++', 'python3') }, ['make']],
    [
      'no g++ where CXX names a compiler',
      { openCv: [openCv('4.6.0')], has: only('make', 'python3'), compiler: 'clang++' },
      [],
    ],
    [
      'nothing when a supported OpenCV is behind another',
      { openCv: [openCv('5.0.0'), openCv('4.6.0')], has: everything },
      [],
    ],
  ])('says %s', (_, state, expected) => {
    expect(missingPackages(state)).toEqual(expected);
  });

  it.each(['4.2.0', '4.4.0', '5.0.0'])('refuses OpenCV %s by name, with the remedy', (version) => {
    expect(() => missingPackages({ openCv: [openCv(version)], has: everything })).toThrow(
      expect.objectContaining({
        code: 'OPENCV_UNSUPPORTED',
        message: expect.stringMatching(
          new RegExp(`Found OpenCV ${version} in /usr/local/lib, .*apt-get install libopencv-dnn-dev`),
        ) as string,
      }),
    );
  });

  it('refuses a prefix without OpenCV instead of installing another', () => {
    expect(() => missingPackages({ openCv: [], prefix: '/opt/cv', has: everything })).toThrow(
      expect.objectContaining({
        code: 'OPENCV_MISSING',
        message: expect.stringContaining('FACETAG_OPENCV_DIR is /opt/cv') as string,
      }),
    );
  });
});

describe('installPlan', () => {
  const state = { packages: ['g++', 'make'], root: false, sudo: false, apt: true, listsPresent: true };
  const install = [
    ...['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300'],
    ...['install', '-y', '--no-install-recommends', 'g++', 'make'],
  ];

  it('installs as root', () => {
    expect(installPlan({ ...state, root: true })).toMatchObject({ install, updateFirst: false });
  });

  it('installs with password-less sudo', () => {
    expect(installPlan({ ...state, sudo: true })).toMatchObject({ install: ['sudo', '-n', ...install] });
  });

  it('fetches the lists first where there are none', () => {
    expect(installPlan({ ...state, root: true, listsPresent: false })).toMatchObject({ updateFirst: true });
  });

  it('gives the command to a person who has to type a password', () => {
    expect(installPlan(state)).toEqual({
      command: 'sudo apt-get update && sudo apt-get install -y --no-install-recommends g++ make',
    });
  });

  it('has no command where there is no apt', () => {
    expect(installPlan({ ...state, root: true, apt: false })).toEqual({ command: undefined });
  });
});

describe('installPackages', () => {
  /** Puts a program on a path of our own that writes its arguments to `calls`. */
  function stub(name: string, body = ''): void {
    const bin = path.join(folder(), 'bin');
    mkdirSync(bin, { recursive: true });
    const file = path.join(bin, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $* [$DEBIAN_FRONTEND]" >> ${folder()}/calls\n${body}\n`);
    chmodSync(file, 0o755);
  }

  const install = (root: boolean) =>
    installPackages(['make'], {
      root,
      env: { PATH: `${path.join(folder(), 'bin')}:/usr/bin:/bin` },
      lists: path.join(folder(), 'lists'),
    });

  function listsAreThere(): void {
    mkdirSync(path.join(folder(), 'lists'));
    writeFileSync(path.join(folder(), 'lists/mirror_dists_main_binary-amd64_Packages'), '');
  }

  const calls = () => readFileSync(path.join(folder(), 'calls'), 'utf8').trimEnd().split('\n');
  const wanted = '-o DPkg::Lock::Timeout=300 install -y --no-install-recommends make';

  it('runs apt-get as root, not interactive, after fetching the lists', async () => {
    stub('apt-get');
    await install(true);
    expect(calls()).toEqual([
      'apt-get -o DPkg::Lock::Timeout=300 update [noninteractive]',
      `apt-get ${wanted} [noninteractive]`,
    ]);
  });

  it('runs it through sudo, asking for no password', async () => {
    listsAreThere();
    stub('apt-get');
    stub('sudo', 'shift; exec "$@"');
    await install(false);
    expect(calls()).toEqual([
      'sudo -n true []',
      `sudo -n env DEBIAN_FRONTEND=noninteractive apt-get ${wanted} []`,
      `apt-get ${wanted} [noninteractive]`,
    ]);
  });

  it('fetches the lists and tries again when they are outdated', async () => {
    listsAreThere();
    stub('apt-get', `case "$*" in *update) touch ${folder()}/new;; *) test -e ${folder()}/new;; esac`);
    await install(true);
    expect(calls().map((call) => / (update|install)/.exec(call)?.[1])).toEqual([
      'install',
      'update',
      'install',
    ]);
  });

  it('gives the command, and installs nothing, where sudo wants a password', async () => {
    stub('apt-get');
    stub('sudo', 'exit 1');
    await expect(install(false)).rejects.toMatchObject({
      code: 'SYSTEM_PACKAGES_MISSING',
      message: expect.stringContaining(
        'sudo apt-get update && sudo apt-get install -y --no-install-recommends make',
      ) as string,
    });
    expect(calls()).toEqual(['sudo -n true []']);
  });

  it('shows the end of what apt-get said, and where the rest is', async () => {
    stub('apt-get', 'echo "E: Unable to locate package make" >&2; exit 100');
    const error = await install(true).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(error?.message).toContain('exit code 100');
    expect(error?.message).toContain('E: Unable to locate package make');
    const log = /of (\S+output\.log):/.exec(error?.message ?? '')?.[1] ?? '';
    expect(existsSync(log)).toBe(true);
    rmSync(path.dirname(log), { recursive: true });
  });
});
