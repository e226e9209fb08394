import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { body, type TestReport } from '../../../tracking/test-acme.ts';
import { startTestServing, type TestServing } from './test-serving.ts';

const CHICAGO = { country: 'US', postal_code: '60601', region: 'IL' };
const personal = { recipient: null, origin: null, destination: CHICAGO };
const PICKED_UP = { code: 'PICK', at: '2026-03-10T06:00', city: 'Omaha' };

let test: TestServing;
beforeAll(async () => {
  test = await startTestServing();
});
afterAll(() => test.close());

/** Stores a report without computing the date. */
async function hear(number: string, reported: Partial<Omit<TestReport, 'number'>>): Promise<void> {
  test.hub.clock.advance(1_000);
  await test.hub.receive({
    carrier: 'acme',
    body: body({ number, events: [PICKED_UP], ...reported }),
  });
}

interface Move {
  readonly from: string | null;
  readonly to: string | null;
}

/** The announced days, and the days from which they moved. */
async function moves(id: string): Promise<Move[]> {
  const day = (estimate: unknown) => (estimate as { date: string } | null)?.date ?? null;
  return (await test.logged(id))
    .filter(({ type }) => type === 'shipment.edd_changed')
    .map(({ data, previous_attributes: was }) => ({
      from: day(was['estimated_delivery']),
      to: day(data['estimated_delivery']),
    }));
}

describe('one move of the day that is shown', () => {
  it('is one event, shown at once and announced when it is weighed', async () => {
    const id = await test.parcel('T1', { personal });
    await hear('T1', { edd: '2026-03-16' });
    expect((await test.track('T1'))?.['estimated_delivery']).toMatchObject({ date: '2026-03-16' });
    await test.idle();
    expect(await moves(id)).toEqual([{ from: null, to: '2026-03-16' }]);
    await hear('T1', { edd: '2026-03-18' });
    await test.idle();
    expect(await moves(id)).toEqual([
      { from: null, to: '2026-03-16' },
      { from: '2026-03-16', to: '2026-03-18' },
    ]);
  });

  it('that is reverted before it is weighed is none', async () => {
    const id = await test.parcel('T2', { personal });
    await hear('T2', { edd: '2026-03-16' });
    await test.idle();
    // Stored together, and processed together.
    await Promise.all([hear('T2', { edd: '2026-03-17' }), hear('T2', { edd: '2026-03-16' })]);
    await test.idle();
    expect(await moves(id)).toEqual([{ from: null, to: '2026-03-16' }]);
  });

  it('is none for a parcel delivered by then', async () => {
    const id = await test.parcel('T3', { personal });
    const events = [PICKED_UP, { code: 'DEL', at: '2026-03-10T06:30', city: 'Omaha' }];
    await hear('T3', { events, edd: '2026-03-16' });
    await test.idle();
    expect(await moves(id)).toEqual([]);
  });

  it('is not announced for a parcel that waits to be collected, for which no day is shown', async () => {
    const id = await test.parcel('T5', { personal });
    const events = [{ ...PICKED_UP, code: 'PICKUP' }];
    await hear('T5', { events, edd: '2026-03-16' });
    await test.idle();
    await hear('T5', { events, edd: '2026-03-17' });
    await test.idle();
    expect(await moves(id)).toEqual([]);
  });

  it('counts as announced if it was shown before announcements were recorded', async () => {
    const id = await test.parcel('T4', { personal });
    await hear('T4', { edd: '2026-03-16' });
    await test.idle();
    await test.rows('update edd_predictions set announced = null where shipment_id = $1', [id]);
    await hear('T4', { edd: '2026-03-16', events: [{ ...PICKED_UP, code: 'HUB' }] });
    await test.idle();
    expect(await moves(id)).toEqual([{ from: null, to: '2026-03-16' }]);
  });

  it('leaves no gap in the announcements of a parcel', async () => {
    const rows = await test.rows<{ gaps: number }>(
      `select count(*)::int as gaps from (
         select sequence - lag(sequence, 1, 0) over (partition by subject_id order by sequence) as step
         from event_log) steps where step <> 1`,
    );
    expect(rows).toEqual([{ gaps: 0 }]);
  });
});
