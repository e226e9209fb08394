import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../../platform/settings/config.ts';
import {
  packagesFolder,
  readPackageLock,
  writePackageLock,
} from '../../platform/settings/installed-packages.ts';

type Print = (line: string) => void;

/** `waybill carrier list`: the carriers of installed packages, one line each. */
export function carrierList(env: NodeJS.ProcessEnv, write: Print): number {
  const packages = Object.entries(readPackageLock(readConfig(env).data).packages);
  for (const [carrier, { name, version, level, integrity }] of packages) {
    write(`${carrier}  ${name}@${version}  ${level}  ${integrity}`);
  }
  if (packages.length === 0)
    write('No packages are installed; `waybill carrier add` installs one.');
  return 0;
}

/**
 * `waybill carrier remove`: removes an installed package, named by its carrier or its own name.
 * Its parcels stay. Resolves with the exit code: 2 if there is none of that name.
 */
export async function carrierRemove(
  wanted: string,
  env: NodeJS.ProcessEnv,
  write: Print,
  writeError: Print,
): Promise<number> {
  const { data } = readConfig(env);
  const { packages } = readPackageLock(data);
  const found = Object.keys(packages).find(
    (carrier) => carrier === wanted || packages[carrier]?.name === wanted,
  );
  if (found === undefined) {
    const known = Object.keys(packages).join(', ') || 'none';
    writeError(`No package "${wanted}" is installed; installed: ${known}.`);
    return 2;
  }
  const { [found]: _, ...others } = packages;
  await writePackageLock(data, { packages: others });
  await rm(join(packagesFolder(data), found), { recursive: true, force: true });
  write(`${found} is removed. Restart the hub so that it no longer loads the carrier.`);
  return 0;
}
