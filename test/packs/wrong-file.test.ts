import { describe, expect, it } from 'vitest';
import { describeContent, describeWrongFile } from '../../src/packs/wrong-file.js';

describe('describeContent', () => {
  it.each([
    ['<!DOCTYPE html><html>', 'an HTML page'],
    ['\n  <html lang="en">', 'an HTML page'],
    ['\ufeff<!doctype HTML>', 'an HTML page'],
    ['<?xml version="1.0"?>\n<!-- x -->\n<html>', 'an HTML page'],
    [
      'version https://git-lfs.github.com/spec/v1\noid sha256:00',
      'a Git LFS pointer, not the file it stands for',
    ],
    ['name: "res10" # <html>', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(describeContent(Buffer.from(text))).toBe(expected);
  });
});

describe('describeWrongFile', () => {
  const wanted = { bytes: 100, sha256: 'a'.repeat(64) };
  const head = Buffer.from([8, 1]);
  it.each([
    [{ head, bytes: 60 }, 'truncated at 60 of 100 bytes'],
    [{ head, bytes: 160 }, 'too long, 160 bytes instead of 100'],
    [
      { head, bytes: 100, sha256: 'b'.repeat(64) },
      `of the right size but other content (sha256 ${'b'.repeat(64)}, expected ${'a'.repeat(64)})`,
    ],
    [{ head: Buffer.from('<html>'), bytes: 60 }, 'an HTML page'],
  ])('%#', (found, expected) => {
    expect(describeWrongFile(found, wanted)).toBe(expected);
  });
});
