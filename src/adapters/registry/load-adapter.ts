import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { importModule } from '../../platform/import-module.ts';
import type { CarrierAdapter } from '../contract/contract.ts';
import type { LoadContained } from '../packages/contain-packages.ts';
import { mappingPath } from '../packages/describe.ts';
import { readScorecard, type StoredScorecard } from './levels.ts';

/** Where an adapter's files are: in `src/adapters` or in a package. */
export interface AdapterHome {
  readonly name: string;
  /**
   * The folder with README.md, codes.csv, fixtures/ and scorecard.json: the carrier's folder, or
   * its package's root.
   */
  readonly folder: string;
  /** The module that exports `adapter`. */
  readonly entry: string;
  /** The package's own mapping; null for folders of `src/adapters`: theirs are in one folder. */
  readonly mapping: string | null;
  /** The module that exports `sandbox`; null when there is none. */
  readonly sandbox: string | null;
  /**
   * The kit's result; null: it was never run, or its result was not stored. Of an installed package
   * what `carrier add` measured, never what the package contains.
   */
  readonly scorecard: StoredScorecard | null;
}

/** One adapter and its location. */
export interface LoadedAdapter {
  readonly adapter: CarrierAdapter;
  readonly home: AdapterHome;
}

/** A carrier's id, which is also the name of its folder. */
export const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** A package's specifier and its module. */
export interface ResolvedPackage {
  readonly specifier: string;
  readonly path: string;
}

export const SCRIPT = /\.m?js$/;

/**
 * Finds a package's module: the one that it exports or, in commands for its authors, its source,
 * so that they need not build it first. Returns null, with the reason added to `problems`, if
 * there is no usable one.
 */
export function resolvePackage(
  specifier: string,
  from: string,
  isContained: boolean,
  problems: string[],
): ResolvedPackage | null {
  const source = join(resolve(from, specifier), 'index.ts');
  if (!isContained && /^[./]/.test(specifier) && existsSync(source)) {
    return { specifier, path: source };
  }
  let path: string;
  try {
    path = createRequire(join(from, 'package.json')).resolve(specifier);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
    problems.push(
      `${specifier}: not found from ${from} (${code}); install it, build it ("npm run prepack"), ` +
        'give its "exports" a "default" (a folder: its "main"), or remove it (from the setting)',
    );
    return null;
  }
  if (!isContained || SCRIPT.test(path)) return { specifier, path };
  problems.push(
    `${specifier}: its module ${path} is not JavaScript; build it when it is packed ("prepack"), ` +
      'and export a .js file',
  );
  return null;
}

/** The folder with a package and its dependencies: the `node_modules` around it, or its own. */
export function readableFolder(path: string): string {
  const [around = '', inside] = path.split(/(?<=[/\\]node_modules)(?=[/\\])/);
  return inside === undefined ? packageRoot(path) : around;
}

/** Adds a package's adapter to `found` and returns its name; otherwise a problem, and null. */
export async function addPackage(
  { specifier, path }: ResolvedPackage,
  contained: LoadContained | undefined,
  found: Map<string, LoadedAdapter>,
  problems: string[],
): Promise<string | null> {
  const loaded = await importAdapter(path, specifier, problems, contained);
  if (loaded === null) return null;
  const { adapter, mapping } = loaded;
  const { name } = adapter.manifest;
  if (!NAME.test(name)) problems.push(`${specifier}: manifest.name "${name}" is not kebab-case`);
  else if (found.has(name)) problems.push(`${specifier}: there already is a carrier "${name}"`);
  else {
    const root = packageRoot(path);
    const usual = join(root, PACKAGED_MAPPING);
    const file = mapping ?? (existsSync(usual) ? usual : null);
    found.set(name, { adapter, home: homeOf(name, root, path, file) });
    return name;
  }
  return null;
}

/** The mapping's file name in a package, next to its package.json. */
const PACKAGED_MAPPING = 'mapping.yaml';

/** The nearest folder above that contains a package.json. */
function packageRoot(entry: string): string {
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return folder;
  }
}

export function homeOf(
  name: string,
  folder: string,
  entry: string,
  mapping: string | null,
): AdapterHome {
  const candidates = ['sandbox.ts', 'sandbox.js', 'sandbox.mjs'].map((file) =>
    join(dirname(entry), file),
  );
  const sandbox = candidates.find((file) => existsSync(file) && statSync(file).isFile()) ?? null;
  return { name, folder, entry, mapping, sandbox, scorecard: readScorecard(folder) };
}

/** Loads a module's adapter; null if that fails, with the reason added to `problems`. */
export async function importAdapter(
  path: string,
  shownAs: string,
  problems: string[],
  contained?: LoadContained,
): Promise<{ readonly adapter: CarrierAdapter; readonly mapping: string | null } | null> {
  try {
    const { adapter, mapping } = contained?.(path) ?? exportsOf(await importModule(path));
    if (isAdapter(adapter)) return { adapter, mapping };
    problems.push(`${shownAs}: exports no adapter; export \`adapter\`, a CarrierAdapter`);
  } catch (error) {
    problems.push(`${shownAs}: ${messageOf(error)}`);
  }
  return null;
}

function exportsOf(module: unknown): {
  readonly adapter: unknown;
  readonly mapping: string | null;
} {
  if (!isRecord(module)) return { adapter: undefined, mapping: null };
  return { adapter: module['adapter'], mapping: mappingPath(module['mapping']) };
}

/**
 * Whether a value is an adapter, checked far enough to fail at start rather than at the first
 * parcel; conformance checks the rest.
 */
function isAdapter(value: unknown): value is CarrierAdapter {
  if (!isRecord(value)) return false;
  const { manifest, numbers, parse } = value;
  return (
    isRecord(manifest) &&
    typeof manifest['name'] === 'string' &&
    isRecord(numbers) &&
    typeof numbers['normalize'] === 'function' &&
    typeof numbers['recognise'] === 'function' &&
    typeof parse === 'function'
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
