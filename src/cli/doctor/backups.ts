import { existsSync } from 'node:fs';
import { oldestUnlistedMs } from '../../platform/backups/erasures-to-list.sql.ts';
import { backupPlaces } from '../../platform/backups/places.sql.ts';
import { type Finding, ok, warn } from '../../platform/checkup/finding.ts';
import type { Clock } from '../../platform/clock.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { withDatabaseUrl } from '../../platform/database/visit-database.ts';
import { clusterFolder } from '../../platform/postgres/cluster.ts';
import type { Config } from '../../platform/settings/config.ts';

const NAME = 'backups';
const HOUR_MS = 3_600_000;
/** One a day is usual; a night that was missed shows. */
const OLD_MS = 36 * HOUR_MS;

/** How old the newest backup is. Nothing is said where another check says that there is no database. */
export async function checkBackups(config: Config, clock: Clock): Promise<Finding[]> {
  if (config.databaseUrl === null && !existsSync(clusterFolder(config.data))) return [];
  try {
    return await withDatabaseUrl(config, async (url) => {
      const database = openDatabase({ url });
      try {
        const places = await backupPlaces(database.pipeline);
        const nowMs = clock.nowMs();
        return [
          ageOfNewest(places, config, nowMs),
          ...unlisted(await oldestUnlistedMs(database.pipeline), nowMs),
        ];
      } finally {
        await database.end();
      }
    });
  } catch {
    // No answer, or a schema from before there were backups: the database's own checks say so.
    return [];
  }
}

/** Only where it is a matter of days: a hub that is stopped lists nothing. */
export function unlisted(oldestMs: number | null, nowMs: number): Finding[] {
  if (oldestMs === null || nowMs - oldestMs < OLD_MS) return [];
  const found =
    'a place of backups has not heard for days what was erased, because it cannot be reached';
  return [
    warn(
      NAME,
      found,
      'See the log for which and why, and mend it: a restore from there would bring back what was erased.',
    ),
  ];
}

export function ageOfNewest(
  places: Awaited<ReturnType<typeof backupPlaces>>,
  { sandbox }: Pick<Config, 'sandbox'>,
  nowMs: number,
): Finding {
  const fix = 'Make one every day: `waybill backup PLACE` (docs/operators.md, Backup and restore).';
  const ends = places.flatMap(({ place, lastCoversUntilMs }) =>
    lastCoversUntilMs === null ? [] : [{ place, lastCoversUntilMs }],
  );
  const [newest] = ends.sort((a, b) => b.lastCoversUntilMs - a.lastCoversUntilMs);
  if (newest === undefined) {
    const found = 'none was made yet';
    return sandbox ? ok(NAME, `${found}; this hub has sandbox carriers`) : warn(NAME, found, fix);
  }
  const ageMs = nowMs - newest.lastCoversUntilMs;
  const found = `the newest is ${Math.max(0, Math.round(ageMs / HOUR_MS))} h old, in ${newest.place}`;
  return ageMs > OLD_MS ? warn(NAME, found, fix) : ok(NAME, found);
}
