// The sources, transpiled and bundled into one script, because loading 1,200 modules one by one took
// half of a start. The bundle is under node_modules/.cache, in a folder that is named by a hash of
// all sources, so it is never older than these: after a change, the next start builds a new one.
// Beside it is its compiled code, which an earlier process stored when it ended. The npm package has
// no sources but the bundle, which tools/pack/prepack.ts writes to dist/ when it is packed.
// See docs/decisions/0030-sources-are-bundled-at-first-start.md.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { Script } from 'node:vm';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'waybill');
/** The folder of the npm package's bundle. */
export const PACKAGED = join(ROOT, 'dist');
/** The bundle's script. A folder without it is incomplete. */
export const SCRIPT = 'waybill.cjs';
/** How many folders stay, with up to 20 MB each. Other processes may still start from theirs. */
const BUNDLES_MAX = 8;
/** The variable by which processes that this one starts find its folder. */
const FOR_CHILDREN = '_WAYBILL_BUNDLE';
/**
 * Processes that run long enough to compile what a start needs. Each stores its compiled code when
 * it ends. Every other process uses theirs, and stores its own only if there is none.
 */
const LONG_RUNNING = ['start', 'work'];
/** The folders with sources. An image may leave out the packages. */
const SOURCE_FOLDERS = ['src', 'packages/adapter-kit', 'packages/carriers'];
const SOURCE = /(?<!\.test)\.tsx?$/;

/**
 * Returns the path of the folder with the bundle of the sources as they are now; null when there is
 * nowhere to write: then each source is run directly.
 */
export async function openBundle() {
  const folder = ofParent() ?? ofPackage() ?? (await ofSources());
  if (folder !== null) process.env[FOR_CHILDREN] = folder;
  return folder;
}

/**
 * The folder of the process that started this one, which has read the sources already; null if it
 * is not one of this installation.
 */
function ofParent() {
  const folder = process.env[FOR_CHILDREN] ?? '';
  const isOwn = dirname(folder) === CACHE || folder === PACKAGED;
  return isOwn && existsSync(join(folder, SCRIPT)) ? folder : null;
}

/** The folder of the npm package's bundle; null in a checkout, even if it was packed there. */
function ofPackage() {
  return existsSync(join(ROOT, 'src', 'main.ts')) ? null : PACKAGED;
}

/** The folder for the sources as they are now, built if there is none; null if that fails. */
async function ofSources() {
  const sources = readSources();
  const folder = join(CACHE, fingerprint(sources));
  if (!existsSync(join(folder, SCRIPT)) && !(await build(sources, folder))) return null;
  markUsed(folder);
  return folder;
}

/** Writes the npm package's bundle. */
export async function packBundle() {
  const { buildBundle } = await import('./bundle-build.js');
  mkdirSync(PACKAGED, { recursive: true });
  await buildBundle({ root: ROOT, sources: readSources(), file: join(PACKAGED, SCRIPT) });
}

/** The product's sources as bytes, by path from the root. */
function readSources() {
  const sources = new Map();
  const walk = (folder) => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (SOURCE.test(path)) sources.set(path, readFileSync(join(ROOT, path)));
    }
  };
  for (const folder of SOURCE_FOLDERS) if (existsSync(join(ROOT, folder))) walk(folder);
  return sources;
}

/** A hash of everything that determines the bundle. */
function fingerprint(sources) {
  const hash = createHash('sha256');
  for (const path of ['bin/bundle.js', 'bin/bundle-build.js', 'tsconfig.json', 'package.json'])
    hash.update(readFileSync(join(ROOT, path)));
  for (const [path, bytes] of sources) hash.update(`\0${path}\0`).update(bytes);
  return hash.digest('hex').slice(0, 32);
}

/**
 * Builds the bundle beside its final place and then moves it there in one step, because other
 * processes may start, or be killed, meanwhile.
 * @returns false if it is impossible: a disk that is read-only or full, or a source that is not
 * valid TypeScript. Sources then run one by one: the start is slower, and shows the error.
 */
async function build(sources, folder) {
  const draft = `${folder}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true });
    const { buildBundle } = await import('./bundle-build.js');
    await buildBundle({ root: ROOT, sources, file: join(draft, SCRIPT) });
    moveTo(folder, draft);
    forgetOldest();
    return true;
  } catch {
    return existsSync(join(folder, SCRIPT));
  } finally {
    discard(draft);
  }
}

function discard(folder) {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It was never created, or cannot be removed either.
  }
}

function moveTo(folder, draft) {
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another process was faster, or part of it was deleted.
    if (existsSync(join(folder, SCRIPT))) return;
    if (!existsSync(folder)) throw error;
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  }
}

function markUsed(folder) {
  try {
    const now = new Date();
    utimesSync(folder, now, now);
  } catch {
    // Created by another user, who may or may not refresh it.
  }
}

function forgetOldest() {
  const folders = readdirSync(CACHE)
    .map((name) => join(CACHE, name))
    .flatMap((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats === undefined ? [] : [{ path, usedAtMs: stats.mtimeMs }];
    })
    .sort((a, b) => b.usedAtMs - a.usedAtMs);
  for (const { path } of folders.slice(BUNDLES_MAX)) rmSync(path, { recursive: true, force: true });
}

/**
 * Runs the bundle. No module is evaluated before it is imported.
 * @param folder path of the bundle's folder.
 * @returns by the path of each source that is imported by URL, a function that imports it.
 */
export function runBundle(folder) {
  const path = join(folder, SCRIPT);
  const own = LONG_RUNNING.find((verb) => verb === process.argv[2]) ?? null;
  const compiled = findCompiled(folder, own);
  const script = new Script(readFileSync(path, 'utf8'), {
    filename: pathToFileURL(path).href,
    cachedData: compiled?.code,
  });
  const missing = script.cachedDataRejected ? compiled.file : missingFile(folder, own, compiled);
  if (missing !== null) process.once('exit', () => storeCompiled(missing, script));
  const run = script.runInThisContext();
  return new Map(
    Object.entries(
      run(
        createRequire(path),
        types.isModuleNamespaceObject,
        { exports: {} },
        pathToFileURL(ROOT).href,
      ),
    ),
  );
}

/** Returns the best stored code; null if there is none. V8 rejects what it cannot use. */
function findCompiled(folder, own) {
  for (const verb of [...(own === null ? [] : [own]), ...LONG_RUNNING, 'other']) {
    const file = compiledFile(folder, verb);
    try {
      return { file, code: readFileSync(file) };
    } catch {
      // None yet, or another user's.
    }
  }
  return null;
}

/** The file that this process stores its compiled code in; null: what it found is enough. */
function missingFile(folder, own, compiled) {
  if (own === null) return compiled === null ? compiledFile(folder, 'other') : null;
  const file = compiledFile(folder, own);
  return compiled?.file === file ? null : file;
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
    discard(draft);
  }
}
