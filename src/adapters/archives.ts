import type { Archives } from '../ports.js';

export const archives: Archives = {
  async open(file, kind) {
    switch (kind) {
      case 'tar':
        return (await import('./archives/tar.js')).openTar(file);
      case 'tar.gz':
        return (await import('./archives/tar-gz.js')).openTarGz(file);
      case 'zip':
        return await (await import('./archives/zip.js')).openZip(file);
    }
  },
};
