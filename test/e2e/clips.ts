import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { repository } from '../shared.js';

/** Whether ffmpeg is there; most tests of videos make their own with it. */
export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).error === undefined;

/** Runs ffmpeg. @throws with what it says when it fails. */
export function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], { stdio: 'pipe' });
}

const picture = (name: string): string => path.join(repository, 'fixtures/images', name);

/** Pictures of the scenes, and what is done with each. */
const SCENES = [
  [picture('astronaut.png'), 'null'],
  [picture('camera.png'), 'null'],
  [picture('home.jpg'), 'null'],
  [picture('astronaut.png'), 'hflip,crop=iw/2:ih/2:iw/4:0'],
] as const;

/** Seconds of each scene, and frames of a second. */
export const SCENE_SECONDS = 5;
export const RATE = 25;

/** Makes a clip of 640 x 360 pixels: four scenes of five seconds each, with a little noise that moves. */
export function fourScenes(file: string): void {
  const inputs = SCENES.flatMap(([input]) => ['-loop', '1', '-t', String(SCENE_SECONDS), '-i', input]);
  const fit = 'scale=640:360:force_original_aspect_ratio=decrease,pad=640:360:-1:-1,setsar=1';
  const scenes = SCENES.map(([, change], index) => `[${index}]${change},${fit},fps=${RATE}[s${index}]`);
  const joined = SCENES.map((_, index) => `[s${index}]`).join('');
  const noisy = `${joined}concat=n=${SCENES.length},noise=alls=6:allf=t:all_seed=1,format=yuv420p`;
  ffmpeg(
    ...inputs,
    ...['-filter_complex', [...scenes, noisy].join(';'), '-c:v', 'mpeg4', '-q:v', '4', '-bitexact'],
    // The index in front, so that a piece of it can be read.
    ...['-movflags', '+faststart', file],
  );
}

/** Makes a clip of one second of a picture that stands still. */
export function still(file: string, name = 'astronaut.png'): void {
  const look = 'scale=256:256:force_original_aspect_ratio=decrease,pad=256:256:-1:-1';
  ffmpeg('-loop', '1', '-t', '1', '-i', picture(name), '-vf', look, '-c:v', 'mpeg4', '-bitexact', file);
}

/** Makes two seconds of sound without pictures. */
export function soundAlone(file: string): void {
  ffmpeg('-f', 'lavfi', '-i', 'sine=duration=2', '-c:a', 'aac', file);
}
