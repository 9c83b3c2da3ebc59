import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bin, hermetic, membersOf, temporaryFolder, until } from './cli.js';
import { smallPictures } from './small-pictures.js';

let cwd: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  await smallPictures(path.join(cwd, 'photos'), 30);
});

interface Piped {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line of shell in which `facetag` is the command; its exit code is that of the first of a pipeline. */
async function shell(line: string): Promise<Piped> {
  const script = `facetag() { "${process.execPath}" "${bin}" "$@"; }; ${line}; exit "\${PIPESTATUS[0]}"`;
  const child = spawn('bash', ['-c', script], { cwd, env: hermetic(), detached: true, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  await until(() => membersOf(child.pid ?? -1).length === 0, 'no process is left');
  return { code, stdout, stderr };
}

describe('a reader that goes away', () => {
  it.each([
    ['facetag photos --jsonl | head -1', /^\{.*"image":"a\/p000\.jpg".*\}\n$/],
    ['facetag photos --jsonl -o out | head -1', /^\{.*"image":"a\/p000\.jpg".*\}\n$/],
    ['facetag photos --dry-run | true', /^$/],
    ['facetag doctor --json | true', /^$/],
    ['facetag models list --json | true', /^$/],
  ])('ends `%s` quietly with 0', async (line, stdout) => {
    const ran = await shell(line);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(stdout);
    expect(ran.stderr).not.toMatch(/error|EPIPE|bug/i);
  });

  it('of stderr is not missed', async () => {
    const ran = await shell('facetag photos --jsonl -v 2> >(true)');
    expect(ran.code).toBe(0);
    expect(ran.stdout.match(/\n/g)?.length).toBe(30);
  });
});

describe('an output that is full', () => {
  it('ends the run with 75 and says that it is stdout', async () => {
    const ran = await shell('facetag photos --jsonl > /dev/full');
    expect(ran.code).toBe(75);
    expect(ran.stderr).toContain('Cannot write to stdout: no space left on the disk');
  });

  it('is not missed on stderr', async () => {
    const ran = await shell('facetag photos --jsonl -v 2> /dev/full');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.match(/\n/g)?.length).toBe(30);
  });
});

describe('devices', () => {
  it('are written to, never replaced', async () => {
    const ran = await shell('facetag photos --jsonl --summary /dev/stderr -q 2>&1 > /dev/null | cat');
    expect(JSON.parse(ran.stdout)).toMatchObject({ schemaVersion: 1, processed: 30, exitCode: 0 });
  });
});

describe('a long list of paths', () => {
  it('comes through a pipe', async () => {
    writeFileSync(path.join(cwd, 'odd name.jpg'), '');
    const ran = await shell('find . -name "*.jpg" -print0 | facetag --files-from - -0 --jsonl | wc -l');
    expect(ran.stdout.trim()).toBe('31');
  });
});
