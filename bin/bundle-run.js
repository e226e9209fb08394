// Runs the bundle of bundle.js, with the compiled code that an earlier process stored beside it.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { Script } from 'node:vm';
import { SCRIPT } from './bundle.js';

/**
 * Processes that run long enough to compile what a start needs. Each stores its compiled code when
 * it ends. Every other process uses theirs, and stores its own only if there is none.
 */
const LONG_RUNNING = ['start', 'work'];
const OTHER = 'other';

/**
 * Loads the bundle. No module is evaluated before it is imported.
 * @param folder path of the bundle's folder.
 * @returns by the path of each source that is imported by URL, a function that imports it.
 */
export function runBundle(folder) {
  const path = join(folder, SCRIPT);
  const compiled = findCompiled(folder);
  const script = new Script(readFileSync(path, 'utf8'), {
    filename: pathToFileURL(path).href,
    cachedData: compiled?.code,
  });
  const own = compiledFile(folder, LONG_RUNNING.find((verb) => verb === process.argv[2]) ?? OTHER);
  const isEnough = own.endsWith(OTHER) || compiled?.file === own;
  if (compiled === null || script.cachedDataRejected || !isEnough) {
    process.once('exit', () => storeCompiled(own, script));
  }
  const run = script.runInThisContext();
  return new Map(
    Object.entries(run(createRequire(path), types.isModuleNamespaceObject, { exports: {} })),
  );
}

/** Returns the best stored code; null if there is none. V8 rejects what it cannot use. */
function findCompiled(folder) {
  const own = LONG_RUNNING.filter((verb) => verb === process.argv[2]);
  for (const verb of [...own, ...LONG_RUNNING, OTHER]) {
    const file = compiledFile(folder, verb);
    try {
      return { file, code: readFileSync(file) };
    } catch {
      // None yet.
    }
  }
  return null;
}

/** V8 accepts compiled code only of the same version, run with the same options. */
function compiledFile(folder, verb) {
  const options = [process.version, process.arch, process.execArgv, process.env.NODE_OPTIONS];
  const hash = createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 8);
  return join(folder, `compiled-${hash}-${verb}`);
}

/** Other processes may read or write the file meanwhile, so it appears in one step. */
function storeCompiled(file, script) {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, script.createCachedData());
    renameSync(draft, file);
  } catch {
    // The folder is gone or cannot be written: the next process compiles again.
    rmSync(draft, { force: true });
  }
}
