import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type AdapterManifest,
  containPackages,
  type LoadedRegistry,
  loadAdapters,
  packagedSandboxes,
  type Registry,
} from '../adapters/index.ts';
import { loadSandboxes, type SandboxCarrier } from '../adapters/sandbox-kit/index.ts';
import {
  type CarrierDocumentation,
  type DocumentedCode,
  documentationOf,
  type MappedCarrier,
  parseCodesCsv,
} from '../normalization/index.ts';
import { systemClock } from '../platform/clock.ts';
import { messagesIn } from '../platform/messages/catalogue.ts';
import type { Config } from '../platform/settings/config.ts';
import { installedPackages, type LeftOutPackage } from '../platform/settings/installed-packages.ts';

/** Where the carriers that do not ship with the hub come from. */
export type CarrierSources = Pick<Config, 'adapters' | 'data'>;

/** No carriers but those that ship with the hub. */
const SHIPPED_ONLY: CarrierSources = { adapters: [], data: '' };

/**
 * Loads all carriers. Packages run in a process of their own, in the hub and in commands alike.
 * Installed ones that cannot be used are left out; anything else rejects with a list of faults.
 *
 * @param authored paths of packages whose sources run in this process.
 */
export async function loadCarriers(
  { adapters, data }: CarrierSources,
  machines: Parameters<typeof containPackages>[1],
  authored: readonly string[] = [],
): Promise<LoadedRegistry> {
  const { packages, leftOut } = data === '' ? NOTHING_INSTALLED : installedPackages(data);
  const registry = await loadAdapters({
    packages: adapters,
    authored,
    installed: packages,
    contain: (folders) => containPackages(folders, machines),
  });
  return { ...registry, leftOut: [...leftOut, ...registry.leftOut] };
}

const NOTHING_INSTALLED: ReturnType<typeof installedPackages> = { packages: [], leftOut: [] };

/** Says which installed package is left out, and what to do. */
export function leftOutText({ carrier, reason, fix }: LeftOutPackage): string {
  return `the installed package of carrier "${carrier}" is left out: ${reason}; ${fix}`;
}

/**
 * Loads all carriers for a command, and reports to `complain` what fails in packages. The process
 * of packages ends with the command.
 */
export async function carriersForCommand(
  sources: CarrierSources,
  complain: (line: string) => void,
): Promise<LoadedRegistry> {
  const authored = sources.adapters.filter(isSource);
  for (const path of authored) complain(`NOTE: ${path}: ${UNCONTAINED}`);
  const adapters = sources.adapters.filter((each) => !isSource(each));
  const machines = {
    clock: systemClock,
    log: {
      warn: () => {}, // Whether packages have a network is said by `carrier add` and the hub.
      error: (fields: unknown) => complain(`A package failed: ${JSON.stringify(fields)}`),
    },
    shutdown: { onStop: () => {} },
  };
  const registry = await loadCarriers({ ...sources, adapters }, machines, authored);
  for (const each of registry.leftOut) complain(`WARNING: ${leftOutText(each)}`);
  return registry;
}

/** Whether a package is named by the path of its sources, as their author does; a hub needs `.js`. */
function isSource(specifier: string): boolean {
  const isPath = /^[./]/.test(specifier) && !/[/\\]node_modules[/\\]/.test(resolve(specifier));
  return isPath && existsSync(join(specifier, 'index.ts'));
}

/**
 * Returns the carriers of this installation and its packages; null after reporting the reason to
 * `complain`.
 */
export async function installedAdapters(
  sources: CarrierSources = SHIPPED_ONLY,
  complain: (line: string) => void,
): Promise<Registry | null> {
  try {
    return await carriersForCommand(sources, complain);
  } catch (error) {
    complain(messageOf(error));
    complain('Fix or remove the package that WAYBILL_ADAPTERS names.');
    return null;
  }
}

/**
 * Returns the carriers for a check of mappings: with the codes that they document and the known
 * words.
 */
export async function carriersWithDocumentation(
  registry: Registry,
): Promise<readonly MappedCarrier[]> {
  const words = messagesIn('en').status;
  return Promise.all(
    registry.list().map(({ manifest }) => withDocumentation(registry, manifest, words)),
  );
}

async function withDocumentation(
  registry: Registry,
  manifest: AdapterManifest,
  words: CarrierDocumentation['words'],
): Promise<MappedCarrier> {
  const codes = await documentedCodes(registry.home(manifest.name)?.folder ?? '');
  return { ...manifest, documentation: documentationOf(manifest, codes, words) };
}

/**
 * Reads the list of codes in an adapter's folder or package; empty if there is none. Rejects for a
 * file that is no such list.
 */
export async function documentedCodes(folder: string): Promise<readonly DocumentedCode[]> {
  const file = join(folder, 'codes.csv');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return [];
  try {
    return parseCodesCsv(text);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Returns the sandboxes that ship with the hub, and those of `packages`, which their authors name
 * in WAYBILL_ADAPTERS and whose code runs in this process. Null after reporting the reason to
 * `complain`.
 */
export async function installedSandboxes(
  packages: readonly string[],
  complain: (line: string) => void,
): Promise<readonly SandboxCarrier[] | null> {
  // The adapters are needed only to know what other packages provide.
  if (packages.length === 0) return loadSandboxes();
  complain(`NOTE: ${packages.join(', ')}: ${UNCONTAINED}`);
  try {
    const registry = await loadAdapters({ packages });
    return await loadSandboxes(undefined, packagedSandboxes(registry));
  } catch (error) {
    complain(messageOf(error));
    return null;
  }
}

/** What commands for authors say about code that they do not contain. */
export const UNCONTAINED = 'its code runs here with all your rights; only do this with your own.';

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
