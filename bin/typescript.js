// Runs the TypeScript sources: joined into a few files where that can be kept (bundle.js), else each
// as it is. There is no build step that one would have to remember.
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { openBundle } from './bundle.js';

const bundle = await openBundle();
/** Read by src/platform/import-module.ts, which is asked for modules found by looking into folders. */
globalThis[Symbol.for('waybill.import')] = importModule;
/** Read by src/platform/cached-results.ts. */
globalThis[Symbol.for('waybill.kept')] = bundle?.folder ?? null;
// Stack traces name the sources.
process.setSourceMapsEnabled(true);

/** @param href file URL of a source of ours, or of a module of somebody else's. */
export async function importModule(href) {
  const joined = bundle?.joined.get(href);
  if (joined !== undefined) return import(joined);
  await registerHooks();
  return import(href);
}

let registered = null;
/** Each costs a start about a third of a second: hooks live in a thread that loads them. */
function registerHooks() {
  registered ??= (async () => {
    const tsx = await import('tsx/esm/api');
    // Named, because tsx would otherwise take the tsconfig.json of whatever folder this is run in.
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
