// Runs the TypeScript sources: bundled into one script if it can be stored (bundle.js), otherwise
// each one directly. No build step is needed.
import { register } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBundle, runBundle } from './bundle.js';
import { nameSourcesInStacks } from './source-maps.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = await openBundle();
/** By the path of a source from the root, a function that imports it from the bundle. */
const bundled = folder === null ? new Map() : runBundle(folder);
/** Read by src/platform/import-module.ts, which imports modules found by scanning folders. */
globalThis[Symbol.for('waybill.import')] = importModule;
/** Read by src/platform/cached-results.ts. */
globalThis[Symbol.for('waybill.kept')] = folder === null ? null : join(folder, 'kept');
if (folder === null) process.setSourceMapsEnabled(true);
else nameSourcesInStacks(folder);

/**
 * Imports a module: our own source from the bundle if it is there, otherwise directly.
 * @param href file URL of our own source, or of an external module.
 */
export async function importModule(href) {
  const source = relative(ROOT, fileURLToPath(href)).replaceAll(sep, '/');
  const own = bundled.get(source);
  if (own !== undefined) return own();
  await redirectAdapters();
  if (TYPESCRIPT.test(source)) await registerTsx();
  return import(href);
}

/** What adapters in other packages import, by specifier. */
const FOR_ADAPTERS = [
  ['waybill/adapter', 'src/adapters/sdk.ts'],
  ['waybill/adapter/kit', 'src/adapters/kit.ts'],
  ['waybill/adapter/sandbox', 'src/adapters/sandbox-kit/index.ts'],
];

/**
 * Returns the specifier with the URL of the hub's own module: of its source, or of an ES module that
 * exports what the bundled one does.
 */
async function ownModule([specifier, path]) {
  const { href } = new URL(`../${path}`, import.meta.url);
  const names = Object.keys((await bundled.get(path)?.()) ?? {});
  if (names.length === 0) return [specifier, href];
  const text = `const own = await globalThis[Symbol.for('waybill.import')](${JSON.stringify(href)});
    export const { ${names.join(', ')} } = own;`;
  return [specifier, `data:text/javascript,${encodeURIComponent(text)}`];
}

const TYPESCRIPT = /\.[cm]?tsx?$/;
let redirected = null;
let registered = null;

/*
 * Each hook adds about a third of a second to a start, because hooks run in a thread of their own, so
 * both are registered on the first need.
 */

/** Redirects what adapters import from the hub. */
function redirectAdapters() {
  redirected ??= (async () => {
    const own = await Promise.all(FOR_ADAPTERS.map(ownModule));
    register('./adapter-resolve.js', import.meta.url, { data: own });
  })();
  return redirected;
}

/** Runs TypeScript. */
function registerTsx() {
  registered ??= (async () => {
    const tsx = await import('tsx/esm/api');
    process.setSourceMapsEnabled(true);
    // Explicit, because tsx would otherwise use the tsconfig.json of the current folder.
    tsx.register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) });
  })();
  return registered;
}
