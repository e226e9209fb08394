import { expect, it } from 'vitest';
import { ageOfNewest, unlisted } from './backups.ts';

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

it('erasures that no list has for days are a warning', () => {
  expect(unlisted(null, NOW)).toEqual([]);
  expect(unlisted(hoursAgo(1), NOW)).toEqual([]);
  expect(unlisted(hoursAgo(50), NOW)).toMatchObject([{ verdict: 'warn' }]);
});
