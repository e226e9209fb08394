import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as adapterKit from '@waybill/adapter-kit';
import { bundlePackage } from '../../adapters/index.ts';
import { importModule } from '../../platform/import-module.ts';
import { shippedFile } from '../../platform/shipped.ts';
import { waybillVersion } from '../waybill-version.ts';

/** packages/adapter-kit: conformance checks, cassettes and the scaffold, for authors of adapters. */
export type AdapterKit = typeof adapterKit;

const PACKAGE = '@waybill/adapter-kit';

/**
 * Returns the adapter kit of this checkout or image, or the one installed in the working directory.
 * Null, with a message, if there is none.
 */
export async function loadAdapterKit(
  writeError: (line: string) => void,
  find: () => string | null = findKit,
): Promise<AdapterKit | null> {
  const path = find();
  if (path !== null) return (await importModule(path)) as AdapterKit;
  writeError(
    `This command needs the package ${PACKAGE}, which is not installed. Run it in a checkout of ` +
      'Waybill, or install the package from one: ' +
      'npm install --save-dev <checkout>/packages/adapter-kit',
  );
  return null;
}

function findKit(): string | null {
  const beside = shippedFile('packages/adapter-kit/index.ts');
  if (existsSync(beside)) return beside;
  for (const folder of [shippedFile('.'), process.cwd()]) {
    try {
      return createRequire(join(folder, 'package.json')).resolve(PACKAGE);
    } catch {
      // It is not installed there.
    }
  }
  return null;
}

/**
 * Returns the kit of the hub's version as one script, for a process that can neither compile nor
 * install anything. If the kit or one of its dependencies is missing, it is installed into `folder`
 * first.
 */
export async function bundleKit(
  folder: string,
  install: (packages: readonly string[]) => Promise<void>,
): Promise<string> {
  if (findKit() === null) await install([`${PACKAGE}@${waybillVersion()}`]);
  const kit = findKit() ?? createRequire(join(folder, 'package.json')).resolve(PACKAGE);
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(dirname(kit), 'package.json'), 'utf8'),
  );
  const needs = Object.entries({ ...dependencies, recheck: devDependencies.recheck });
  const missing = needs.filter(([name]) => !isInstalled(name, kit));
  if (missing.length > 0) await install(missing.map(([name, range]) => `${name}@${range}`));
  return bundlePackage(kit, { nodePaths: [join(folder, 'node_modules')] });
}

function isInstalled(name: string, from: string): boolean {
  try {
    return createRequire(from).resolve(name) !== '';
  } catch {
    return false;
  }
}
