import { openCopyWriter } from '../adapters/copy-writer.js';
import { pictureFiles } from '../adapters/files.js';
import { readMemory } from '../adapters/memory.js';
import { createPictures } from '../adapters/sharp.js';
import { makePreview, type PreviewPorts } from '../picture/make-preview.js';
import type { PreviewConfig } from '../types.js';
import { serveLane } from './serve.js';

/** Entry and composition root of a lane that makes the previews of a report: pictures, no nets. */
serveLane(process, {
  memory: readMemory,
  build(config: PreviewConfig) {
    const pictures = createPictures();
    const ports: PreviewPorts = {
      files: pictureFiles,
      writer: openCopyWriter(config.output),
      decoder: pictures,
      encoder: pictures,
    };
    return Promise.resolve((task) => makePreview(task, ports, config));
  },
});
