/**
 * Writes face-api-aligned-1.7.15.json: what face-api itself says of the pictures at hand with its own recipe, age,
 * gender and expression from the box of the 68 landmarks.
 *
 * Usage: node test/golden/make-face-api.js <folder with node_modules>, see peers.js.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { golden, goldenText, pictureFolders, rounded, startPeers, upright } from './peers.js';

const { tf, faceapi } = await startPeers(process.argv[2] ?? '');

/** @param {{x: number, y: number, width: number, height: number}} box */
const corners = ({ x, y, width, height }) => [x, y, width, height].map((value) => rounded(value, 2));

/** In the order of face-api's net. */
const EXPRESSIONS = ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised'];

/** @param {any} face as face-api gives it */
function record({ detection, landmarks, alignedRect, gender, genderProbability, age, expressions }) {
  return {
    box: corners(detection.box),
    score: rounded(detection.score, 4),
    aligned: corners(alignedRect.box),
    gender,
    genderProbability: rounded(genderProbability, 4),
    age: rounded(age, 3),
    expressions: EXPRESSIONS.map((name) => rounded(expressions[name], 4)),
    landmarks: landmarks.positions.flatMap(({ x, y }) => [rounded(x, 1), rounded(y, 1)]),
  };
}

/** @param {string} file */
async function facesOf(file) {
  const { data, info } = await upright(file).raw().toBuffer({ resolveWithObject: true });
  const picture = tf.tensor3d(new Uint8Array(data), [info.height, info.width, 3], 'int32');
  const faces = await faceapi
    .detectAllFaces(picture, new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5 }))
    .withFaceLandmarks(true)
    .withFaceExpressions()
    .withAgeAndGender();
  picture.dispose();
  return faces.map(record);
}

/** @type {Map<string, object[]>} */
const images = new Map();
for (const folder of pictureFolders.filter(existsSync)) {
  for (const name of readdirSync(folder).toSorted()) {
    if (!/^(sample|group|astronaut|camera|cgi).*\.(jpg|png)$/.test(name) || images.has(name)) continue;
    images.set(name, await facesOf(path.join(folder, name)));
  }
}
const about =
  `@vladmandic/face-api ${faceapi.version} itself, SsdMobilenetv1 minConfidence 0.5 .withFaceLandmarks(true)` +
  '.withFaceExpressions().withAgeAndGender(), tfjs wasm. Boxes are [x, y, width, height], landmarks 68 times x, y, in ' +
  `pixels of the original; expressions are probabilities of ${EXPRESSIONS.join(', ')}.`;
writeFileSync(path.join(golden, 'face-api-aligned-1.7.15.json'), goldenText(about, [...images]));
