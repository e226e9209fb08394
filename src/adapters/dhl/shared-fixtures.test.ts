import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ParseOutcomeKind } from '../contract/contract.ts';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { parse } from './parse.ts';
import { track } from './track.ts';
import { webhook } from './webhook.ts';

/** Payloads stored outside the repository, if they are available. */
const SHARED = process.env['WAYBILL_SHARED'] ?? join(import.meta.dirname, '../../../../shared');
const FOLDER = join(SHARED, 'carriers/fixtures/dhl');
const present = existsSync(FOLDER);

const EXPECTED: Readonly<Record<string, ParseOutcomeKind>> = {
  'constructed_ecommerce_americas_v4_package.json': 'reports',
  'constructed_push_message.json': 'reports',
  'constructed_push_ready.json': 'not_found',
  'constructed_push_validate.json': 'not_found',
  'constructed_unified_401.json': 'auth_error',
  'constructed_unified_429.json': 'rate_limited',
  'constructed_unified_ecommerce_europe_handed_to_shop.json': 'reports',
  'constructed_unified_express_delivered.json': 'reports',
  'constructed_unified_express_out_for_delivery.json': 'reports',
  'constructed_unified_parcel_de_ready_for_pickup.json': 'reports',
  'constructed_unified_parcel_de_return_delivered.json': 'reports',
  'official_mydhl_3.1.1_400.json': 'error',
  'official_mydhl_3.1.1_404.json': 'not_found',
  'official_mydhl_3.1.1_epod_404.json': 'not_found',
  'official_mydhl_3.1.1_multi_400.json': 'error',
  'official_mydhl_3.1.1_multi_404.json': 'not_found',
  'official_mydhl_3.1.1_tracking_delivered.json': 'reports',
  'official_parcel_de_sandbox_piece_detail.xml': 'reports',
  'official_parcel_de_sandbox_signature.xml': 'unreadable',
  'official_push_subscription_create_account.json': 'unreadable',
  'official_push_subscription_create_shipment.json': 'unreadable',
  'official_unified_404.json': 'not_found',
  'official_unified_example_pretransit.json': 'reports',
};

if (!present) process.stderr.write(`skipped: no shared DHL payloads at ${FOLDER}\n`);

describe.skipIf(!present)('shared DHL payloads', () => {
  it('are all expected', () => {
    const files = readdirSync(FOLDER).filter((file) => !file.endsWith('.md'));
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.entries(EXPECTED))('%s reads as %s', (file, outcome) => {
    const answer = parse({ text: readFileSync(join(FOLDER, file), 'utf8') });
    expect(answer.outcome).toBe(outcome);
    if (answer.outcome === 'reports') expect(answer.reports[0]?.facts.length).toBeGreaterThan(0);
  });

  it('give Express the same facts by push and by pull', () => {
    const identities = (file: string) => {
      const answer = parse({ text: readFileSync(join(FOLDER, file), 'utf8') });
      return answer.outcome === 'reports' ? answer.reports[0]?.facts.map((f) => f.identity) : [];
    };
    expect(identities('constructed_push_message.json')).toEqual(
      identities('constructed_unified_express_delivered.json'),
    );
  });

  it.each([
    [200, 'official_unified_example_pretransit.json', '7777777770', 'answer'],
    [200, 'constructed_unified_parcel_de_ready_for_pickup.json', '00340434292135100124', 'answer'],
    [404, 'official_unified_404.json', '8264715546', 'not_found'],
    [401, 'constructed_unified_401.json', '8264715546', 'auth_error'],
    [429, 'constructed_unified_429.json', '8264715546', 'rate_limited'],
  ])('HTTP %i with %s answers for %s: %s, by one call', async (status, file, number, expected) => {
    const body = readFileSync(join(FOLDER, file), 'utf8');
    const session = scriptedSession(() => answerOf(status, body));
    expect(await track([number], session)).toMatchObject([{ outcome: expected }]);
    expect(session.calls).toHaveLength(1);
  });

  it('hold the push that asks for the handshake', () => {
    const rawBody = readFileSync(join(FOLDER, 'constructed_push_validate.json'));
    expect(webhook.handshake?.({ headers: {}, rawBody })).toMatchObject({
      subscriptionId: 'sub-0001',
    });
  });
});
