import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outcomeProblems } from '../../../packages/adapter-kit/checks/outcome.ts';
import { adapter } from './index.ts';

const SHARED = process.env['WAYBILL_SHARED'] ?? join(import.meta.dirname, '../../../../shared');
const FOLDER = join(SHARED, 'carriers', 'fixtures', 'fedex');

/**
 * The outcome of each file; for reports also the number, the facts, the newest code and the
 * estimated day.
 */
const EXPECTED: Readonly<Record<string, readonly unknown[]>> = {
  'error_http_400.json': ['error'],
  'error_http_401.json': ['auth_error'],
  'error_http_403.json': ['auth_error'],
  'error_http_404.json': ['error'],
  'error_http_429_quota.json': ['rate_limited'],
  'error_http_429_rate.json': ['rate_limited'],
  'error_http_500.json': ['error'],
  'error_http_503.json': ['error'],
  'oauth_token_success.json': ['unreadable'],
  'request_track_trackingnumbers.json': ['unreadable'],
  'track_not_found_per_result.json': ['not_found'],
  'track_batch_partial_error.json': ['reports', '122816215025810', 11, 'DL', null],
  'track_sandbox_delivered.json': ['reports', '122816215025810', 11, 'DL', null],
  'track_sandbox_delivery_exception_007.json': [
    'reports',
    '377101283611590',
    10,
    'DE',
    '2023-12-31',
  ],
  'track_sandbox_label_created.json': ['reports', '449044304137821', 1, 'OC', null],
  'track_spec_full_example.json': ['reports', '128667043726', 1, 'PU', '2021-10-15'],
  'webhook_aiv_delivered_composed.json': ['reports', '122816215025810', 1, 'DL', null],
};

const present = existsSync(FOLDER);

describe.skipIf(!present)(
  `the shared FedEx fixtures${present ? '' : ` (NOT CHECKED: ${FOLDER} is absent)`}`,
  () => {
    const files = present ? readdirSync(FOLDER).filter((file) => file.endsWith('.json')) : [];

    it.each(files)('%s parses as expected', (file) => {
      const outcome = adapter.parse({ text: readFileSync(join(FOLDER, file), 'utf8') });
      expect(outcomeProblems(adapter, outcome)).toEqual([]);
      const [report] = outcome.outcome === 'reports' ? outcome.reports : [];
      const states = report && [
        report.trackingNumber,
        report.facts.length,
        report.facts[0]?.codes['event'],
        report.snapshot.estimatedDelivery?.date ?? null,
      ];
      expect([outcome.outcome, ...(states ?? [])]).toEqual(EXPECTED[file]);
    });
  },
);
