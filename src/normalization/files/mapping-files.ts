import { watch as watchFolder } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { compileMapping } from '../mapping/mapping.ts';
import { type MappingProblem, sortProblems } from '../mapping/problem.ts';
import type { MappedCarrier, Mapping } from '../mapping/rule.ts';
import type { CompileMapping } from './mapping-cache.ts';
import { type MappingText, readMappingText } from './mapping-files-text.ts';
import { type MappingState, NO_MAPPING, swapMapping } from './mapping-swap.ts';

/**
 * Interval of polling: watching misses changes on network and container mounts; polling twice a
 * second does not.
 */
const POLL_MS = 500;

/** Pause after a change: editors write a file in several steps. It stays well below 1 s. */
const SETTLE_MS = 100;

const EXTENSION = '.yaml';

export interface MappingFilesOptions {
  /** The folder of `WAYBILL_MAPPINGS`. */
  readonly folder: string;
  /** The folder of `WAYBILL_MAPPINGS_OVERLAY`: its rules win over rules with an equal match. */
  readonly overlay?: string | undefined;
  /** Mappings from adapters in other packages, by carrier; the folder's own win. */
  readonly packaged?: ReadonlyMap<string, string>;
  readonly carriers: readonly MappedCarrier[];
  /** Compiles a text; by default `compileMapping`, without a cache. */
  readonly compile?: CompileMapping;
  /**
   * How changes are noticed. `off`: files are loaded once. `polling`: without file events. Default:
   * both.
   */
  readonly watch?: 'events' | 'polling' | 'off';
  readonly timers?: MappingTimers;
}

interface MappingTimers {
  setTimeout(run: () => void, delayMs: number): NodeJS.Timeout;
  clearTimeout(timer: NodeJS.Timeout): void;
}

export interface MappingChange {
  readonly mapping: Mapping;
  /** The version before; null when this is the carrier's first good mapping. */
  readonly previousVersion: string | null;
}

/** The active mappings, kept up to date with their files. */
export interface MappingFiles {
  /**
   * Returns the last good mapping of that carrier; undefined as long as there has never been one.
   * Readings are stored when a fact is first read, so reading without rules would corrupt history
   * for good.
   */
  current(carrier: string): Mapping | undefined;
  /** Returns the last good mapping of each carrier that has one. */
  all(): readonly Mapping[];
  /** Returns why a file on disk is not (wholly) active, for `/readyz`; empty when all is well. */
  problems(): readonly MappingProblem[];
  /** Adds a listener that is called after each change. Returns a function to unsubscribe. */
  onChange(listener: (change: MappingChange) => void): () => void;
  /** Reads the files now; resolves when the good ones are active. */
  reload(): Promise<void>;
  close(): void;
}

/**
 * Loads the mapping of each carrier and, by default, watches for changes: a change is active within
 * a second, and only when the whole file compiles and its tests pass. A broken, half-written,
 * unreadable or deleted file changes nothing but `problems()`. Removing an overlay file removes its
 * rules.
 * Rejects only when the folder itself cannot be read: then the setting is wrong.
 */
export async function openMappingFiles(options: MappingFilesOptions): Promise<MappingFiles> {
  const { folder, overlay, carriers, compile = compileMapping } = options;
  const folders = overlay === undefined ? [folder] : [folder, overlay];
  const states = new Map<string, MappingState>();
  for (const carrier of carriers) {
    states.set(carrier.name, NO_MAPPING);
  }
  const listeners = new Set<(change: MappingChange) => void>();
  let strays: readonly MappingProblem[] = [];

  const load = async (): Promise<void> => {
    strays = await findStrays(folders, carriers);
    for (const carrier of carriers) {
      const before = states.get(carrier.name);
      if (before === undefined) continue;
      const own = fileOf(folder, carrier.name);
      const ownText = await readMappingText(own);
      const packaged = options.packaged?.get(carrier.name);
      const isOwn = ownText.kind !== 'absent' || packaged === undefined;
      const names = {
        base: isOwn ? own : packaged,
        overlay: fileOf(overlay ?? folder, carrier.name),
      };
      const texts = {
        base: isOwn ? ownText : await readMappingText(packaged),
        overlay: await overlayText(overlay, names.overlay, before),
      };
      const after = swapMapping(carrier, before, texts, names, compile);
      states.set(carrier.name, after);
      const previousVersion = before.mapping?.version ?? null;
      if (after.mapping === null || after.mapping.version === previousVersion) continue;
      const change = { mapping: after.mapping, previousVersion };
      for (const listener of listeners) listener(change);
    }
  };
  // One load at a time: a slow one must not activate an older text after a newer one.
  let last: Promise<void> = Promise.resolve();
  const reload = (): Promise<void> => {
    last = last.then(load, load);
    return last;
  };

  await readdir(folder);
  const packagedIn = [...(options.packaged?.values() ?? [])].map((file) => dirname(file));
  const watched = [...new Set([...folders, ...packagedIn])];
  const stamp = await stampOf(watched);
  await reload();
  const stop = watchFolders(watched, stamp, () => void reload(), options);

  return {
    current: (carrier) => states.get(carrier)?.mapping ?? undefined,
    all: () => [...states.values()].flatMap(({ mapping }) => (mapping === null ? [] : [mapping])),
    problems: () =>
      sortProblems([...strays, ...[...states.values()].flatMap(({ problems }) => problems)]),
    onChange: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    reload,
    close: stop,
  };
}

