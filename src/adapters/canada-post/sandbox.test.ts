import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAccess } from '../session/verify-access.ts';
import { openBench, type SandboxBench } from '../test-sandbox.ts';
import { access } from './access.ts';
import { adapter } from './index.ts';
import { pickupPoints } from './pickup-points.ts';
import { proofOfDelivery } from './proof.ts';
import { sandbox as carrier } from './sandbox.ts';

let bench: SandboxBench;
beforeEach(async () => {
  bench = await openBench(adapter, carrier, { rates: [] });
});
afterEach(() => bench.close());

async function playedOut(scenario: string): Promise<readonly string[]> {
  const outcome = await bench.trackOne(bench.numberOf(scenario));
  return outcome.outcome === 'answer' ? bench.statuses(outcome.text) : [outcome.outcome];
}

const UNDER_WAY = ['created', 'picked_up', 'at_facility', 'at_facility'];

describe('the Canada Post sandbox', () => {
  it('plays its scenarios', async () => {
    expect(await playedOut('label-created')).toEqual(['created']);
    expect(await playedOut('delivered')).toEqual([...UNDER_WAY, 'out_for_delivery', 'delivered']);
    expect(await playedOut('attempted-then-pickup')).toEqual([
      ...UNDER_WAY,
      'out_for_delivery',
      'delivery_attempted',
      'available_for_pickup',
      'delivered',
    ]);
    expect(await playedOut('customs')).toEqual([
      'picked_up',
      'in_transit',
      'in_transit',
      'in_transit',
    ]);
  });

  it('moves the day of delivery where the carrier does', async () => {
    const outcome = await bench.trackOne(bench.numberOf('delayed'));
    const text = outcome.outcome === 'answer' ? outcome.text : '';
    const parsed = adapter.parse({ text, kind: 'track' });
    const [report] = parsed.outcome === 'reports' ? parsed.reports : [];
    const changed = /<changed-expected-date>([\d-]+)</.exec(text)?.[1];
    expect(changed).toMatch(/^2026-/);
    expect(report?.snapshot.estimatedDelivery?.date).toBe(changed);
  });

  it('gives a certificate of a delivery, and none before it', async () => {
    const proof = async (scenario: string) =>
      proofOfDelivery(
        { trackingNumber: bench.numberOf(scenario), carrierPieceId: null, offered: ['signature'] },
        bench.session(),
      );
    const given = await proof('delivered');
    expect(given).toMatchObject({
      outcome: 'documents',
      documents: [{ kind: 'document', mediaType: 'application/pdf' }],
    });
    expect(await proof('in-transit')).toMatchObject({ outcome: 'none' });
  });

  it('knows wrong credentials when an account is saved', async () => {
    const verdict = async (password: string) => {
      const session = bench.session({ username: 'sandbox-user', password });
      return (await verifyAccess(access, { ...session, authenticate: async () => null })).outcome;
    };
    expect(await verdict('sandbox-password')).toBe('accepted');
    bench.sandbox.setCredentials(carrier.name, 'sandbox-user', null, 'wrong');
    expect(await verdict('sandbox-password')).toBe('auth_error');
  });

  it('finds post offices by postal code and by place, in Canada only', async () => {
    const near = (query: Parameters<typeof pickupPoints>[0]) =>
      pickupPoints(query, bench.session());
    const found = await near({ country: 'CA', postalCode: 'v6b 1a1', limit: 2 });
    expect(found).toMatchObject({ outcome: 'points', points: [{ kind: 'post_office' }, {}] });
    const placed = await near({ country: 'CA', postalCode: 'V6B1A1', lat: 49.28, lng: -123.12 });
    expect(placed.outcome).toBe('points');
    expect((await near({ country: 'US', postalCode: '10001' })).outcome).toBe('none');
    expect((await near({ country: 'CA', postalCode: 'V6B1A1', kinds: ['locker'] })).outcome).toBe(
      'none',
    );
  });
});
