import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { PictureRecord } from '../../src/core/report.js';
import { FIXTURES } from '../pictures/made-picture.js';
import { bin, contents, facetag, hermetic, membersOf, temporaryFolder, until } from './cli.js';

let cwd: string;

beforeEach(() => {
  cwd = temporaryFolder();
  cpSync(FIXTURES, path.join(cwd, 'photos'), { recursive: true });
});

/** A run whose list goes on for as long as the test likes. */
class Open {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(...flags: string[]) {
    const line = [bin, '--files-from', '-', '--base', 'photos', ...flags];
    const child = spawn(process.execPath, line, { cwd, env: hermetic(), detached: true, stdio: 'pipe' });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    child.stdin.on('error', () => undefined);
    this.child = child;
  }

  list(...lines: string[]): void {
    this.child.stdin?.write(lines.map((line) => `${line}\n`).join(''));
  }

  get images(): string[] {
    const lines = this.stdout.split('\n').slice(0, -1);
    return lines.map((line) => (JSON.parse(line) as PictureRecord).image);
  }

  async end(): Promise<number | null> {
    this.child.stdin?.end();
    return await this.ended();
  }

  async ended(): Promise<number | null> {
    const [code] = (await once(this.child, 'close')) as [number | null];
    await until(() => membersOf(this.child.pid ?? -1).length === 0, 'no process is left');
    return code;
  }
}

describe('--files-from - with --base', () => {
  it('tags the first picture while the list is still open, and keeps the order of the list', async () => {
    const run = new Open('--jsonl');
    run.list('photos/home.jpg');
    await until(() => run.images.length === 1, 'the first record is there');
    run.list('photos/camera.png', 'photos/home.jpg', 'photos', 'photos/gone.jpg');
    expect(await run.end()).toBe(1);
    expect(run.images).toEqual(['home.jpg', 'camera.png', 'astronaut.png', 'gone.jpg']);
    expect(run.stderr).toContain('4 pictures: ');
  });

  it('writes what a run over the whole list writes', async () => {
    const lines = ['photos/home.jpg', 'photos/astronaut.png'];
    const run = new Open('-o', 'arriving', '-f', 'csv,jsonl');
    run.list(...lines);
    expect(await run.end()).toBe(0);
    await facetag([...lines, '--base', 'photos', '-o', 'whole', '-f', 'csv,jsonl'], { cwd });
    expect(contents(path.join(cwd, 'arriving'))).toEqual(contents(path.join(cwd, 'whole')));
  });

  it('ends in order on SIGTERM while it waits for the next line', async () => {
    const run = new Open('-o', 'out');
    run.list('photos/home.jpg');
    await until(() => existsSync(path.join(cwd, 'out/json/home.jpg.json')), 'the first record is written');
    run.child.kill('SIGTERM');
    expect(await run.ended()).toBe(143);
    expect(readFileSync(path.join(cwd, 'out/faces.csv'), 'utf8')).toContain('home.jpg');
    expect(existsSync(path.join(cwd, 'out/completion.json'))).toBe(true);
  });

  it('ends when nobody reads its records, without waiting for the next line', async () => {
    const run = new Open('--jsonl');
    run.list('photos/home.jpg');
    await until(() => run.images.length === 1, 'the first record is there');
    run.child.stdout?.destroy();
    run.list('photos/camera.png');
    expect(await run.ended()).toBe(0);
  });

  it('refuses a line outside the base, with what came before it kept', async () => {
    mkdirSync(path.join(cwd, 'elsewhere'));
    cpSync(path.join(cwd, 'photos/home.jpg'), path.join(cwd, 'elsewhere/home.jpg'));
    const run = new Open('-o', 'out');
    run.list('photos/home.jpg', 'elsewhere/home.jpg');
    expect(await run.ended()).toBe(2);
    expect(run.stderr).toContain('elsewhere');
    expect(run.stderr).toContain('base');
  });

  it('refuses a list without pictures, and leaves no folder', async () => {
    const run = new Open('-o', 'out');
    expect(await run.end()).toBe(2);
    expect(run.stderr).toContain('No pictures found');
    expect(existsSync(path.join(cwd, 'out/json'))).toBe(false);
  });

  it('takes shares, of which one may be empty', async () => {
    const names: string[] = [];
    for (const share of ['1/2', '2/2']) {
      const run = new Open('--jsonl', '--shard', share);
      run.list('photos/home.jpg');
      expect(await run.end()).toBe(0);
      names.push(...run.images);
    }
    expect(names).toEqual(['home.jpg']);
  });
});
