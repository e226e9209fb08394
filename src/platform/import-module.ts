import { pathToFileURL } from 'node:url';

/**
 * bin/typescript.js provides this function: it runs the sources bundled, and importing one by path
 * would load a second copy.
 */
const OWN_IMPORT = Symbol.for('waybill.import');

type ImportModule = (href: string) => Promise<unknown>;

/**
 * Imports a module that was found in a folder or is named by a setting: one of our sources or
 * somebody else's file. Rejects as `import()` does.
 *
 * @param path absolute.
 */
export function importModule(path: string): Promise<unknown> {
  const { href } = pathToFileURL(path);
  const own: unknown = Reflect.get(globalThis, OWN_IMPORT);
  return isImportModule(own) ? own(href) : import(href);
}

function isImportModule(value: unknown): value is ImportModule {
  return typeof value === 'function';
}
