import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  InstalledPackage,
  LeftOutPackage,
} from '../../platform/settings/installed-packages.ts';
import type { CarrierAdapter } from '../contract/contract.ts';
import type { LoadContained } from '../packages/contain-packages.ts';
import { parseScorecard } from './levels.ts';
import {
  type AdapterHome,
  addPackage,
  homeOf,
  importAdapter,
  type LoadedAdapter,
  messageOf,
  NAME,
  readableFolder,
  resolvePackage,
  SCRIPT,
} from './load-adapter.ts';

/**
 * The adapters of this installation, which are found once at start and do not change after that.
 */
export interface Registry {
  get(name: string): CarrierAdapter | undefined;
  /** Returns all adapters, bridges included, in the order of their names. */
  list(): readonly CarrierAdapter[];
  /** Returns the adapters whose parcels merchants register: all but the bridges. */
  carriers(): readonly CarrierAdapter[];
  /** Returns where a carrier's files are. */
  home(name: string): AdapterHome | undefined;
}

export interface AdapterSources {
  /**
   * The folder with a folder for each carrier, and in `bridges/` one for each bridge; by default
   * `src/adapters` of this installation.
   */
  readonly folder?: string;
  /** The folder whose subfolders are packages; by default `packages/carriers` of the hub. */
  readonly shipped?: string;
  /** Module specifiers of packages that export an `adapter`, from the configuration. */
  readonly packages?: readonly string[];
  /** Paths of packages whose sources run here even where `contain` is given, for their authors. */
  readonly authored?: readonly string[];
  /** The folder from which those packages are resolved; by default the working directory. */
  readonly packagesFrom?: string;
  /**
   * The packages that `carrier add` installed, which run only where `contain` is given. One that
   * cannot be loaded is left out.
   */
  readonly installed?: readonly InstalledPackage[];
  /**
   * Loads packages into a process of their own, which may read the given folders; absent: they run
   * here, as in commands for their authors.
   */
  readonly contain?: (folders: readonly string[]) => LoadContained;
}

/** A registry, and the installed packages that could not be loaded into it. */
export interface LoadedRegistry extends Registry {
  readonly leftOut: readonly LeftOutPackage[];
}

/**
 * The files of an adapter. A folder with neither is no adapter; one with only one of them is an
 * error, so that no carrier is missing unnoticed.
 */
const ADAPTER_FILES = ['index.ts', 'manifest.ts'];
/** Has an index.ts, but it is the kit that sandboxes import. */
const NO_ADAPTER = 'sandbox-kit';
/** The subfolder with the bridges' folders. */
const BRIDGES = 'bridges';
const ADAPTERS_FOLDER = fileURLToPath(new URL('..', import.meta.url));
const SHIPPED_FOLDER = fileURLToPath(new URL('../../../packages/carriers', import.meta.url));

/**
 * Finds every carrier by scanning, imports it and checks that it matches its folder. Throws one
 * error that lists all problems: a hub with half its carriers must not start unnoticed. Only
 * packages of `carrier add` are left out instead, because a file of theirs may change at any time.
 */
export async function loadAdapters(sources: AdapterSources = {}): Promise<LoadedRegistry> {
  const { folder = ADAPTERS_FOLDER, shipped = SHIPPED_FOLDER } = sources;
  const problems: string[] = [];
  const found = new Map<string, LoadedAdapter>();
  for (const { name, path: home } of adapterFolders(folder)) {
    const path = join(home, 'index.ts');
    const fault = folderFault(name, home);
    if (fault !== null) {
      problems.push(`${home}: ${fault}`);
      continue;
    }
    const loaded = await importAdapter(path, path, problems);
    if (loaded === null) continue;
    const { manifest } = loaded.adapter;
    if (manifest.name !== name) {
      problems.push(`${path}: manifest.name is "${manifest.name}"; make it "${name}"`);
    }
    found.set(name, {
      adapter: loaded.adapter,
      home: homeOf(name, home, path, null),
    });
  }
  for (const name of shippedPackages(shipped)) {
    const path = join(shipped, name);
    const resolved = resolvePackage(path, path, false, problems);
    const added = resolved && (await addPackage(resolved, undefined, found, problems));
    if (added !== null && added !== name) {
      problems.push(`${path}: manifest.name is "${added}"; make it "${name}"`);
    }
  }
  const { packages: named = [], authored = [], packagesFrom = process.cwd() } = sources;
  for (const path of authored) {
    const resolved = resolvePackage(path, packagesFrom, false, problems);
    if (resolved !== null) await addPackage(resolved, undefined, found, problems);
  }
  const installed = sources.installed ?? [];
  const isContained = sources.contain !== undefined;
  const packages = named.flatMap(
    (specifier) => resolvePackage(specifier, packagesFrom, isContained, problems) ?? [],
  );
  const paths = [...packages, ...installed.map(({ entry }) => ({ path: entry }))];
  const contained = startContained(paths, sources.contain);
  if (!('fault' in contained)) {
    for (const each of packages) await addPackage(each, contained.load, found, problems);
  } else if (packages.length > 0) problems.push(contained.fault);
  const leftOut: LeftOutPackage[] = [];
  for (const each of installed) leftOut.push(...(await addInstalled(each, contained, found)));
  if (problems.length > 0)
    throw new Error(`Carriers cannot be loaded:\n- ${problems.join('\n- ')}`);
  const sorted = [...found.values()]
    .map(({ adapter }) => adapter)
    .sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
  const carriers = sorted.filter(({ manifest }) => manifest.role !== 'bridge');
  return {
    get: (name) => found.get(name)?.adapter,
    list: () => sorted,
    carriers: () => carriers,
    home: (name) => found.get(name)?.home,
    leftOut,
  };
}

