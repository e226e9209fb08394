import { pathToFileURL } from 'node:url';

/** bin/typescript.js leaves it: sources run joined there, and a second copy of one would be another. */
const OWN_IMPORT = Symbol.for('waybill.import');

type ImportModule = (href: string) => Promise<unknown>;

/**
 * Imports a module that was found by looking into folders or is named by a setting: a source of ours
 * or a file of somebody else's. Rejects as `import()` does.
 *
 * @param path whole.
 */
export function importModule(path: string): Promise<unknown> {
  const { href } = pathToFileURL(path);
  const own: unknown = Reflect.get(globalThis, OWN_IMPORT);
  return isImportModule(own) ? own(href) : import(href);
}

function isImportModule(value: unknown): value is ImportModule {
  return typeof value === 'function';
}
