import { describe, expect, it } from 'vitest';
import { FatalError, ImageError } from '../../src/errors.js';
import { processImage, type ImagePorts } from '../../src/picture/process-image.js';
import type { Attributes, Estimates } from '../../src/core/attributes.js';
import type { DecodedPicture, Face } from '../../src/types.js';
import { face } from '../records.js';

const estimates: Estimates = { male: 0.7, years: 5.04 };
const attributes: Attributes = { gender: 'Male', genderConfidence: 0.7, age: '(4-6)', ageYears: 5 };
const picture: DecodedPicture = {
  raster: { data: Buffer.alloc(100 * 50 * 3), width: 100, height: 50 },
  width: 400,
  height: 200,
  orientation: 6,
  scale: 0.25,
};
const source = { root: '/photos', path: '/photos/a.jpg', relativePath: 'a.jpg' };
const settings = {
  maxDim: 100,
  maxPixels: 1e6,
  maxMemory: 2e9,
  thorough: false,
  turned: false,
  maxBytes: 1e9,
  minFace: 0,
};

const unused = (): never => {
  throw new Error('not part of this test');
};

function ports(over: Partial<ImagePorts> = {}): ImagePorts {
  return {
    files: { stamp: unused, sha256: unused, read: () => Promise.resolve(Buffer.from('bytes')) },
    writer: { write: unused },
    decoder: { decode: () => Promise.resolve(picture) },
    codec: { decodeFull: unused, encode: unused },
    canvases: { open: unused },
    detector: {
      detect: () =>
        Promise.resolve([
          { box: { x1: -5, y1: 10, x2: 20, y2: 30 }, confidence: 0.6 },
          { box: { x1: 50, y1: 10, x2: 60, y2: 20 }, confidence: 0.9 },
        ]),
    },
    attributes: { estimate: (_, boxes) => Promise.resolve(boxes.map(() => estimates)) },
    ...over,
  };
}

describe('processImage', () => {
  it('maps boxes to the original, clips them and sorts by confidence', async () => {
    const report = await processImage({ source }, ports(), settings);
    expect(report).toMatchObject({
      width: 400,
      height: 200,
      orientation: 6,
      scale: 0.25,
      faces: [
        { box: { x1: 200, y1: 40, x2: 240, y2: 80 }, confidence: 0.9, attributes },
        { box: { x1: 0, y1: 40, x2: 80, y2: 120 }, confidence: 0.6, attributes },
      ],
      source: { bytes: 5, sha256: '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9' },
    });
    expect(report.failure).toBeUndefined();
  });

  it.each([
    [40, 2],
    [41, 1],
    [81, 0],
  ])(
    'drops faces below --min-face %i in pixels of the original, before their attributes',
    async (minFace, left) => {
      let estimated = 0;
      const report = await processImage(
        { source },
        ports({
          attributes: {
            estimate: (_, boxes) => {
              estimated = boxes.length;
              return Promise.resolve(boxes.map(() => estimates));
            },
          },
        }),
        { ...settings, minFace },
      );
      expect([report.faces.length, estimated]).toEqual([left, left]);
    },
  );

  const refuse = (error: Error) => () => Promise.reject(error);
  it.each<[string, Partial<ImagePorts>, object]>([
    [
      'a file that cannot be read',
      { files: { ...ports().files, read: refuse(new ImageError('UNREADABLE', 'no', 'discover')) } },
      { stage: 'discover', code: 'UNREADABLE' },
    ],
    [
      'bytes that are no picture',
      { decoder: { decode: refuse(new ImageError('NOT_AN_IMAGE', 'text')) } },
      { stage: 'decode', code: 'NOT_AN_IMAGE' },
    ],
    [
      'a decoder that chokes',
      { decoder: { decode: refuse(new Error('vips')) } },
      { stage: 'decode', code: 'CORRUPT' },
    ],
    [
      'a detector that fails',
      { detector: { detect: refuse(new Error('native')) } },
      { stage: 'detect', code: 'CRASHED' },
    ],
    [
      'an estimator that fails',
      { attributes: { estimate: refuse(new Error('net')) } },
      { stage: 'attributes', code: 'CRASHED' },
    ],
    [
      'an estimator that leaves out a face',
      { attributes: { estimate: () => Promise.resolve([estimates]) } },
      { stage: 'attributes', code: 'CRASHED', message: '1 estimates for 2 faces' },
    ],
    [
      'an estimate that is no number',
      { attributes: { estimate: () => Promise.resolve([estimates, { male: NaN, years: 3 }]) } },
      { stage: 'attributes', code: 'CRASHED', message: 'The nets gave NaN for male' },
    ],
  ])('reports %s as data', async (_, over, failure) => {
    const report = await processImage({ source }, ports(over), settings);
    expect(report.failure).toMatchObject(failure);
    expect(report.faces).toEqual([]);
  });

  it('keeps the identity of bytes that could be read but not decoded', async () => {
    const decoder = { decode: refuse(new ImageError('CORRUPT', 'bad')) };
    const report = await processImage({ source }, ports({ decoder }), settings);
    expect(report.source).toMatchObject({ bytes: 5 });
  });

  it.each<[string, Error, object]>([
    ['decoded in full', new ImageError('TOO_LARGE', 'big'), { stage: 'annotate', code: 'TOO_LARGE' }],
    ['written', new ImageError('WRITE_FAILED', 'no', 'write'), { stage: 'write', code: 'WRITE_FAILED' }],
    ['drawn', new Error('native'), { stage: 'annotate', code: 'CRASHED' }],
  ])('keeps the faces of a picture whose copy cannot be %s', async (_, error, failure) => {
    const codec = { decodeFull: refuse(error), encode: unused };
    const report = await processImage({ source, copies: ['annotated'] }, ports({ codec }), settings);
    expect(report).toMatchObject({
      width: 400,
      faces: [{}, {}],
      copyFailures: [{ copy: 'annotated', ...failure }],
    });
    expect(report.failure).toBeUndefined();
  });

  it("throws on the disk's fault", async () => {
    const failing = ports({
      codec: {
        decodeFull: () => Promise.resolve({ raster: picture.raster, format: 'png' }),
        encode: () => Promise.resolve(Buffer.from('x')),
      },
      writer: { write: refuse(new FatalError('OUTPUT_UNUSABLE', 'no space')) },
    });
    const redraw: Face[] = [];
    await expect(
      processImage({ source, copies: ['annotated'], redraw: { faces: redraw } }, failing, settings),
    ).rejects.toThrow('no space');
  });

  it('redraws without decoding for inference, detecting or estimating', async () => {
    const written: string[] = [];
    const blank = { open: () => ({ ...canvas, toRaster: () => picture.raster }) };
    const canvas = {
      width: 100,
      height: 50,
      fillRectangle: () => undefined,
      strokeRectangle: () => undefined,
      text: () => undefined,
      textSize: () => ({ width: 10, height: 5, baseline: 2 }),
      toRaster: unused,
      release: () => undefined,
    };
    const report = await processImage(
      { source, copies: ['annotated'], redraw: { faces: [face()] } },
      ports({
        decoder: { decode: unused },
        detector: { detect: unused },
        attributes: { estimate: unused },
        canvases: blank,
        codec: {
          decodeFull: () => Promise.resolve({ raster: picture.raster, format: 'png' }),
          encode: () => Promise.resolve(Buffer.from('x')),
        },
        writer: {
          write: (file) => {
            written.push(file);
            return Promise.resolve();
          },
        },
      }),
      settings,
    );
    expect(report.failure).toBeUndefined();
    expect(written).toEqual(['annotated/a.jpg']);
  });
});
