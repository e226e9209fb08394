import { readFileSync, realpathSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.strictObject({
  packages: z.record(
    z.string(),
    z.strictObject({
      /** The package's name and exact version, and the hash of its archive, as npm writes them. */
      name: z.string(),
      version: z.string(),
      integrity: z.string(),
      /** The module with the adapter, from the package's folder. */
      entry: z.string(),
      level: z.string(),
      /** What the adapter consisted of when it was checked (adapters/packages/describe.ts). */
      description: z.unknown(),
    }),
  ),
});

/** The lock file of `waybill carrier add`: packages by carrier. */
export type PackageLock = z.output<typeof schema>;

/** The folder of installed packages in the data folder: one below it for each carrier. */
export function packagesFolder(data: string): string {
  return join(data, 'carriers');
}

function packageLockFile(data: string): string {
  return join(packagesFolder(data), 'lock.json');
}

/** Reads the lock file; empty if nothing was ever installed. Throws for a damaged file. */
export function readPackageLock(data: string): PackageLock {
  const file = packageLockFile(data);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { packages: {} };
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${file} is damaged: restore it, or delete its folder and add the packages again`,
    );
  }
}

/** The modules of all installed packages, as absolute paths, with their descriptions. */
export function installedPackages(data: string): ReadonlyMap<string, unknown> {
  const packages = Object.entries(readPackageLock(data).packages);
  if (packages.length === 0) return new Map();
  const folder = realpathSync(packagesFolder(data));
  return new Map(
    packages.map(([carrier, { entry, description }]) => [
      join(folder, carrier, entry),
      description,
    ]),
  );
}

/** Replaces the lock file in one step. */
export async function writePackageLock(data: string, lock: PackageLock): Promise<void> {
  const file = packageLockFile(data);
  await writeFile(`${file}.new`, `${JSON.stringify(lock, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
