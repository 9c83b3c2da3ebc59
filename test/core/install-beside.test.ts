import { expect, it } from 'vitest';
import { installBeside } from '../../src/core/install-beside.js';

it.each([
  ['a clone', '/home/me/facetag', 'Run in /home/me/facetag: npm install --include=dev'],
  [
    'a global install',
    '/usr/local/lib/node_modules/facetag',
    'facetag is installed globally, so run: npm install -g --prefix /usr/local sdk',
  ],
  [
    'a global install of nvm',
    '/home/me/.nvm/versions/node/v20.18.1/lib/node_modules/facetag',
    'facetag is installed globally, so run: npm install -g --prefix /home/me/.nvm/versions/node/v20.18.1 sdk',
  ],
  [
    'the cache of npx',
    '/home/me/.npm/_npx/0123abcd/node_modules/facetag',
    'facetag runs from the cache of npx, so name both packages: npx -p facetag -p sdk facetag …',
  ],
  ['a dependency', '/srv/app/node_modules/facetag', 'Run in /srv/app: npm install sdk'],
])('an optional package is installed where facetag finds it: %s', (_, root, advice) => {
  expect(installBeside('sdk', root)).toBe(advice);
});
