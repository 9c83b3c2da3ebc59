import { existsSync } from 'node:fs';
import path from 'node:path';
import { repository, shared } from '../shared.js';

/** Where a golden's picture is: in face-api's package, among the fixtures or beside the checkout; undefined if absent. */
export function goldenPicture(name: string): string | undefined {
  const own = [
    path.join(repository, 'node_modules/@vladmandic/face-api/demo', name),
    path.join(repository, 'fixtures/images', name),
  ];
  return own.find(existsSync) ?? shared(`photos/${name}`);
}
