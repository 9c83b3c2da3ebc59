import { describe, expect, it } from 'vitest';
import { judgePicture } from '../../src/evaluation/matching.js';
import { labelsOf, recordOf, type Said } from './made-records.js';

const options = { iou: 0.5, match: 'central' } as const;

/** The confidence of the face that each label got, and of the extra ones how many. */
async function judge(
  said: readonly Said[],
  boxes: readonly string[],
  over: Partial<{ iou: number; match: 'largest' }>,
) {
  const { labels } = await labelsOf(['image,x,y,w,h', ...boxes.map((box) => `a.jpg,${box}`)]);
  const { faces, detections } = judgePicture(recordOf('a.jpg', ...said), labels, { ...options, ...over });
  return { found: faces.map(({ found }) => found?.confidence), extra: detections?.extra, detections };
}

describe('labels with boxes', () => {
  it('take the highest overlap first, each face once', async () => {
    // The first label overlaps both faces, the second only the better one, and better than the first does.
    const said = [
      { bbox: [0, 0, 100, 100], confidence: 0.9 },
      { bbox: [0, 30, 100, 100], confidence: 0.8 },
    ] as const;
    const { found, extra } = await judge(said, ['0,10,100,100', '0,0,100,100'], {});
    expect([found, extra]).toEqual([[0.8, 0.9], 0]);
  });

  it('miss a face below --iou', async () => {
    const said = [{ bbox: [0, 0, 100, 50], confidence: 0.9 }] as const;
    expect(await judge(said, ['0,0,100,100'], {})).toMatchObject({ found: [0.9], extra: 0 });
    expect(await judge(said, ['0,0,100,100'], { iou: 0.51 })).toMatchObject({ found: [undefined], extra: 1 });
  });

  it('count the more confident of two faces as right in average precision, as VOC and COCO do', async () => {
    const said = [
      { bbox: [0, 0, 100, 80], confidence: 0.9 },
      { bbox: [0, 0, 100, 100], confidence: 0.8 },
    ] as const;
    const { found, detections } = await judge(said, ['0,0,100,100'], {});
    expect(found).toEqual([0.8]);
    expect(detections?.ranked).toEqual([
      { confidence: 0.9, isTrue: true },
      { confidence: 0.8, isTrue: false },
    ]);
  });
});

describe('a label without a box', () => {
  /** The picture is 640 x 480. */
  const said = [
    { bbox: [0, 0, 200, 200], confidence: 0.9 },
    { bbox: [300, 220, 40, 40], confidence: 0.8 },
    { bbox: [310, 230, 20, 20], confidence: 0.7 },
  ] as const;

  it.each([
    ['central', 0.8],
    ['largest', 0.9],
  ] as const)('is of the %s face; of equals, of the most confident', async (match, confidence) => {
    const { labels } = await labelsOf(['image,gender', 'a.jpg,M']);
    const judged = judgePicture(recordOf('a.jpg', ...said), labels, { ...options, match });
    expect(judged.faces.map(({ found }) => found?.confidence)).toEqual([confidence]);
    expect(judged).not.toHaveProperty('detections');
  });

  it('is missed where no face was found', async () => {
    const { labels } = await labelsOf(['image,gender', 'a.jpg,M']);
    expect(judgePicture(recordOf('a.jpg'), labels, options).faces).toMatchObject([
      { label: { gender: 'Male' } },
    ]);
  });
});
