import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModule } from '../../platform/import-module.ts';
import type { SandboxCarrier } from './carrier.ts';

/** The folders whose subfolders are adapters that come with the hub. */
const SHIPPED = ['..', '../bridges', '../../../packages/carriers'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);

/**
 * Loads every carrier with a `sandbox.ts`, in the order of their names. They are found by scanning,
 * like the adapters, so that a new carrier need not be added to a list; `packaged` are those of
 * installed packages. Throws for a file that exports none.
 */
export async function loadSandboxes(
  folders: readonly string[] = SHIPPED,
  packaged: readonly SandboxFile[] = [],
): Promise<readonly SandboxCarrier[]> {
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name, parentPath }) => ({ name, path: join(parentPath, name, 'sandbox.ts') }))
    .filter(({ path }) => existsSync(path))
    .concat(packaged)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(files.map(loadSandbox));
}

/** The folders of shop platforms, each with its `sandbox/sandbox.ts`. */
const PLATFORMS = fileURLToPath(new URL('../../shops/platforms', import.meta.url));

/** Loads the sandbox of every shop platform, found by scanning. */
export async function loadShopSandboxes(): Promise<readonly SandboxCarrier[]> {
  const files = readdirSync(PLATFORMS)
    .sort()
    .map((name) => ({ name, path: join(PLATFORMS, name, 'sandbox', 'sandbox.ts') }))
    .filter(({ path }) => existsSync(path));
  return Promise.all(files.map(loadSandbox));
}

/** The module that exports a carrier's `sandbox`. */
export interface SandboxFile {
  readonly name: string;
  readonly path: string;
}

/** Imports a carrier's sandbox. Throws if the file exports none, or one with another name. */
export async function loadSandbox({ name, path }: SandboxFile): Promise<SandboxCarrier> {
  const sandbox = sandboxOf(await importModule(path));
  if (sandbox === null) {
    throw new Error(`${path} exports no sandbox; export \`sandbox\`, a SandboxCarrier`);
  }
  if (sandbox.name !== name) {
    throw new Error(`${path}: sandbox.name is "${sandbox.name}"; make it "${name}"`);
  }
  return sandbox;
}

/** Returns the sandbox that a module exports; null if it exports none. */
export function sandboxOf(module: unknown): SandboxCarrier | null {
  const sandbox = isRecord(module) ? module['sandbox'] : undefined;
  return isSandbox(sandbox) ? sandbox : null;
}

function isSandbox(value: unknown): value is SandboxCarrier {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    Array.isArray(value['scenarios']) &&
    typeof value['answer'] === 'function'
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
