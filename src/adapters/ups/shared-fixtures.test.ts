import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outcomeProblems } from '../../../packages/adapter-kit/checks/outcome.ts';
import { adapter } from './index.ts';

const SHARED = process.env['WAYBILL_SHARED'] ?? join(import.meta.dirname, '../../../../shared');
const FOLDER = join(SHARED, 'carriers', 'fixtures', 'ups');

/**
 * The outcome of each file; for reports also facts, newest code, its local time and offset, and
 * estimated day.
 */
const EXPECTED: Readonly<Record<string, readonly unknown[]>> = {
  'composed_access_point_ready.json': [
    'reports',
    5,
    '2Q',
    '2024-04-23T17:30:00',
    -240,
    '2024-04-23',
  ],
  'composed_delivery_attempted.json': [
    'reports',
    5,
    '48',
    '2024-04-23T14:30:00',
    -240,
    '2024-04-24',
  ],
  'composed_exception_weather.json': [
    'reports',
    3,
    'EJ',
    '2024-04-23T06:00:00',
    -240,
    '2024-04-25',
  ],
  'composed_in_transit.json': ['reports', 3, 'AR', '2024-04-23T02:10:00', -240, '2024-04-24'],
  'composed_label_created.json': ['reports', 1, 'MP', '2024-04-21T12:49:17', -240, null],
  'composed_out_for_delivery_window.json': [
    'reports',
    4,
    'OT',
    '2024-04-23T09:15:19',
    -240,
    '2024-04-23',
  ],
  'composed_returning.json': ['reports', 5, 'UF', '2024-04-26T10:15:00', -240, null],
  'composed_voided.json': ['reports', 2, 'VP', '2024-04-22T09:00:00', -240, null],
  'error_400_invalid_inquiry.json': ['error'],
  'error_401_invalid_auth.json': ['auth_error'],
  'error_401_token_expired.json': ['auth_error'],
  'error_429_rate.json': ['rate_limited'],
  'not_found_warning_200.json': ['not_found'],
  'oauth_token_success.json': ['unreadable'],
  'postman_tracking_success_200.json': ['reports', 2, 'F4', '2022-01-26T16:30:00', -300, null],
  'track_alert_delivered.json': ['reports', 1, 'FS', '2024-04-23T09:50:04', -240, '2019-10-14'],
  'track_alert_out_for_delivery.json': [
    'reports',
    1,
    'OT',
    '2024-04-23T09:15:19',
    -240,
    '2024-04-23',
  ],
  'track_alert_subscribe_error_400.json': ['error'],
  'track_alert_subscribe_partial.json': ['unreadable'],
  'track_alert_subscribe_v1_request.json': ['unreadable'],
  'track_alert_subscribe_v2_request.json': ['unreadable'],
  'track_alert_update_composed.json': [
    'reports',
    1,
    'UP',
    '2024-04-22T20:15:00',
    -240,
    '2024-04-24',
  ],
};

const present = existsSync(FOLDER);

describe.skipIf(!present)(
  `the shared UPS fixtures${present ? '' : ` (NOT CHECKED: ${FOLDER} is absent)`}`,
  () => {
    const files = present ? readdirSync(FOLDER).filter((file) => file.endsWith('.json')) : [];

    it.each(files)('%s parses as expected', (file) => {
      const outcome = adapter.parse({ text: readFileSync(join(FOLDER, file), 'utf8') });
      expect(outcomeProblems(adapter, outcome)).toEqual([]);
      const [report] = outcome.outcome === 'reports' ? outcome.reports : [];
      const newest = report?.facts[0];
      const states = report && [
        report.facts.length,
        newest?.codes['code'],
        newest?.time.local,
        newest?.time.offsetMin,
        report.snapshot.estimatedDelivery?.date ?? null,
      ];
      expect([outcome.outcome, ...(states ?? [])]).toEqual(EXPECTED[file]);
    });
  },
);
