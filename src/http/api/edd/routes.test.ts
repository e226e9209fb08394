import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { promises } from './schema.ts';

let hub: TestHub;
let call: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
});
afterAll(() => hub.close());

/** Now is noon of Tuesday, 10 March 2026, in UTC. */
const BERLIN = { country: 'de', postal_code: '10115' };
const promise = (body: object) =>
  call('POST', '/v1/edd/promise', {
    origin: BERLIN,
    destination: BERLIN,
    service_levels: ['standard'],
    ...body,
  });

describe('estimates for a checkout', () => {
  it('are one for each service level, in its order, with label and text', async () => {
    const { status, body } = await promise({ service_levels: ['express', 'standard'] });
    expect(status).toBe(200);
    const { data } = promises.parse(body);
    expect(data).toMatchObject([
      {
        service_level: 'express',
        date: '2026-03-12',
        source: 'rule',
        hand_over_date: '2026-03-10',
      },
      {
        service_level: 'standard',
        date: '2026-03-16',
        from_local: '2026-03-13',
        to_local: '2026-03-18',
      },
    ]);
    expect(data[1]?.text).toBe('Fri, 13 Mar – Wed, 18 Mar');
    expect(data[1]?.reasons).toContainEqual(
      expect.objectContaining({ code: 'rule_chosen', after: 'hand_over', days: 4 }),
    );
  });

  it('count from the next working day after the cut-off, by the clock of the origin', async () => {
    // 16:30 in UTC is 17:30 in Berlin, and 12:30 in New York.
    const late = { ship_at: '2026-03-13T16:30:00Z', service_levels: ['overnight'] };
    const { body } = await promise(late);
    expect(promises.parse(body).data).toMatchObject([
      { hand_over_date: '2026-03-16', date: '2026-03-17' },
    ]);
    const newYork = { country: 'US', postal_code: '10001' };
    const abroad = await promise({ ...late, origin: newYork, destination: newYork });
    expect(promises.parse(abroad.body).data).toMatchObject([
      { hand_over_date: '2026-03-13', date: '2026-03-16' },
    ]);
  });

  it('skip holidays at the destination, and say so', async () => {
    hub.clock.advance(Date.UTC(2026, 3, 1, 9) - hub.clock.nowMs());
    const { body } = await promise({ service_levels: ['express'], language: 'de' });
    const [date] = promises.parse(body).data;
    // Good Friday and Easter Monday are in between.
    expect(date).toMatchObject({ date: '2026-04-07', text: expect.stringContaining('7. Apr') });
    expect(date?.reasons).toContainEqual(
      expect.objectContaining({ code: 'holiday', date: '2026-04-03' }),
    );
  });

  it('state what is unknown: the holidays, or the time zone', async () => {
    const { body } = await promise({ destination: { country: 'US' } });
    const codes = promises.parse(body).data[0]?.reasons.map(({ code }) => code);
    expect(codes).toContain('zone_unknown');
  });

  it.each([
    [{ ship_at: '2026-01-01T00:00:00Z' }, '/ship_at'],
    [{ ship_at: '2027-01-01T00:00:00Z' }, '/ship_at'],
    [{ origin: { country: 'XX' } }, '/origin/country'],
    [{ service_levels: [] }, '/service_levels'],
    [{ destination: 'Berlin' }, '/destination'],
    [{ language: 'tlh' }, '/language'],
  ])('are rejected for %j, with what to correct', async (wrong, pointer) => {
    const { status, body } = await promise(wrong);
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer, fix: expect.any(String) }] });
  });
});
