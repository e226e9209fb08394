import { existsSync } from 'node:fs';
import { type Finding, fail, ok, warn } from '../../platform/checkup/finding.ts';
import type { Clock } from '../../platform/clock.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { withDatabaseUrl } from '../../platform/database/visit-database.ts';
import { clusterFolder } from '../../platform/postgres/cluster.ts';
import type { Config } from '../../platform/settings/config.ts';
import { type PhonesHealth, phonesHealth } from '../couriers/index.ts';
import { readHubAddress } from '../driver/index.ts';

const NAME = 'couriers';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long a phone may be out of contact: a tunnel, a lunch break and a cellar take less. */
const SILENT_MS = 2 * HOUR_MS;
/**
 * The clock error of a phone that is reported. The hub corrects it, but a courier who reads the
 * time off the phone is still late.
 */
const CLOCK_OFF_MS = 5 * MINUTE_MS;
const REFUSED_MS = 24 * HOUR_MS;

/**
 * Checks whether couriers' phones can reach the hub, and do. A hub without couriers gets no
 * finding.
 */
export async function checkCouriers(config: Config, clock: Clock): Promise<Finding[]> {
  if (!config.fleet) return [];
  if (config.databaseUrl === null && !existsSync(clusterFolder(config.data))) return [];
  try {
    return await withDatabaseUrl(config, async (url) => {
      const database = openDatabase({ url });
      try {
        const nowMs = clock.nowMs();
        const health = await phonesHealth(database.pipeline, {
          silentSinceMs: nowMs - SILENT_MS,
          clockOffMs: CLOCK_OFF_MS,
          refusedSinceMs: nowMs - REFUSED_MS,
        });
        return phonesFindings(health, config.publicUrl);
      } finally {
        await database.end();
      }
    });
  } catch {
    // No answer, or a schema from before there were couriers: the database's own checks report it.
    return [];
  }
}

/**
 * The findings about couriers' phones; empty for a hub without couriers. Pure.
 * @param publicUrl `WAYBILL_PUBLIC_URL`; null: not set.
 */
export function phonesFindings(
  { couriers, withPhone, silent, clocksOff, refused }: PhonesHealth,
  publicUrl: string | null,
): Finding[] {
  if (couriers === 0) return [];
  const troubles = [
    ...addressFindings(publicUrl),
    ...(silent === 0
      ? []
      : [
          warn(
            NAME,
            `${silent} on shift, with a phone that has sent nothing for ${SILENT_MS / HOUR_MS} h`,
            'Ask them to open the app: whatever they recorded since is still on their phones. /console/deliveries/couriers lists them.',
          ),
        ]),
    ...(clocksOff === 0
      ? []
      : [
          warn(
            NAME,
            `${clocksOff} with a phone whose clock is more than ${CLOCK_OFF_MS / MINUTE_MS} min off`,
            'Have the phone set its time from the network. Times of scans are corrected meanwhile.',
          ),
        ]),
    ...(refused === 0
      ? []
      : [
          warn(
            NAME,
            `${refused} entries sent by their phones in the last 24 h were refused`,
            'See what and why in /console/deliveries/couriers, or GET /v1/couriers/{id}/events?outcome=refused.',
          ),
        ]),
  ];
  return troubles.length > 0 ? troubles : [ok(NAME, `${couriers}, ${withPhone} with a phone`)];
}

/**
 * The findings about the address for phones. It must be https: a phone accepts no key and sends no
 * photo where others could read them on the way.
 */
function addressFindings(publicUrl: string | null): Finding[] {
  const fix =
    'Set WAYBILL_PUBLIC_URL to the https address under which phones reach the hub (docs/driver.md).';
  if (publicUrl === null) {
    const found = 'their QR codes lead to the address the hub listens on, which no phone can reach';
    return [warn(NAME, found, fix)];
  }
  if (readHubAddress(publicUrl).ok) return [];
  return [fail(NAME, `no phone can be set up at ${publicUrl}, which is not encrypted`, fix)];
}
