import { describe, expect, it } from 'vitest';
import { identifyFormat } from '../../../src/core/picture-format/signatures.js';
import { bmp, heic, isoBox } from '../../pictures/bytes.js';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const ftyp = (brands: string): Buffer => isoBox('ftyp', latin1(brands));

describe('identifyFormat', () => {
  it.each([
    ['jpeg', latin1('\xff\xd8\xff\xe0')],
    ['png', latin1('\x89PNG\r\n\x1a\n')],
    ['gif', latin1('GIF87a')],
    ['gif', latin1('GIF89a')],
    ['webp', latin1('RIFF\x10\0\0\0WEBPVP8 ')],
    ['tiff', latin1('II*\0')],
    ['tiff', latin1('MM\0*')],
    ['tiff', latin1('II+\0')],
    ['avif', ftyp('avif\0\0\0\0mif1miaf')],
    ['avif', ftyp('mif1\0\0\0\0mif1avifmiaf')],
    ['heic', heic()],
    ['heic', ftyp('mif1\0\0\0\0mif1heix')],
    ['heic', ftyp('mif1\0\0\0\0mif1miaf')],
    ['bmp', bmp()],
    ['avif', ftyp('avis\0\0\0\0avis')],
  ])('finds %s', (format, bytes) => {
    expect(identifyFormat(bytes)).toEqual({ decodable: true, format });
  });

  it.each([
    ['video (MP4 or QuickTime)', ftyp('isom\0\0\0\0isommp42')],
    ['camera raw (CR3)', ftyp('crx \0\0\0\x01crx isom')],
    ['camera raw (ORF)', latin1('IIRO\x08\0\0\0')],
    ['camera raw (RW2)', latin1('IIU\0\x18\0\0\0')],
    ['PDF', latin1('%PDF-1.4')],
    ['Photoshop (PSD)', latin1('8BPS\0\x01')],
    ['Windows icon (ICO)', latin1('\0\0\x01\0\x01\0')],
    ['JPEG XL', latin1('\xff\x0a\xfa')],
    ['JPEG 2000', latin1('\0\0\0\x0cjP  \r\n\x87\n')],
    ['SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg">')],
    ['SVG', Buffer.from('\uFEFF<?xml version="1.0"?>\n<!-- a > b --><!DOCTYPE svg PUBLIC "x">\n<svg:svg>')],
    ['SVG', latin1('<!DOCTYPE svg [<!ENTITY a "b">]>\n<svg width="1">')],
  ])('names %s', (name, bytes) => {
    expect(identifyFormat(bytes)).toEqual({ decodable: false, name });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', latin1('hello')],
    ['text that starts like a BMP', latin1('BM is short for bitmap, and this is not one')],
    ['a page with a drawing in it', latin1('<!doctype html><html><svg></svg></html>')],
    ['a comment about svg', latin1('<!-- <svg> -->')],
    ['the first bytes of a PNG', latin1('\x89PNG')],
    ['zero bytes', Buffer.alloc(100)],
    ['another RIFF file', latin1('RIFF\x10\0\0\0WAVEfmt ')],
    ['a first box that is cut', ftyp('avif\0\0\0\0mif1avif').subarray(0, 18)],
    ['a first box without a brand', isoBox('ftyp', Buffer.alloc(12))],
  ])('knows nothing of %s', (_, bytes) => {
    expect(identifyFormat(bytes)).toBeUndefined();
  });

  it('takes linear time over endless comments', () => {
    const comments = latin1('<!-- -->'.repeat(600));
    expect(identifyFormat(comments)).toBeUndefined();
  });
});
