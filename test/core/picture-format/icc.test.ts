import { expect, it } from 'vitest';
import { isSrgbProfile } from '../../../src/core/picture-format/icc.js';

/** A profile with a colour space and one `desc` tag. */
function profile(colourSpace: string, tag: Buffer): Buffer {
  const bytes = Buffer.alloc(144);
  bytes.write(colourSpace, 16, 'latin1');
  bytes.writeUInt32BE(1, 128);
  bytes.write('desc', 132, 'latin1');
  bytes.writeUInt32BE(144, 136);
  bytes.writeUInt32BE(tag.length, 140);
  return Buffer.concat([bytes, tag]);
}

const version2 = (text: string): Buffer => Buffer.from(`desc\0\0\0\0\0\0\0\x10${text}\0`, 'latin1');

function version4(text: string): Buffer {
  const head = Buffer.from('mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\0\0\0\0\x1c', 'latin1');
  return Buffer.concat([head, Buffer.from(text, 'utf16le').swap16()]);
}

it.each([
  ['version 2', profile('RGB ', version2('sRGB IEC61966-2.1')), true],
  ['version 4', profile('RGB ', version4('sRGB2014')), true],
  ['Display P3', profile('RGB ', version4('Display P3')), false],
  ['Adobe RGB', profile('RGB ', version2('Adobe RGB (1998)')), false],
  ['a grey profile', profile('GRAY', version2('sRGB grey')), false],
  ['no description', profile('RGB ', Buffer.alloc(0)), false],
  ['a cut profile', profile('RGB ', version4('sRGB')).subarray(0, 150), false],
  ['rubbish', Buffer.alloc(300, 0xff), false],
  ['nothing', Buffer.alloc(0), false],
])('reads %s', (_, bytes, expected) => {
  expect(isSrgbProfile(bytes)).toBe(expected);
});
