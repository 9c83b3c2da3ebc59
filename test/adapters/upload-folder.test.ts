import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { uploadFolders } from '../../src/adapters/upload-folder.js';

const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

describe('a folder of uploads', () => {
  it('is for its user alone, and gone at the end', async () => {
    let folderPath = '';
    await uploadFolders.hold(async (folder) => {
      const { root } = folder;
      folderPath = root.path;
      const [first, second] = [await folder.create(), await folder.create()];
      expect(first.id).not.toBe(second.id);
      await first.append(Buffer.from('one '));
      await first.append(Buffer.from('two'));
      await first.end();
      expect(readFileSync(first.path, 'utf8')).toBe('one two');
      expect([modeOf(root.path), modeOf(first.path)]).toEqual(['700', '600']);
      await first.discard();
      await first.discard();
      expect(readdirSync(root.path)).toEqual([second.id]);
      await second.end();
    });
    expect(existsSync(folderPath)).toBe(false);
    await expect(uploadFolders.hold(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('gives away a copy, which has no name any more', async () => {
    await uploadFolders.hold(async (folder) => {
      const { root } = folder;
      const upload = await folder.create();
      mkdirSync(path.join(root.path, 'annotated'));
      const copy = path.join(root.path, 'annotated', upload.id);
      writeFileSync(copy, 'x'.repeat(1000));
      const taken = await folder.take(`annotated/${upload.id}`);
      expect(existsSync(copy)).toBe(false);
      expect([taken.bytes, taken.head.toString()]).toEqual([1000, 'x'.repeat(64)]);
      let text = '';
      for await (const piece of taken.content) text += String(piece);
      expect(text).toBe('x'.repeat(1000));
      writeFileSync(copy, 'again');
      await upload.discard();
      expect(existsSync(copy)).toBe(false);
      await expect(folder.take('annotated/none')).rejects.toThrow('ENOENT');
    });
  });

  it('takes away what a process left that is no more, and nothing else', async () => {
    const made = (like: string, pid: number, start: string): string => {
      const name = path.basename(like).replace(/-\d+-\d*-\w+$/, `-${pid}-${start}-abcdef`);
      const folder = path.join(memory, name);
      mkdirSync(path.join(folder, 'annotated'), { recursive: true });
      onTestFinished(() => {
        rmSync(folder, { recursive: true, force: true });
      });
      return folder;
    };
    await uploadFolders.hold(async ({ root }) => {
      const [, start = ''] = /-\d+-(\d*)-\w+$/.exec(root.path) ?? [];
      const dead = made(root.path, 2 ** 22 + 1, '1');
      const earlier = made(root.path, process.pid, '1');
      const alive = made(root.path, process.pid, start);
      const ofRun = made(root.path.replace('-serve-', '-tag-'), 2 ** 22 + 1, '1');
      const elsewhere = made(root.path.replace(/serve-[\da-f]{8}/, 'serve-00000000'), 2 ** 22 + 1, '1');
      await uploadFolders.hold(() => Promise.resolve());
      expect([dead, earlier, ofRun, alive, elsewhere, root.path].map(existsSync)).toEqual([
        false,
        false,
        false,
        true,
        true,
        true,
      ]);
    });
  });
});
