import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * Results of computations on texts that rarely change, stored on disk for the next start: parsing
 * the mappings' YAML and running their tests took a second each.
 */
export interface ResultCache {
  /** False if nothing can ever be stored. */
  readonly isOpen: boolean;
  /** Returns undefined if missing or unreadable. The caller knows the type by its key. */
  read(key: readonly string[]): unknown;
  /**
   * Stores a result; does nothing if nothing can be written.
   *
   * @param result plain data that JSON preserves.
   */
  store(key: readonly string[], result: unknown): void;
}

/** bin/typescript.js puts here the name of a folder that is deleted when any source changes. */
const FOLDER = Symbol.for('waybill.kept');
/** A mapping that is edited all day adds one result each time, of up to 300 KB. */
const RESULTS_MAX = 200;

/**
 * Opens the cache.
 *
 * @param folder by default the folder of the running sources; if there is none, nothing is cached.
 */
export function openResultCache(folder: string | null = ownFolder()): ResultCache {
  const fileOf = (key: readonly string[]): string =>
    join(folder ?? '', `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.json`);
  return {
    isOpen: folder !== null,
    read(key) {
      if (folder === null) return undefined;
      try {
        const result: unknown = JSON.parse(readFileSync(fileOf(key), 'utf8'));
        return result;
      } catch {
        return undefined;
      }
    },
    store(key, result) {
      if (folder === null) return;
      const file = fileOf(key);
      const draft = `${file}.${process.pid}`;
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(draft, JSON.stringify(result));
        renameSync(draft, file);
        forgetOldest(folder);
      } catch {
        // The disk is full or read-only, so the result is computed again at the next start.
        rmSync(draft, { force: true });
      }
    },
  };
}

/**
 * Returns the cached result for this key, or else the result of `make`, and caches it.
 *
 * @param key begins with the kind of result, so that kinds are never confused.
 * @param isGood results for which it returns false are never cached.
 */
export function cachedResult<T>(
  cache: ResultCache,
  key: readonly string[],
  make: () => T,
  isGood: (result: T) => boolean,
): T {
  const known = cache.read(key);
  if (known !== undefined) return known as T;
  const result = make();
  if (isGood(result)) cache.store(key, result);
  return result;
}

function ownFolder(): string | null {
  const folder: unknown = Reflect.get(globalThis, FOLDER);
  return typeof folder === 'string' ? folder : null;
}

function forgetOldest(folder: string): void {
  const files = readdirSync(folder);
  if (files.length <= RESULTS_MAX) return;
  const oldestFirst = files
    .map((name) => join(folder, name))
    .map((path) => ({ path, atMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => a.atMs - b.atMs);
  const tooMany = oldestFirst.slice(0, files.length - RESULTS_MAX);
  for (const { path } of tooMany) rmSync(path, { force: true });
}
