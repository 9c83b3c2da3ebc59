import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ffmpeg as tool } from '../../../src/adapters/ffmpeg.js';
import { scriptHead } from '../../../src/video/annotation-script.js';
import { hasFfmpeg, still } from '../../e2e/clips.js';
import { temporaryFolder } from '../../e2e/cli.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(!hasFfmpeg)('a clip (needs ffmpeg)', () => {
  it.each(['kill -KILL $$', 'exit 1'])('is not made where ffmpeg lists no encoders: %s', async (end) => {
    const folder = temporaryFolder();
    const video = path.join(folder, 'video.mp4');
    still(video);
    writeFileSync(path.join(folder, 'boxes.ass'), scriptHead({ width: 256, height: 256 }));
    const real = process.env['PATH'] ?? '';
    mkdirSync(path.join(folder, 'bin'));
    const fake = path.join(folder, 'bin/ffmpeg');
    writeFileSync(
      fake,
      `#!/bin/sh\ncase "$*" in *-encoders*) ${end};; esac\nPATH='${real}'\nexec ffmpeg "$@"\n`,
    );
    chmodSync(fake, 0o755);
    const options = {
      input: { url: `file:${video}`, live: false },
      folder,
      script: 'boxes.ass',
      clip: 'clip.mp4',
    };
    vi.stubEnv('PATH', `${path.dirname(fake)}:${real}`);
    expect(await tool.encode(options).done).toContain('encoders');
    expect(existsSync(path.join(folder, 'clip.mp4'))).toBe(false);
    vi.unstubAllEnvs();
    expect(await tool.encode(options).done).toBeUndefined();
    expect(existsSync(path.join(folder, 'clip.mp4'))).toBe(true);
  });
});
