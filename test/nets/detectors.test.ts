import { describe, expect, it } from 'vitest';
import { AnchorGrid } from '../../src/nets/anchors.js';
import { detectionOutput, Res10Detector, type Res10Head } from '../../src/nets/res10.js';
import { decodedInTypeScript } from '../../src/nets/ssd-decode.js';
import { type PartDetector, SmallFacesDetector } from '../../src/nets/small-faces.js';
import { SsdMobilenetDetector } from '../../src/nets/ssd-mobilenet.js';
import { YunetDetector } from '../../src/nets/yunet.js';
import type { DetectorSpec } from '../../src/packs/spec.js';
import type { Blob, Imaging, Net } from '../../src/ports.js';
import { FakeImaging, blankRaster } from './fake-imaging.js';

const MIN_CONFIDENCE = 0.5;

const spec: DetectorSpec = {
  family: 'res10-ssd',
  net: {
    format: 'onnx',
    weights: 'a.onnx',
    width: 512,
    height: 512,
    scale: 1,
    mean: [0, 0, 0],
    channelOrder: 'rgb',
  },
  minConfidence: MIN_CONFIDENCE,
  nmsIou: 0.5,
  minInside: 0.5,
};

/** One candidate of a net: its score and whether its box is a number. */
interface Candidate {
  readonly score: number;
  readonly box?: number;
}

/** A net that gives one candidate, in the form that its decoder reads; all others are nothing. */
const families: Readonly<Record<string, (imaging: Imaging, candidate: Candidate) => PartDetector>> = {
  'ssd-mobilenetv1': (imaging, { score, box = 0 }) => {
    const net: Net = {
      forward({ shape: [, , height, width] }: Blob) {
        const { count } = new AnchorGrid(width, height);
        const [boxes, scores] = [new Float32Array(count * 4), new Float32Array(count)];
        [boxes[1500 * 4], scores[1500]] = [box, score];
        return Promise.resolve([boxes, scores]);
      },
    };
    return new SsdMobilenetDetector(imaging, net, spec, { minConfidence: MIN_CONFIDENCE });
  },
  'res10-ssd, decoded by the net': (imaging, { score, box = 0.1 }) =>
    res10(imaging, detectionOutput(MIN_CONFIDENCE), [Float32Array.of(0, 1, score, box, 0.1, 0.5, 0.5)]),
  'res10-ssd, decoded here': (imaging, { score, box = 0 }) =>
    res10(imaging, decodedInTypeScript(MIN_CONFIDENCE, 0.5), [
      Float32Array.of(box, 0, 0, 0),
      Float32Array.of(1 - score, score),
      Float32Array.of(0.1, 0.1, 0.5, 0.5, 0.1, 0.1, 0.2, 0.2),
    ]),
  yunet: (imaging, candidate) => {
    const net: Net = { forward: () => Promise.resolve(yunetMaps(candidate)) };
    return new YunetDetector(imaging, net, spec, { minConfidence: MIN_CONFIDENCE });
  },
};

/** YuNet's maps with one candidate, in the map of stride 16. */
function yunetMaps({ score, box = 0 }: Candidate): readonly Float32Array[] {
  const maps = [8, 16, 32].flatMap((stride) => {
    const cells = (512 / stride) ** 2;
    return [new Float32Array(cells), new Float32Array(cells), new Float32Array(cells * 4)];
  });
  const [, , , classes, objects, boxes] = maps;
  classes?.set([score], 500);
  objects?.set([score], 500);
  boxes?.set([box, 0, 1, 1], 500 * 4);
  return maps;
}

function res10(imaging: Imaging, head: Res10Head, outputs: readonly Float32Array[]): PartDetector {
  return new Res10Detector(imaging, { forward: () => Promise.resolve(outputs) }, spec, head);
}

describe.each(Object.entries(families))('%s', (_, open) => {
  const detect = async (candidate: Candidate, size = 512) => {
    const imaging = new FakeImaging();
    const detector = open(imaging, candidate);
    const looks = size === 512 ? detector : new SmallFacesDetector(imaging, detector);
    try {
      return await looks.detect(blankRaster(size, size));
    } finally {
      expect(imaging.held).toBe(0);
    }
  };

  it('finds a face at the threshold and none below it', async () => {
    expect(await detect({ score: 0.5 })).toHaveLength(1);
    expect(await detect({ score: 0.499 })).toEqual([]);
  });

  describe.each([
    ['a picture', 512],
    ['a picture and its parts', 1400],
  ])('in %s', (_, size) => {
    it.each([NaN, Infinity, -Infinity])(
      'fails on a score of %d: a broken net is no picture without faces',
      async (score) => {
        await expect(detect({ score }, size)).rejects.toThrow('The detector gave a face the score');
      },
    );

    it.each([NaN, Infinity, -Infinity])('fails on a face whose box has %d', async (box) => {
      await expect(detect({ score: 0.9, box }, size)).rejects.toThrow('The detector gave a face the box');
    });

    it.each([1e30, -1e30])('finds no face far outside, at %d', async (box) => {
      expect(await detect({ score: 0.9, box }, size)).toEqual([]);
    });
  });

  it('takes a score that rounding left above 1 for 1, and never says more', async () => {
    expect((await detect({ score: 1.0001 }))[0]?.confidence).toBe(1);
    const found = await detect({ score: 30 }).catch(() => []);
    expect(found.filter(({ confidence }) => confidence > 1)).toEqual([]);
  });

  it('does not mind the box of what is no face', async () => {
    expect(await detect({ score: 0.1, box: NaN })).toEqual([]);
  });
});

it('a box that is turned inside out is no face', async () => {
  const rows = Float32Array.of(0, 1, 0.9, 0.9, 0.1, 0.5, 0.5);
  const detector = res10(new FakeImaging(), detectionOutput(MIN_CONFIDENCE), [rows]);
  expect(await detector.detect(blankRaster(512, 512))).toEqual([]);
});