function fileOf(folder: string, carrier: string): string {
  return join(folder, `${carrier}${EXTENSION}`);
}

/**
 * Reads an overlay file. A missing folder (an unmounted disk) is a problem, because it must not
 * remove rules.
 */
async function overlayText(
  folder: string | undefined,
  file: string,
  { hadOverlay }: MappingState,
): Promise<MappingText> {
  if (folder === undefined) return { kind: 'absent' };
  const text = await readMappingText(file);
  if (text.kind !== 'absent' || !hadOverlay || (await isReadable(folder))) return text;
  const found = 'The folder of this file no longer exists.';
  const fix = 'Restore the folder. To remove its rules, remove the file alone.';
  return {
    kind: 'unreadable',
    problem: { file, line: 0, column: 0, severity: 'error', found, fix },
  };
}

async function isReadable(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}

/** Finds mapping files for no known carrier: usually the name has a typing error. */
async function findStrays(
  folders: readonly string[],
  carriers: readonly MappedCarrier[],
): Promise<MappingProblem[]> {
  const problems: MappingProblem[] = [];
  const warn = (file: string, found: string, fix: string): void => {
    problems.push({ file, line: 0, column: 0, severity: 'warning', found, fix });
  };
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => null);
    if (names === null) {
      warn(folder, 'The folder cannot be read.', 'Create it, or correct the setting.');
      continue;
    }
    for (const name of names.filter((candidate) => candidate.endsWith(EXTENSION)).sort()) {
      const carrier = basename(name, EXTENSION);
      if (carriers.some((known) => known.name === carrier)) continue;
      warn(join(folder, name), `Unknown carrier ${carrier}.`, 'Rename or remove the file.');
    }
  }
  return problems;
}

/** Calls `changed` soon after anything in the folders changed. Returns a function to stop. */
function watchFolders(
  folders: readonly string[],
  firstStamp: string,
  changed: () => void,
  options: Pick<MappingFilesOptions, 'watch' | 'timers'>,
): () => void {
  const { watch = 'events', timers = { setTimeout, clearTimeout } } = options;
  if (watch === 'off') return () => {};
  let stopped = false;
  let settling: NodeJS.Timeout | undefined;
  let polling: NodeJS.Timeout | undefined;

  // Calls `changed` after `SETTLE_MS`. Changes meanwhile do not delay that, so that a continuously
  // written file is read, too.
  const soon = (): void => {
    if (stopped || settling !== undefined) return;
    settling = timers.setTimeout(() => {
      settling = undefined;
      changed();
    }, SETTLE_MS);
    settling.unref();
  };

  let lastStamp = firstStamp;
  const poll = async (): Promise<void> => {
    const stamp = await stampOf(folders);
    if (stopped) return;
    if (stamp !== lastStamp) soon();
    lastStamp = stamp;
    polling = timers.setTimeout(() => void poll(), POLL_MS);
    polling.unref();
  };
  void poll();

  const watchers = watch === 'polling' ? [] : folders.flatMap((folder) => watcherOf(folder, soon));
  return () => {
    stopped = true;
    for (const timer of [settling, polling]) if (timer !== undefined) timers.clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** Returns a watcher, or none if the platform cannot provide one; polling continues either way. */
function watcherOf(folder: string, onEvent: () => void): { close(): void }[] {
  try {
    const watcher = watchFolder(folder, { persistent: false }, onEvent);
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

/**
 * Returns the names, sizes, times (also of permissions) and inodes of the files as one text, which
 * changes when any file does.
 */
async function stampOf(folders: readonly string[]): Promise<string> {
  const stamps = folders.map(async (folder) => {
    const names = await readdir(folder).catch(() => []);
    const files = names.filter((name) => name.endsWith(EXTENSION)).sort();
    const lines = files.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => null);
      return found === null
        ? name
        : [name, found.size, found.mtimeMs, found.ctimeMs, found.ino].join(' ');
    });
    return [folder, ...(await Promise.all(lines))].join('\n');
  });
  return (await Promise.all(stamps)).join('\n');
}
