import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AdapterManifest,
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
import { messagesIn } from '../platform/messages/catalogue.ts';

/**
 * Returns the carriers of this installation and its packages; null after reporting the reason to
 * `complain`.
 */
export async function installedAdapters(
  packages: readonly string[],
  complain: (line: string) => void,
): Promise<Registry | null> {
  try {
    return await loadAdapters({ packages });
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
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
 * Returns the sandboxes of this installation and its packages; null after reporting the reason to
 * `complain`.
 */
export async function installedSandboxes(
  packages: readonly string[],
  complain: (line: string) => void,
): Promise<readonly SandboxCarrier[] | null> {
  // The adapters are needed only to know what other packages provide.
  if (packages.length === 0) return loadSandboxes();
  const registry = await installedAdapters(packages, complain);
  if (registry === null) return null;
  try {
    return await loadSandboxes(undefined, packagedSandboxes(registry));
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return null;
  }
}
