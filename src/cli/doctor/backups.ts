import { statfs } from 'node:fs/promises';
import { oldestUnlistedMs } from '../../platform/backups/erasures-to-list.sql.ts';
import { WAITING_BYTES_MAX } from '../../platform/backups/log/log-shipping.ts';
import { type WaitingLog, waitingLog } from '../../platform/backups/log/log-slot.sql.ts';
import { type BackupPlace, backupPlaces } from '../../platform/backups/places.sql.ts';
import { type Finding, ok, warn } from '../../platform/checkup/finding.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import {
  BACKUP_ROLE_SQL,
  type DumpRights,
  describeUnreadable,
  dumpRights,
} from '../../platform/database/dump-rights.sql.ts';
import { clusterFolder } from '../../platform/postgres/cluster.ts';
import type { Config } from '../../platform/settings/config.ts';
import { withCheckedDatabase } from './with-checked-database.ts';

const NAME = 'backups';
const HOUR_MS = 3_600_000;
/** The age at which a backup is reported: one a day is usual, so a missed night shows. */
const OLD_MS = 36 * HOUR_MS;
const MINUTE_MS = 60_000;
const MIB = 1_048_576;
/**
 * A segment ends after five minutes at the latest and is stored at once; a minute later it is
 * retried.
 */
const LOG_WAITS_MS = 15 * MINUTE_MS;
/** The share of the limit on waiting log, or of the space available for it. */
const LOG_FILLS = 0.25;

/**
 * Checks the age of the newest backup, and whether the log between backups is shipped. Empty if
 * another check reports that there is no database.
 */
export function checkBackups(config: Config, clock: Clock): Promise<Finding[]> {
  return withCheckedDatabase(config, async (database) => {
    const places = await backupPlaces(database.pipeline);
    const nowMs = clock.nowMs();
    return [
      ageOfNewest(places, config, nowMs),
      ...(config.databaseUrl === null
        ? []
        : dumpFindings(await dumpRights(database.owner), places, nowMs)),
      ...unlistedFindings(await oldestUnlistedMs(database.pipeline), nowMs),
      ...(await checkLog(database, places, config)),
    ];
  });
}

/**
 * Whether pg_dump with the role of DATABASE_URL would be complete. `waybill backup` refuses roles for
 * which it would not, so a recent backup shows that another role is used for that.
 */
export function dumpFindings(
  rights: DumpRights,
  places: readonly Pick<BackupPlace, 'lastCoversUntilMs'>[],
  nowMs: number,
): Finding[] {
  const fault = describeUnreadable(rights);
  const isRecent = places.some(({ lastCoversUntilMs: at }) => at !== null && nowMs - at <= OLD_MS);
  if (fault === null || isRecent) return [];
  const fix = `Use a role that may read everything, for pg_dump and for \`waybill backup\`. As a superuser: ${BACKUP_ROLE_SQL}`;
  return [warn(NAME, fault, fix)];
}

/** Checks only the embedded server: we do not store the log of another one. */
async function checkLog(
  { owner }: Pick<Database, 'owner'>,
  places: readonly BackupPlace[],
  { databaseUrl, data }: Pick<Config, 'databaseUrl' | 'data'>,
): Promise<Finding[]> {
  if (databaseUrl !== null) return [];
  const { bavail, bsize } = await statfs(clusterFolder(data));
  const findings: Finding[] = [];
  for (const { place, logGivenUpAtMs } of places) {
    const waiting = await waitingLog(owner, place);
    findings.push(...logFindings({ place, logGivenUpAtMs, waiting, freeBytes: bavail * bsize }));
  }
  return findings;
}

/**
 * Checks one place.
 *
 * @param waiting null: no log is archived for it.
 * @param freeBytes of the disk that it waits on.
 */
export function logFindings({
  place,
  logGivenUpAtMs,
  waiting,
  freeBytes,
}: {
  readonly place: string;
  readonly logGivenUpAtMs: number | null;
  readonly waiting: WaitingLog | null;
  readonly freeBytes: number;
}): Finding[] {
  if (waiting?.bytes === null || (waiting === null && logGivenUpAtMs !== null)) {
    const since = logGivenUpAtMs === null ? '' : ` of ${new Date(logGivenUpAtMs).toISOString()}`;
    const found = `the log for ${place} was given up: times from the last that got there${since} until the next backup cannot be restored`;
    return [
      warn(NAME, found, `Make a backup as soon as it can be reached: \`waybill backup ${place}\`.`),
    ];
  }
  if (waiting === null) return [];
  const { bytes, forMs } = waiting;
  const limit = Math.min(WAITING_BYTES_MAX, bytes + freeBytes);
  const size = (count: number) => `${Math.round(count / MIB)} MiB`;
  if (forMs < LOG_WAITS_MS && bytes < limit * LOG_FILLS) {
    return [ok(NAME, `the log is kept in ${place}, ${size(bytes)} are not there yet`)];
  }
  const minutes = Math.round(forMs / MINUTE_MS);
  const found = `${size(bytes)} of the log wait for ${place}, the oldest for ${minutes} min; ${size(freeBytes)} are free on the disk that they wait on`;
  const fix = `The hub's log says why; fix the cause. From ${size(WAITING_BYTES_MAX)}, or when more waits than is free, the log is given up: times from then until the next backup cannot be restored. \`waybill backup ${place} --no-point-in-time\` ends it.`;
  return [warn(NAME, found, fix)];
}

/** Reported only after days, because a hub that is stopped lists nothing. */
export function unlistedFindings(oldestMs: number | null, nowMs: number): Finding[] {
  if (oldestMs === null || nowMs - oldestMs < OLD_MS) return [];
  const found =
    'a backup destination has been unreachable for days and does not know what was erased';
  return [
    warn(
      NAME,
      found,
      'The log says which one and why; fix the cause: a restore from there would bring back what was erased.',
    ),
  ];
}

export function ageOfNewest(
  places: readonly Pick<BackupPlace, 'place' | 'lastCoversUntilMs'>[],
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
