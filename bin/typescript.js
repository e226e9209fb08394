// Runs the TypeScript sources: joined into a few files if these can be stored (bundle.js),
// otherwise each one directly. No build step is needed.
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { openBundle } from './bundle.js';
import { nameSourcesInStacks } from './source-maps.js';

const bundle = await openBundle();
/** Read by src/platform/import-module.ts, which imports modules found by scanning folders. */
globalThis[Symbol.for('waybill.import')] = importModule;
/** Read by src/platform/cached-results.ts. */
globalThis[Symbol.for('waybill.kept')] = bundle?.folder ?? null;
if (bundle === null) process.setSourceMapsEnabled(true);
else nameSourcesInStacks(bundle.base);

/**
 * Imports a module: our own source from its joined file if there is one, otherwise directly.
 * @param href file URL of our own source, or of an external module.
 */
export async function importModule(href) {
  const joined = bundle?.joined.get(href);
  if (joined !== undefined) return import(joined);
  await registerHooks();
  return import(href);
}

let registered = null;
/**
 * Registers the hooks that run TypeScript, on the first need. Each hook adds about a third of a
 * second to a start, because hooks run in a thread of their own.
 */
function registerHooks() {
  registered ??= (async () => {
    const tsx = await import('tsx/esm/api');
    process.setSourceMapsEnabled(true);
    // Explicit, because tsx would otherwise use the tsconfig.json of the current folder.
    tsx.register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) });
    const own = [
      ['waybill/adapter', 'sdk.ts'],
      ['waybill/adapter/kit', 'kit.ts'],
      ['waybill/adapter/sandbox', 'sandbox-kit/index.ts'],
    ].map(([specifier, file]) => {
      const { href } = new URL(`../src/adapters/${file}`, import.meta.url);
      return [specifier, bundle?.joined.get(href) ?? href];
    });
    register('./adapter-resolve.js', import.meta.url, { data: own });
  })();
  return registered;
}
