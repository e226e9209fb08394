// The sources, transpiled and joined into a few files for Node.js, because loading 1,200 modules
// one by one took half of a start. The joined files are under node_modules/.cache, in a folder that
// is named by a hash of all sources, so they are never older than these: after a change, the next
// start builds new ones. See docs/decisions/0030-sources-are-bundled-at-first-start.md.
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
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'waybill');
/**
 * The file that maps sources to joined files. It is written last: a folder without it is
 * incomplete.
 */
const INDEX = 'index.json';
/**
 * How many folders of joined files stay, with 8 MB each. Other processes may still run from theirs,
 * and load more of it later.
 */
const BUNDLES_MAX = 8;
/** The variable by which processes that this one starts find its folder. */
const FOR_CHILDREN = '_WAYBILL_BUNDLE';
const SOURCE = /(?<!\.test)\.tsx?$/;

/**
 * @typedef {object} Bundle
 * @property {ReadonlyMap<string, string>} joined by the file URL of a source that is imported by
 * its URL, the file URL to import instead.
 * @property {string} base URL of the folder with the joined files and their source maps.
 * @property {string} folder path of the folder for results computed from these sources.
 * @returns {Promise<Bundle | null>} null when there is nowhere to write: then each source is run
 * directly.
 */
export async function openBundle() {
  const folder = ofParent() ?? (await ofSources());
  if (folder === null) return null;
  process.env[FOR_CHILDREN] = folder;
  const index = JSON.parse(readFileSync(join(folder, INDEX), 'utf8'));
  const href = (base, path) => pathToFileURL(join(base, path)).href;
  const pairs = Object.entries(index);
  return {
    joined: new Map(pairs.map(([source, file]) => [href(ROOT, source), href(folder, file)])),
    base: pathToFileURL(folder).href,
    folder: join(folder, 'kept'),
  };
}

/**
 * The folder of the process that started this one, which has read the sources already; null if it
 * is not one of this installation.
 */
function ofParent() {
  const folder = process.env[FOR_CHILDREN] ?? '';
  return dirname(folder) === CACHE && existsSync(join(folder, INDEX)) ? folder : null;
}

/** The folder for the sources as they are now, built if there is none; null if that fails. */
async function ofSources() {
  const sources = readSources();
  const folder = join(CACHE, fingerprint(sources));
  if (!existsSync(join(folder, INDEX)) && !(await build(sources, folder))) return null;
  markUsed(folder);
  return folder;
}

/** The product's sources, by path from the root. */
function readSources() {
  const sources = new Map();
  const walk = (folder) => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (SOURCE.test(path)) sources.set(path, readFileSync(join(ROOT, path), 'utf8'));
    }
  };
  walk('src');
  return sources;
}

/** A hash of everything that determines the joined files, including their location. */
function fingerprint(sources) {
  const hash = createHash('sha256').update(ROOT);
  for (const path of ['bin/bundle.js', 'bin/bundle-build.js', 'tsconfig.json', 'package.json'])
    hash.update(readFileSync(join(ROOT, path)));
  for (const [path, text] of sources) hash.update(`\0${path}\0${text}`);
  return hash.digest('hex').slice(0, 32);
}

/**
 * Builds the joined files beside their final place and then moves them there in one step, because
 * other processes may start, or be killed, meanwhile.
 * @returns false if it is impossible: a disk that is read-only or full, or a source that is not
 * valid TypeScript. Sources then run one by one: the start is slower, and shows the error.
 */
async function build(sources, folder) {
  const draft = `${folder}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true });
    const { buildBundle } = await import('./bundle-build.js');
    const index = await buildBundle({ root: ROOT, sources, folder: draft });
    writeFileSync(join(draft, INDEX), JSON.stringify(index));
    moveTo(folder, draft);
    forgetOldest();
    return true;
  } catch {
    return existsSync(join(folder, INDEX));
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
    if (existsSync(join(folder, INDEX))) return;
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
