import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServing, type TestServing } from './test-serving.ts';

const CHICAGO = { country: 'US', postal_code: '60601', region: 'IL' };
const personal = { recipient: null, origin: null, destination: CHICAGO };

let changes = 0;
let test: TestServing;
let id = '';
beforeAll(async () => {
  test = await startTestServing({
    // Called between reading the parcel and showing its date.
    severityAt: async () => {
      if (changes > 0) {
        changes -= 1;
        await test.rows('update shipments set sequence = sequence + 1 where id = $1', [id]);
      }
      return 0.5;
    },
  });
});
afterAll(() => test.close());

it('a parcel that changes while its date is computed gets one anyway', async () => {
  id = await test.parcel('C1', { personal });
  await test.rows(`update shipments set mode = 'live' where id = $1`, [id]);
  changes = 1;
  await test.tell('C1', { events: [{ code: 'PICK', at: '2026-03-10T06:00', city: 'Omaha' }] });
  expect(changes).toBe(0);
  const rows = await test.rows('select 1 from edd_journeys where shipment_id = $1', [id]);
  expect(rows).toHaveLength(1);
});
