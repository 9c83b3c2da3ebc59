import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES } from '../pictures/made-picture.js';
import { facetag, temporaryFolder } from './cli.js';
import { fourScenes, hasFfmpeg } from './clips.js';
import { lanesOf, serverOfTest } from './server.js';

const SECRETS = {
  AWS_ACCESS_KEY_ID: 'secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'secret',
  HTTPS_PROXY: 'http://user:secret@proxy.example:8080',
  GITHUB_TOKEN: 'secret',
};
const TUNING = { OMP_NUM_THREADS: '1' };

/** What runs see: their lanes write down what they were started with. */
function tapped(): { env: Record<string, string>; environments: () => string[] } {
  const log = path.join(temporaryFolder(), 'environments');
  const code = `import fs from 'node:fs';
if (process.send) fs.appendFileSync(${JSON.stringify(log)}, fs.readFileSync('/proc/self/environ', 'latin1') + '\\n');`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(code)}`;
  return {
    env: { ...SECRETS, ...TUNING, NODE_OPTIONS },
    environments: () => (existsSync(log) ? readFileSync(log, 'latin1').split('\n').filter(Boolean) : []),
  };
}

function expectHarmless(environments: readonly string[]): void {
  expect(environments).not.toEqual([]);
  for (const environment of environments) {
    expect(environment).not.toContain('secret');
    expect(environment).not.toContain('AWS_');
    expect(environment).toContain('OMP_NUM_THREADS=1');
  }
}

describe('lanes are told no secrets', () => {
  it.each([
    ['tag', ['-o', 'out', '--report']],
    ['tag with a lane launched ahead', ['--jsonl']],
  ])('by %s', async (_, args) => {
    const { env, environments } = tapped();
    const ran = await facetag([FIXTURES, '-j', '1', ...args], { cwd: temporaryFolder(), env });
    expect(ran.code).toBe(0);
    expectHarmless(environments());
  });

  it('by serve', async () => {
    const token = 'a-token-that-is-secret';
    const server = await serverOfTest(['-j', '2'], { ...SECRETS, ...TUNING, FACETAG_TOKEN: token });
    expectHarmless(lanesOf(server).map((pid) => readFileSync(`/proc/${pid}/environ`, 'latin1')));
  });

  it.skipIf(!hasFfmpeg)('by video, nor is ffmpeg (needs ffmpeg)', async () => {
    const cwd = temporaryFolder();
    fourScenes(path.join(cwd, 'clip.mp4'));
    // In front of ffmpeg: writes down what it was started with.
    const bin = path.join(cwd, 'bin');
    const log = path.join(cwd, 'ffmpeg-environments');
    mkdirSync(bin);
    const real = process.env['PATH'] ?? '';
    writeFileSync(
      path.join(bin, 'ffmpeg'),
      `#!/bin/sh\ntr '\\0' ' ' < /proc/$$/environ >> '${log}'\necho >> '${log}'\nPATH='${real}' exec ffmpeg "$@"\n`,
    );
    chmodSync(path.join(bin, 'ffmpeg'), 0o755);
    const { env, environments } = tapped();
    const options = { cwd, env: { ...env, PATH: `${bin}:${real}` } };
    const ran = await facetag(['video', 'clip.mp4', '-j', '1', '-o', 'out', '--annotate'], options);
    expect(ran.code).toBe(0);
    expectHarmless(environments());
    expectHarmless(readFileSync(log, 'latin1').split('\n').filter(Boolean));
  });
});
