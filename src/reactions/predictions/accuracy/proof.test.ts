import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteShipment } from '../../../tracking/ports/shipments.ts';
import { startTestServing, type TestServing } from '../serving/test-serving.ts';
import type { AccuracyAt } from './accuracy.sql.ts';
import { accuracyOf } from './accuracy.ts';

const CHICAGO = { country: 'US', postal_code: '60601', region: 'IL' };
const SEATTLE = { country: 'US', postal_code: '98101', region: 'WA' };
const personal = { recipient: null, origin: SEATTLE, destination: CHICAGO };
const at = (code: string, when: string) => ({ code, at: when, city: 'Omaha' });

/** The tests begin on a Tuesday noon in UTC, 10 March 2026. */
let test: TestServing;
beforeAll(async () => {
  test = await startTestServing();
});
afterAll(() => test.close());

async function proven(day: AccuracyAt) {
  const { groups } = await accuracyOf(test.hub.db, test.hub.tenant, {
    from: '2026-03-01',
    to: '2026-04-30',
    at: day,
    by: null,
    limit: 1,
    carrier: null,
    lane: null,
    serviceLevel: null,
    stage: null,
  });
  return groups[0];
}

describe('a parcel that came', () => {
  it('proves its predictions, at acceptance and last, even after it is deleted', async () => {
    const id = await test.parcel('P1', { personal, promisedDate: '2026-03-16' });
    const picked = at('PICK', '2026-03-10T06:00');
    // The carrier names the 16th at acceptance, and the 18th when the parcel is under way.
    await test.tell('P1', { events: [picked], edd: '2026-03-16' });
    await test.passTo('2026-03-13T12:00:00Z');
    const hub = at('HUB', '2026-03-13T05:00');
    await test.tell('P1', { events: [picked, hub], edd: '2026-03-18' });
    expect(await proven('hand_over')).toMatchObject({ parcels: 0 });
    await test.passTo('2026-03-17T18:00:00Z');
    const came = at('DEL', '2026-03-17T11:00');
    await test.tell('P1', { events: [picked, hub, came], edd: '2026-03-18' });
    for (let again = 0; again < 2; again += 1) {
      expect(await proven('hand_over')).toMatchObject({
        parcels: 1,
        carrier: { n: 1, biasDays: 1 },
        promise: { n: 1, biasDays: 1 },
        compared: { n: 1, oursMaeDays: 1, carrierMaeDays: 1 },
      });
      expect(await proven('last')).toMatchObject({ carrier: { biasDays: -1 } });
      await deleteShipment(test.hub.deps, test.hub.tenant, id);
      await test.idle();
    }
  });
});