/** Loads packages in their process, or here if `load` is absent; or why it cannot be started. */
type Contained = { readonly load?: LoadContained | undefined } | { readonly fault: string };

function startContained(
  packages: readonly { readonly path: string }[],
  contain: AdapterSources['contain'],
): Contained {
  if (packages.length === 0) return {};
  try {
    return { load: contain?.(packages.map(({ path }) => readableFolder(path))) };
  } catch (error) {
    return { fault: messageOf(error) };
  }
}

/** Adds an installed package's adapter to `found`; returns it with the reason if that fails. */
async function addInstalled(
  { carrier, entry, scorecard, description }: InstalledPackage,
  contained: Contained,
  found: Map<string, LoadedAdapter>,
): Promise<readonly LeftOutPackage[]> {
  const leftOut = (reason: string, fix: string) => [
    { carrier, reason, fix: `${fix}remove it (waybill carrier remove ${carrier})` },
  ];
  if (found.has(carrier)) return leftOut('the hub has a carrier of that name already', '');
  if ('fault' in contained) return leftOut(contained.fault, 'correct that, or ');
  const { load } = contained;
  if (load === undefined) throw new Error('installed packages run only in a process of their own');
  const problems: string[] = [];
  const added = new Map<string, LoadedAdapter>();
  const resolved = { specifier: carrier, path: entry };
  await addPackage(resolved, (path) => load(path, description), added, problems);
  const loaded = added.get(carrier);
  if (loaded === undefined) {
    return leftOut(problems.join('; ') || 'its adapter has another name', 'update it, or ');
  }
  found.set(carrier, {
    ...loaded,
    home: { ...loaded.home, scorecard: parseScorecard(scorecard) },
  });
  return [];
}

/**
 * Loads the one adapter of a folder, whether or not a registry knows it: a carrier's folder
 * (`index.ts`), a package (`package.json`) or a package's module, which `contained` loads. Throws
 * with the fault.
 */
export async function loadAdapterAt(
  path: string,
  contained?: LoadContained,
): Promise<LoadedAdapter> {
  const folder = resolve(path);
  const isPackage = existsSync(join(folder, 'package.json')) || SCRIPT.test(folder);
  const problems: string[] = [];
  const found = new Map<string, LoadedAdapter>();
  if (isPackage) {
    const resolved = resolvePackage(folder, folder, false, problems);
    if (resolved !== null) await addPackage(resolved, contained, found, problems);
  } else {
    const entry = join(folder, 'index.ts');
    const loaded = existsSync(entry) ? await importAdapter(entry, entry, problems) : null;
    if (loaded === null && problems.length === 0) {
      problems.push(`${folder} has neither package.json nor index.ts`);
    }
    if (loaded !== null) {
      const { name } = loaded.adapter.manifest;
      found.set(name, { adapter: loaded.adapter, home: homeOf(name, folder, entry, null) });
    }
  }
  const [only] = found.values();
  if (only === undefined) throw new Error(problems.join('\n'));
  return only;
}

/** The mappings that packages contain, by carrier. */
export function packagedMappings(registry: Registry): ReadonlyMap<string, string> {
  return new Map(
    registry.list().flatMap(({ manifest }): (readonly [string, string])[] => {
      const mapping = registry.home(manifest.name)?.mapping ?? null;
      return mapping === null ? [] : [[manifest.name, mapping]];
    }),
  );
}

/** A folder with an adapter's files. */
export interface AdapterFolder {
  /** The folder's own name, which is the adapter's. */
  readonly name: string;
  readonly path: string;
}

/**
 * Returns the folders under `folder` and its `bridges/` that have an adapter's files, or one of
 * them, in the order of their names.
 */
export function adapterFolders(folder: string = ADAPTERS_FOLDER): readonly AdapterFolder[] {
  return [folder, join(folder, BRIDGES)]
    .filter((parent) => existsSync(parent))
    .flatMap((parent) =>
      readdirSync(parent, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== NO_ADAPTER)
        .map(({ name }) => ({ name, path: join(parent, name) })),
    )
    .filter(({ path }) => ADAPTER_FILES.some((file) => existsSync(join(path, file))))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns why a folder is no valid adapter; null if it is one. */
function folderFault(name: string, path: string): string | null {
  if (!NAME.test(name)) return `"${name}" is not kebab-case`;
  const missing = ADAPTER_FILES.find((file) => !existsSync(join(path, file)));
  return missing === undefined ? null : `has no ${missing}; an adapter needs both files`;
}

/** Names of the packages under `folder`, sorted; none if the hub was installed without them. */
export function shippedPackages(folder: string = SHIPPED_FOLDER): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** The sandboxes of packages that did not come with the hub. */
export function packagedSandboxes(
  registry: Registry,
): readonly { readonly name: string; readonly path: string }[] {
  return registry.list().flatMap(({ manifest: { name } }) => {
    const home = registry.home(name);
    const isPackaged = home !== undefined && !isShipped(home) && home.sandbox !== null;
    return isPackaged ? [{ name, path: home.sandbox }] : [];
  });
}

/** Whether an adapter came with the hub. */
export function isShipped({ folder }: Pick<AdapterHome, 'folder'>): boolean {
  return [ADAPTERS_FOLDER, SHIPPED_FOLDER].some((own) => folder.startsWith(own));
}

/**
 * The name of the setting with a carrier's webhook secrets for the whole deployment.
 * @example webhookSecretSetting('acme-post') // 'WAYBILL_WEBHOOK_SECRET_ACME_POST'
 */
export function webhookSecretSetting(name: string): string {
  return `WAYBILL_WEBHOOK_SECRET_${name.replaceAll('-', '_').toUpperCase()}`;
}
