import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { callerFolder } from '../../bin/setup/main.js';
import { npmCommand } from '../../bin/setup/process.js';
import { repository } from '../shared.js';
import { layOpenCv } from './fake-opencv.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

/** Node as if it were 20.18.0. */
const OLD_NODE = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    `Object.defineProperty(process.versions, 'node', { value: '20.18.0' })`,
  )}`,
];

/** Runs the set-up script of an installed package that has no dependencies, with an OpenCV of our own. */
function setUp(args: readonly string[], nodeFlags: readonly string[] = []) {
  const root = layPackage();
  const prefix = path.join(folder(), 'opencv');
  mkdirSync(prefix, { recursive: true });
  return spawnSync(process.execPath, [...nodeFlags, path.join(root, 'bin/setup.js'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], FACETAG_OPENCV_DIR: prefix },
  });
}

describe('node bin/setup.js', () => {
  it('refuses an OpenCV 5 with exit code 2', () => {
    layOpenCv(path.join(folder(), 'opencv'), { version: '5.0.0', include: 'include/opencv5', lib: 'lib' });
    const { status, stdout, stderr } = setUp([]);
    expect(stderr).toMatch(/^facetag set-up: OPENCV_UNSUPPORTED: Found OpenCV 5\.0\.0 in /);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('refuses a folder without OpenCV with exit code 2', () => {
    const { status, stderr } = setUp([]);
    expect(stderr).toMatch(/^facetag set-up: OPENCV_MISSING: FACETAG_OPENCV_DIR is /);
    expect(status).toBe(2);
  });

  it('names the commands when it gets another', () => {
    const { status, stderr } = setUp(['strat']);
    expect(stderr).toContain('Expected one of setup, start, test, bench, build as command, received "strat"');
    expect(status).toBe(2);
  });

  it('tells the person of an old Node what to install', () => {
    const { status, stderr } = setUp([], OLD_NODE);
    expect(stderr).toMatch(/^facetag needs Node 20\.18\.1 or later/);
    expect(status).toBe(2);
  });
});

/** A package with nothing but `bin`. @returns its folder. */
function layPackage(): string {
  const root = path.join(folder(), 'package');
  cpSync(path.join(repository, 'bin'), path.join(root, 'bin'), { recursive: true });
  writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
  return root;
}

/** A checkout whose compiler writes a CLI that says hello. @returns its folder. */
function layCheckout(): string {
  const root = layPackage();
  const put = (name: string, content: string): void => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  };
  const { files, scripts, bin } = JSON.parse(
    readFileSync(path.join(repository, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  put(
    'package.json',
    JSON.stringify({ name: 'facetag', version: '1.0.0', type: 'module', files, scripts, bin }),
  );
  put('package-lock.json', '{"packages":{}}');
  put('.npmrc', readFileSync(path.join(repository, '.npmrc'), 'utf8'));
  put('tsconfig.build.json', '{}');
  put('src/cli/main.ts', '');
  put('node_modules/typescript/package.json', '{"version":"1.0.0"}');
  put(
    'node_modules/typescript/bin/tsc',
    `const fs = require('node:fs');
     fs.mkdirSync('dist/cli', { recursive: true });
     fs.writeFileSync('dist/cli/main.js', 'console.log("hello")');`,
  );
  put(
    'bundle.js',
    `import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
     cpSync('dist/cli/main.js', 'dist/run/main.js');
     for (const page of ['report', 'serve/client']) {
       mkdirSync('dist/' + page, { recursive: true });
       for (const name of ['client.js', 'client.css', 'index.html']) writeFileSync('dist/' + page + '/' + name, '1');
     }`,
  );
  return root;
}

describe('bin/facetag.js', () => {
  const facetag = (root: string, nodeFlags: readonly string[] = []) =>
    spawnSync(process.execPath, [...nodeFlags, path.join(root, 'bin/facetag.js'), '--version'], {
      encoding: 'utf8',
    });

  it('says in one line that a bare clone is to be built', () => {
    const root = layCheckout();
    const { status, stderr } = facetag(root);
    expect(stderr).toBe(`facetag is not built yet. Run \`npm start\` in ${root}\n`);
    expect(status).toBe(2);
  });

  it('says in one line that a package was made before the build', () => {
    const { status, stderr } = facetag(layPackage());
    expect(stderr).toMatch(/^facetag was packed before it was built: .* Run `npm run pack` .+\n$/);
    expect(status).toBe(2);
  });

  it('says in one line that Node is too old', () => {
    const { status, stderr } = facetag(layPackage(), OLD_NODE);
    expect(stderr).toMatch(/^facetag needs Node 20\.18\.1 or later; this is v20\.18\.0 .+\n$/);
    expect(status).toBe(2);
  });
});

it('npm run pack builds first, although the scripts of packages are off', () => {
  const root = layCheckout();
  const [npm = '', ...args] = npmCommand();
  const { status, stderr } = spawnSync(npm, [...args, 'run', 'pack'], { cwd: root, encoding: 'utf8' });
  expect(stderr).toContain('compiling the TypeScript');
  expect(status).toBe(0);
  const pages = ['report/client', 'serve/client/client'].flatMap((page) => [`${page}.js`, `${page}.css`]);
  const parts = ['run/main.js', ...pages, 'serve/client/index.html'].map((name) => `package/dist/${name}`);
  const unpack = ['xzf', path.join(root, 'facetag-1.0.0.tgz'), '-C', folder(), ...parts];
  expect(spawnSync('tar', unpack).status).toBe(0);
});

describe('the lock', () => {
  it('makes a second set-up wait until the first has ended, however it ends', async () => {
    const url = pathToFileURL(path.join(repository, 'bin/setup/lock.js')).href;
    const take = (after: string) =>
      spawn(
        process.execPath,
        [
          ...['--input-type=module', '-e'],
          `import { acquireLock } from ${JSON.stringify(url)};
           await acquireLock(${JSON.stringify(folder())}, () => console.log('waiting'));
           console.log('taken'); ${after}`,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
    const first = take('setInterval(() => {}, 1000);');
    expect(await nextOutput(first.stdout)).toBe('taken\n');
    const second = take('');
    expect(await nextOutput(second.stdout)).toBe('waiting\n');
    first.kill('SIGKILL');
    expect(await nextOutput(second.stdout)).toBe('taken\n');
    await once(second, 'close');
  });

  async function nextOutput(stream: NodeJS.ReadableStream): Promise<string> {
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    return chunk.toString();
  }
});

describe('callerFolder', () => {
  it.each([
    [
      'npm start in a sub-folder',
      { npm_lifecycle_event: 'start', INIT_CWD: '/home/me/photos' },
      '/home/me/photos',
    ],
    ['started by another script of npm', { npm_lifecycle_event: 'test', INIT_CWD: '/home/me' }, '/here'],
    ['without npm', {}, '/here'],
  ])('%s', (_, env, expected) => {
    expect(callerFolder('start', env, '/here')).toBe(expected);
  });
});

describe('npmCommand', () => {
  it.each([
    [
      'the npm that is running',
      { npm_execpath: '/opt/npm/bin/npm-cli.js' },
      [process.execPath, '/opt/npm/bin/npm-cli.js'],
    ],
    ['not another package manager', { npm_execpath: '/opt/yarn.js' }, ['npm']],
    ['the one on the path', {}, ['npm']],
  ])('%s', (_, env, expected) => {
    expect(npmCommand(env)).toEqual(expected);
  });
});
