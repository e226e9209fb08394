import { readFile } from 'node:fs/promises';
import type { Config } from '../platform/settings/config.ts';
import { type PurgerConfig, readPurgers } from '../reactions/purges/index.ts';

/**
 * The shared caches in front of us; none unless the operator lists them. Rejects with the list's
 * faults: a hub whose caches store parcels for minutes without being purged must not start.
 */
export async function loadPurgers(
  { cachePurge }: Pick<Config, 'cachePurge'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<readonly PurgerConfig[]> {
  if (cachePurge === null) return [];
  const text = await readFile(cachePurge, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`WAYBILL_CACHE_PURGE: ${cachePurge} cannot be read (${error.code})`);
  });
  return readPurgers(text, cachePurge, env);
}
