import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { carriersForCommand } from '../../app/installed-carriers.ts';
import { readConfig } from '../../platform/settings/config.ts';
import {
  packagesFolder,
  readPackageLock,
  writePackageLock,
} from '../../platform/settings/installed-packages.ts';
import { changePackages } from './change-packages.ts';

type Print = (line: string) => void;

/**
 * `waybill carrier list`: the carriers of installed packages, one line each, and which of them the
 * hub would leave out. Resolves with the exit code: 1 if it would leave out any.
 */
export async function carrierList(
  env: NodeJS.ProcessEnv,
  write: Print,
  writeError: Print,
): Promise<number> {
  const config = readConfig(env);
  try {
    const { leftOut } = await carriersForCommand(config, writeError);
    const packages = Object.entries(readPackageLock(config.data).packages);
    for (const [carrier, { name, version, scorecard, integrity }] of packages) {
      const state = leftOut.some((each) => each.carrier === carrier) ? '  left out' : '';
      write(`${carrier}  ${name}@${version}  ${scorecard.level}  ${integrity}${state}`);
    }
    if (packages.length === 0)
      write('No packages are installed; `waybill carrier add` installs one.');
    return leftOut.length === 0 ? 0 : 1;
  } catch (error) {
    writeError(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/**
 * `waybill carrier remove`: removes an installed package, named by its carrier or its own name.
 * Its parcels stay. Resolves with the exit code: 2 if there is none of that name, 3 while another
 * process changes the packages.
 */
export async function carrierRemove(
  wanted: string,
  env: NodeJS.ProcessEnv,
  write: Print,
  writeError: Print,
): Promise<number> {
  const { data } = readConfig(env);
  try {
    return await changePackages(data, writeError, async () => {
      const { packages } = readPackageLock(data);
      const found = Object.entries(packages).find(
        ([carrier, { name }]) => carrier === wanted || name === wanted,
      );
      if (found === undefined) {
        const known = Object.keys(packages).join(', ') || 'none';
        writeError(`No package "${wanted}" is installed; installed: ${known}.`);
        return 2;
      }
      const [carrier, { folder }] = found;
      const { [carrier]: _, ...others } = packages;
      await writePackageLock(data, { packages: others });
      await rm(join(packagesFolder(data), folder), { recursive: true, force: true });
      write(`${carrier} is removed. Restart the hub so that it no longer loads the carrier.`);
      return 0;
    });
  } catch (error) {
    writeError(`${wanted} is not removed: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}
