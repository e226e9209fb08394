import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ParseOutcomeKind } from '../contract/contract.ts';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { access } from './access.ts';
import { parse } from './parse.ts';
import { track } from './track.ts';
import { webhook } from './webhook.ts';

/** Payloads stored outside the repository, if they are available. */
const SHARED = process.env['WAYBILL_SHARED'] ?? join(import.meta.dirname, '../../../../shared');
const FOLDER = join(SHARED, 'carriers/fixtures/usps');
const present = existsSync(FOLDER);

const EXPECTED: Readonly<Record<string, ParseOutcomeKind>> = {
  'constructed_subscription_create_request.json': 'unreadable',
  'constructed_v3_detail_delivery_attempt.json': 'reports',
  'constructed_v3_detail_out_for_delivery.json': 'reports',
  'constructed_v3_detail_returned_to_sender.json': 'reports',
  'constructed_v3_error_400_not_yet.json': 'not_yet',
  'constructed_v3r2_207_mixed.json': 'reports',
  'constructed_v3r2_request.json': 'unreadable',
  'constructed_webhook_delivered.headers.json': 'unreadable',
  'constructed_webhook_delivered.json': 'reports',
  'issue56_error_401_invalid_client_id.json': 'auth_error',
  'issue56_oauth_token_without_tracking_scope.json': 'unreadable',
  'issue88_error_401_insufficient_scope.json': 'auth_error',
  'magento_error_429_quota.json': 'rate_limited',
  // The shape of 2022, at a path that no longer exists.
  'official_2022_detail_notice_left.json': 'unreadable',
  'official_locations_post_office.json': 'unreadable',
  'official_oauth_token.json': 'unreadable',
  'official_v3_detail_accepted.json': 'reports',
  'official_v3_summary_accepted.json': 'reports',
};

if (!present) process.stderr.write(`skipped: no shared USPS payloads at ${FOLDER}\n`);

describe.skipIf(!present)('shared USPS payloads', () => {
  const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');

  it('are all expected', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.entries(EXPECTED))('%s reads as %s', (file, outcome) => {
    const answer = parse({ text: read(file) });
    expect(answer.outcome).toBe(outcome);
    if (answer.outcome === 'reports') expect(answer.reports.length).toBeGreaterThan(0);
  });

  it('hold a push whose signature we accept at its own time', () => {
    const body = read('constructed_webhook_delivered.json');
    const headers = JSON.parse(read('constructed_webhook_delivered.headers.json'));
    const verdict = webhook.verify(
      { headers: { 'x-hmac': headers['X-HMAC'] }, rawBody: new TextEncoder().encode(body) },
      [headers['_secret_used']],
      Date.parse(JSON.parse(body).timestamp),
    );
    expect(verdict).toEqual({ ok: true, trust: 'signed' });
  });

  it.each([
    ['official_oauth_token.json', 'token'],
    ['issue56_oauth_token_without_tracking_scope.json', 'scope_missing'],
  ])('%s is a token answer: %s', (file, outcome) => {
    expect(access.token?.read(answerOf(200, read(file))).outcome).toBe(outcome);
  });

  it.each([
    [207, 'constructed_v3r2_207_mixed.json', ['answer', 'not_found']],
    [200, 'constructed_v3_detail_returned_to_sender.json', ['answer', 'error']],
    [401, 'issue56_error_401_invalid_client_id.json', ['scope_missing', 'scope_missing']],
    [401, 'issue88_error_401_insufficient_scope.json', ['scope_missing', 'scope_missing']],
    [429, 'magento_error_429_quota.json', ['rate_limited', 'rate_limited']],
  ])('HTTP %i with %s answers a batch of two: %j', async (status, file, expected) => {
    const session = scriptedSession(() => answerOf(status, read(file)));
    const numbers = ['9400100000000000000006', '9400100000000000000013'];
    const outcomes = await track(numbers, session);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(expected);
    expect(session.calls).toHaveLength(1);
  });

  it('a 400 of one number that has no scan yet is about that number', async () => {
    const body = read('constructed_v3_error_400_not_yet.json');
    const session = scriptedSession([answerOf(400, body)]);
    expect(await track(['9400100000000000000006'], session)).toMatchObject([
      { outcome: 'not_yet' },
    ]);
  });
});
