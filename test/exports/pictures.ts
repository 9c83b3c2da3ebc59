import type { PictureRecord } from '../../src/core/report.js';
import { face, failedRecord, okRecord } from '../records.js';

/** Two faces of what the pack `accurate` says. */
const FACES = [
  face({
    box: { x1: 64, y1: 48, x2: 192, y2: 240 },
    attributes: {
      gender: 'Female',
      genderConfidence: 0.8,
      age: '(25-32)',
      ageConfidence: 0.6817,
      ageYears: 27.3,
      ageDistribution: [0, 0.0004, 0.0113, 0.2036, 0.6817, 0.1016, 0.0014, 0],
    },
  }),
  // As `classic` has it: no years.
  face({
    box: { x1: 320, y1: 240, x2: 640, y2: 480 },
    confidence: 0.7,
    attributes: { gender: 'Male', genderConfidence: 0.99, age: '(0-2)' },
  }),
];

/** A name that every format must escape. */
export const HOSTILE = `2024/"a" & <b>'s é % #?.jpg`;

/** 640 x 480 each: two faces, none, a hostile name, a failure. */
export const PICTURES: readonly PictureRecord[] = [
  okRecord('a.jpg', FACES),
  okRecord('empty.png', []),
  okRecord(HOSTILE),
  failedRecord('broken.jpg', 'CORRUPT'),
];
