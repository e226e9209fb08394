import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CarrierAdapter } from './contract.ts';

/** The adapters of this installation, found once at start and not changed after. */
export interface Registry {
  get(name: string): CarrierAdapter | undefined;
  /** In the order of their names. */
  list(): readonly CarrierAdapter[];
}

export interface AdapterSources {
  /** Folder whose subfolders are carriers; by default the one this file is in. */
  readonly folder?: string;
  /** Module specifiers of installed packages that export an `adapter`, from the configuration. */
  readonly packages?: readonly string[];
  /** Where those packages are looked up from; by default the working directory. */
  readonly packagesFrom?: string;
}

/** A carrier's folder holds both; what holds neither or one is something else, like a template. */
const CARRIER_FILES = ['index.ts', 'manifest.ts'];
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const ADAPTERS_FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * Finds every carrier by scanning, imports it and checks that it is what its folder says. Throws
 * one error that lists all problems: a hub with half its carriers must not start unnoticed.
 */
export async function loadAdapters(sources: AdapterSources = {}): Promise<Registry> {
  const folder = sources.folder ?? ADAPTERS_FOLDER;
  const problems: string[] = [];
  const found = new Map<string, CarrierAdapter>();
  for (const name of carrierFolders(folder)) {
    const path = join(folder, name, 'index.ts');
    const adapter = await importAdapter(pathToFileURL(path).href, path, problems);
    if (adapter === null) continue;
    if (adapter.manifest.name !== name) {
      problems.push(`${path}: manifest.name is "${adapter.manifest.name}"; make it "${name}"`);
    }
    found.set(name, adapter);
  }
  for (const specifier of sources.packages ?? []) {
    await addPackage(specifier, sources.packagesFrom ?? process.cwd(), found, problems);
  }
  if (problems.length > 0)
    throw new Error(`Carriers cannot be loaded:\n- ${problems.join('\n- ')}`);
  const sorted = [...found.values()].sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
  return { get: (name) => found.get(name), list: () => sorted };
}

/** Names of the carrier folders under `folder`, sorted. */
export function carrierFolders(folder: string = ADAPTERS_FOLDER): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .filter((entry) => {
      const files = readdirSync(join(folder, entry.name));
      return entry.name !== 'template' && CARRIER_FILES.every((file) => files.includes(file));
    })
    .map((entry) => entry.name)
    .sort();
}

/**
 * The setting that holds a carrier's deployment-wide webhook secrets.
 *
 * @example webhookSecretSetting('canada-post') // 'WAYBILL_WEBHOOK_SECRET_CANADA_POST'
 */
export function webhookSecretSetting(name: string): string {
  return `WAYBILL_WEBHOOK_SECRET_${name.replaceAll('-', '_').toUpperCase()}`;
}

async function addPackage(
  specifier: string,
  from: string,
  found: Map<string, CarrierAdapter>,
  problems: string[],
): Promise<void> {
  let path: string;
  try {
    path = createRequire(join(from, 'package.json')).resolve(specifier);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
    problems.push(
      `${specifier}: not found from ${from} (${code}); install it, give its "exports" a ` +
        '"default", or remove it from the setting',
    );
    return;
  }
  const adapter = await importAdapter(pathToFileURL(path).href, specifier, problems);
  if (adapter === null) return;
  const { name } = adapter.manifest;
  if (!NAME.test(name)) problems.push(`${specifier}: manifest.name "${name}" is not kebab-case`);
  else if (found.has(name)) problems.push(`${specifier}: there already is a carrier "${name}"`);
  else found.set(name, adapter);
}

async function importAdapter(
  url: string,
  shownAs: string,
  problems: string[],
): Promise<CarrierAdapter | null> {
  try {
    const module: unknown = await import(url);
    const adapter = isRecord(module) ? module['adapter'] : undefined;
    if (isAdapter(adapter)) return adapter;
    problems.push(`${shownAs}: exports no adapter; export \`adapter\`, a CarrierAdapter`);
  } catch (error) {
    problems.push(`${shownAs}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return null;
}

/** Enough to fail at start rather than at the first parcel; conformance checks the rest. */
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
