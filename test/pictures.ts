/**
 * Bad and odd picture files, made from the fixtures at test time. Unit tests and end-to-end tests use the same ones.
 * `writePictures(folder, await badPictures())` puts them on disk; `expected` says what must become of each.
 */
export { badPictures } from './pictures/bad.js';
export { encoded, writePictures, type MadePicture } from './pictures/made-picture.js';
export { ODD_NAMES, oddPictures, orientedPictures } from './pictures/odd.js';
export { jpegHeader, zeroTail } from './pictures/bytes.js';
