import path from 'node:path';

/**
 * What a person does to get a package that facetag finds: Node looks for it in `node_modules` folders from facetag's own
 * folder upwards, so it depends on where that folder is.
 *
 * @param name of a package that is optional for facetag.
 * @param packageRoot absolute path of facetag's own folder, links resolved.
 */
export function installBeside(name: string, packageRoot: string): string {
  const modules = path.dirname(packageRoot);
  // A clone: the package is among its development dependencies.
  if (path.basename(modules) !== 'node_modules') return `Run in ${packageRoot}: npm install --include=dev`;
  const owner = path.dirname(modules);
  if (path.basename(path.dirname(owner)) === '_npx') {
    return `facetag runs from the cache of npx, so name both packages: npx -p facetag -p ${name} facetag …`;
  }
  if (path.basename(owner) === 'lib') {
    return `facetag is installed globally, so run: npm install -g --prefix ${path.dirname(owner)} ${name}`;
  }
  return `Run in ${owner}: npm install ${name}`;
}
