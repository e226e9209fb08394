import { expect, it } from 'vitest';
import { ageOfNewest, dumpFindings, logFindings, unlistedFindings } from './backups.ts';

const NOW = Date.UTC(2026, 10, 22, 6);
const hoursAgo = (hours: number) => NOW - hours * 3_600_000;
const at = (hours: number | null) => ({
  place: '/backups',
  lastCoversUntilMs: hours === null ? null : hoursAgo(hours),
});

it('a backup is missed when the newest is older than a day and a half', () => {
  const live = { sandbox: false };
  expect(ageOfNewest([at(30), at(100)], live, NOW)).toMatchObject({
    verdict: 'ok',
    found: 'the newest is 30 h old, in /backups',
  });
  expect(ageOfNewest([at(37)], live, NOW).verdict).toBe('warn');
  expect(ageOfNewest([], live, NOW).verdict).toBe('warn');
  expect(ageOfNewest([at(null)], live, NOW).verdict).toBe('warn');
  expect(ageOfNewest([], { sandbox: true }, NOW).verdict).toBe('ok');
});

it('a login that cannot dump everything is a warning, until a backup was made with one that can', () => {
  const rights = { role: 'waybill', unreadable: ['public.shipments'] };
  const [finding] = dumpFindings(rights, [at(null)], NOW);
  expect(finding).toMatchObject({
    verdict: 'warn',
    found: expect.stringContaining('the role waybill cannot read all rows'),
    fix: expect.stringContaining('create role waybill_backup login bypassrls'),
  });
  expect(dumpFindings(rights, [at(37)], NOW)).toHaveLength(1);
  expect(dumpFindings(rights, [at(37), at(30)], NOW)).toEqual([]);
  expect(dumpFindings({ role: 'postgres', unreadable: [] }, [], NOW)).toEqual([]);
});

it('erasures that no list has for days are a warning', () => {
  expect(unlistedFindings(null, NOW)).toEqual([]);
  expect(unlistedFindings(hoursAgo(1), NOW)).toEqual([]);
  expect(unlistedFindings(hoursAgo(50), NOW)).toMatchObject([{ verdict: 'warn' }]);
});

const GIB = 1_073_741_824;
const log = (waiting: Parameters<typeof logFindings>[0]['waiting'], more: object = {}) =>
  logFindings({
    place: 's3://b/',
    logGivenUpAtMs: null,
    freeBytes: 100 * GIB,
    waiting,
    ...more,
  });

it('the log between backups is not mentioned where none is archived, and is fine while it is shipped', () => {
  expect(log(null)).toEqual([]);
  expect(log({ bytes: GIB, forMs: 5 * 60_000 })).toMatchObject([{ verdict: 'ok' }]);
});

it('a log that does not get there is a warning, for how long it waits or how much', () => {
  const [waits] = log({ bytes: 2 * GIB, forMs: 20 * 60_000 });
  expect(waits).toMatchObject({ verdict: 'warn' });
  expect(waits?.found).toContain('2048 MiB of the log wait for s3://b/, the oldest for 20 min');
  expect(log({ bytes: 9 * GIB, forMs: 60_000 })).toMatchObject([{ verdict: 'warn' }]);
  // Little of the log's limit, and little of the disk, is left.
  expect(log({ bytes: GIB, forMs: 60_000 }, { freeBytes: 2 * GIB })).toMatchObject([
    { verdict: 'warn' },
  ]);
});

it('a log that was given up is a warning until there is a new one', () => {
  for (const given of [
    log(null, { logGivenUpAtMs: hoursAgo(1) }),
    log({ bytes: null, forMs: 0 }),
  ]) {
    expect(given).toMatchObject([{ verdict: 'warn', fix: expect.stringContaining('backup') }]);
  }
  expect(log({ bytes: 0, forMs: 0 }, { logGivenUpAtMs: null })).toMatchObject([{ verdict: 'ok' }]);
});
