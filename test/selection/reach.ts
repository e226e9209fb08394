import type { Importers } from './module-graph.ts';

/** A folder of plug-ins that a file finds by scanning instead of importing them. */
interface Scan {
  readonly scanner: string;
  /** The file of a plug-in that is loaded; captures the plug-in's name. */
  readonly entry: RegExp;
}

const CARRIER = String.raw`^(?:src/adapters(?:/bridges)?|packages/carriers)/([^/]+)`;
const PLATFORM = '^src/shops/platforms/([^/]+)';
const CHANNEL = '^src/reactions/notifications/channels/([^/]+)';

export const SCANS: readonly Scan[] = [
  { scanner: 'src/adapters/registry/registry.ts', entry: RegExp(`${CARRIER}/index.ts$`) },
  { scanner: 'test/conformance.carriers.test.ts', entry: RegExp(`${CARRIER}/index.ts$`) },
  { scanner: 'src/adapters/sandbox-kit/load.ts', entry: RegExp(`${CARRIER}/sandbox.ts$`) },
  { scanner: 'src/adapters/sandbox-kit/load.ts', entry: RegExp(`${PLATFORM}/sandbox/sandbox.ts$`) },
  { scanner: 'src/shops/load-platforms.ts', entry: RegExp(`${PLATFORM}/index.ts$`) },
  {
    scanner: 'src/reactions/notifications/channels/plugin.ts',
    entry: RegExp(`${CHANNEL}/plugin.ts$`),
  },
  {
    scanner: 'src/reactions/notifications/channels/conformance.carriers.test.ts',
    entry: RegExp(`${CHANNEL}/(?:plugin|test-bench).ts$`),
  },
];

/** What of a plug-in every parcel meets: whose it is, by its number, among all the others. */
const MET_BY_ALL = /\/(?:index|manifest|numbers|plugin)\.ts$/;

/** How a change reaches a file. */
export interface Reached {
  /** The changed file. */
  readonly from: string;
  /** Imports in between; 0: the changed file itself. */
  readonly imports: number;
  /** The plug-in by whose scan it is reached, if it is by that alone. */
  readonly plugin: string | null;
}

/**
 * Returns every file that the changed ones reach, by the fewest imports.
 *
 * A test that reaches a plug-in only because its registry loads all of them counts if it names the
 * plug-in or calls the registry itself: the others load the file and run nothing of it.
 *
 * @param textOf the text of a test file.
 */
export function reach(
  changed: readonly string[],
  importers: Importers,
  textOf: (file: string) => string,
): ReadonlyMap<string, Reached> {
  const reached = new Map<string, Reached>();
  const note = (file: string, found: Reached) => {
    const before = reached.get(file);
    if (before === undefined || (before.plugin !== null && found.plugin === null))
      reached.set(file, found);
  };
  for (const from of changed) {
    const direct = distances([from], importers);
    for (const [file, imports] of direct) note(file, { from, imports, plugin: null });
    for (const [entry, far] of direct) {
      for (const { scanner, entry: pattern } of SCANS) {
        const plugin = pattern.exec(entry)?.[1];
        if (plugin === undefined) continue;
        const named = RegExp(plugin.replaceAll('-', '[-_ ]?'), 'i');
        for (const [file, near] of distances([scanner], importers)) {
          const counts = MET_BY_ALL.test(from) || near <= 1 || named.test(textOf(file));
          if (counts) note(file, { from, imports: far + 1 + near, plugin });
        }
      }
    }
  }
  return reached;
}

/** The files that import these, directly or not, with the number of imports in between. */
function distances(from: readonly string[], importers: Importers): ReadonlyMap<string, number> {
  const found = new Map(from.map((file) => [file, 0]));
  // A Map is visited in the order in which it grows: nearest first.
  for (const [file, imports] of found) {
    for (const importer of importers.get(file) ?? []) {
      if (!found.has(importer)) found.set(importer, imports + 1);
    }
  }
  return found;
}
