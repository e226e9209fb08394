import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { STORED_TIMES } from './stored-times.ts';

/** Names of times that the hub waits for. `expires_at` was given out with what it ends. */
const AHEAD =
  /(^|_)until$|^next_|(^|_)(try|attempt|slot)_at$|deadline|_by$|(^|_)ends_at$|^(due|match|planned|read|reconcile|saved|send|stale|timer|verify|wake|write)_at$/;
const GIVEN = 'a person or a contract set it';
const WRITTEN = 'a limit of what was stored, which nothing waits for';
/** Those that stay as they are, and why. */
const LEFT: Readonly<Record<string, string>> = {
  'backup_places.last_covers_until': WRITTEN,
  'claims.answer_by': GIVEN,
  'claims.submit_by': GIVEN,
  'courier_shifts.ends_at': GIVEN,
  'courier_stretches.until': WRITTEN,
  'couriers.pause_ends_at': GIVEN,
  'couriers.shift_ends_at': GIVEN,
  'delivery_offers.alone_until': 'shown to couriers; rounds go by deliveries.match_at',
  'exception_cases.deadline_at': GIVEN,
  'mapping_jobs.late_until': WRITTEN,
  'notification_windows.published_until': 'the time of the log; a shorter one repeats messages',
  'notifications.stale_at': 'only ends what was not sent',
  'paused_areas.until': GIVEN,
  'restores.covers_until': WRITTEN,
  'restores.fenced_until': WRITTEN,
  'shipments.facts_until': WRITTEN,
  'webhook_deliveries.next_attempt_at': 'shown; webhook_queues.due_at decides',
};

it('each column that may lie ahead of the clock is pulled back, or has a reason not to be', () => {
  const schema = readFileSync(path.join(PROJECT_ROOT, 'migrations/schema.sql'), 'utf8');
  const open = [...schema.matchAll(/^create table (\w+) \(([^;]*)\);/gm)].flatMap(
    ([, table, body = '']) =>
      [...body.matchAll(/^ {2}(\w+) timestamp with time zone/gm)]
        .filter(([, column = '']) => AHEAD.test(column))
        .map(([, column]) => `${table}.${column}`)
        .filter((name) => !(name in STORED_TIMES)),
  );
  expect(open.sort()).toEqual(Object.keys(LEFT).sort());
});
