import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServing, type TestServing } from './test-serving.ts';

const CHICAGO = { country: 'US', postal_code: '60601', region: 'IL' };
const personal = { recipient: null, origin: null, destination: CHICAGO };
const at = (code: string, when: string) => ({ code, at: when, city: 'Omaha' });

const queries: string[] = [];
let severity: number | null = 0.7;
let test: TestServing;
beforeAll(async () => {
  test = await startTestServing({
    severityAt: async ({ country, postal }, { instantMs }) => {
      queries.push(`${country} ${postal} ${new Date(instantMs).toISOString()}`);
      return severity;
    },
  });
});
afterAll(() => test.close());

async function weatherOf(id: string): Promise<number | null | undefined> {
  const [row] = await test.rows<{ weather: number | null }>(
    'select weather from edd_journeys where shipment_id = $1',
    [id],
  );
  return row?.weather;
}

it('the weather where a live parcel goes is asked for once, at its acceptance, and kept to learn from', async () => {
  const id = await test.parcel('H1', { personal });
  await test.rows(`update shipments set mode = 'live' where id = $1`, [id]);
  const events = [at('PICK', '2026-03-10T06:00')];
  await test.tell('H1', { events });
  expect(await weatherOf(id)).toBe(0.7);
  severity = 0.2;
  await test.tell('H1', { events: [...events, at('HUB', '2026-03-10T06:30')] });
  expect(await weatherOf(id)).toBe(0.7);
  expect(queries).toEqual(['US 60601 2026-03-10T11:00:00.000Z']);
});

it('test parcels ask for none', async () => {
  queries.length = 0;
  const id = await test.parcel('H2', { personal });
  await test.tell('H2', { events: [at('PICK', '2026-03-10T06:00')] });
  expect(await weatherOf(id)).toBeUndefined();
  expect(queries).toEqual([]);
});
