import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveredParcels } from '../../../../test/support/parcels/delivered-parcels.ts';
import { type Parcel, trainModel } from '../../../prediction/index.ts';
import { deleteShipment } from '../../../tracking/ports/shipments.ts';
import { startTestServing, type TestServing } from './test-serving.ts';

/** It is a Tuesday noon in UTC when the tests begin. */
const CHICAGO = { country: 'US', postal_code: '60601', region: 'IL' };
const SEATTLE = { country: 'US', postal_code: '98101', region: 'WA' };
const personal = { recipient: null, origin: SEATTLE, destination: CHICAGO };
const at = (code: string, when: string) => ({ code, at: when, city: 'Omaha' });

let test: TestServing;
beforeAll(async () => {
  test = await startTestServing();
});
afterAll(() => test.close());

const estimateOf = async (number: string) =>
  ((await test.track(number))?.['estimated_delivery'] ?? null) as Record<string, unknown> | null;
const typesOf = async (id: string) => (await test.logged(id)).map(({ type }) => type);

describe('a parcel', () => {
  it('has no date until anything is known, then one by the rule, announced once', async () => {
    const id = await test.parcel('R1', { personal });
    expect(await estimateOf('R1')).toBeNull();
    await test.tell('R1', { events: [at('PICK', '2026-03-09T15:00')] });
    // Picked up on Monday before the cut-off: four working days, and a window of one day before
    // and two after.
    expect(await estimateOf('R1')).toMatchObject({
      date: '2026-03-13',
      from_local: '2026-03-12',
      to_local: '2026-03-17',
      source: 'rule',
    });
    await test.tell('R1', {
      events: [at('PICK', '2026-03-09T15:00'), at('HUB', '2026-03-10T05:00')],
    });
    // Two working days from the last scan.
    expect(await estimateOf('R1')).toMatchObject({ date: '2026-03-12', source: 'rule' });
    const types = await typesOf(id);
    expect(types.filter((type) => type === 'shipment.edd_changed')).toHaveLength(2);
    // A day from the rule is not shown as the previous one.
    expect(await test.track('R1')).not.toHaveProperty('previous_estimate');
  });

  it('is not announced again while its day stays, however certain it gets', async () => {
    const id = await test.parcel('R2', { personal });
    await test.tell('R2', { events: [at('PICK', '2026-03-10T06:00')] });
    const before = await typesOf(id);
    await test.passTo('2026-03-11T04:30:00Z');
    expect(await typesOf(id)).toEqual(before);
  });

  it('has the carrier’s date where there is no model, and says whose it is', async () => {
    await test.parcel('C1', { personal });
    await test.tell('C1', { events: [at('PICK', '2026-03-10T06:00')], edd: '2026-03-16' });
    expect(await estimateOf('C1')).toMatchObject({ date: '2026-03-16', source: 'carrier' });
    await test.tell('C1', { events: [at('PICK', '2026-03-10T06:00')], edd: '2026-03-18' });
    expect(await estimateOf('C1')).toMatchObject({ date: '2026-03-18', source: 'carrier' });
  });

  it('says which day it was before, and that the carrier has moved it', async () => {
    const events = [at('PICK', '2026-03-10T06:00')];
    await test.parcel('C2', { personal });
    await test.tell('C2', { events, edd: '2026-03-16' });
    expect(await test.track('C2')).not.toHaveProperty('moved');
    await test.tell('C2', { events, edd: '2026-03-18' });
    const moved = {
      estimated_delivery: { date: '2026-03-18', source: 'carrier' },
      previous_estimate: { date: '2026-03-16' },
      moved: { code: 'carrier' },
    };
    expect(await test.track('C2')).toMatchObject(moved);
    const scanned = [...events, at('HUB', '2026-03-10T07:00')];
    await test.tell('C2', { events: scanned, edd: '2026-03-18' });
    expect(await test.track('C2')).toMatchObject(moved);
    await test.tell('C2', { events: scanned, edd: '2026-03-17' });
    expect(await test.track('C2')).toMatchObject({
      estimated_delivery: { date: '2026-03-17' },
      previous_estimate: { date: '2026-03-18' },
      moved: { code: 'carrier' },
    });
  });

  it('is worked out at the next look where a parcel was only read again, at once where there is news', async () => {
    const id = await test.parcel('R1', { personal });
    await test.tell('R1', { events: [at('PICK', '2026-03-10T06:00')] });
    const madeAt = async () =>
      (
        await test.rows<{ made_at: Date }>(
          'select made_at from edd_predictions where shipment_id = $1',
          [id],
        )
      )[0]?.made_at;
    const tellAgain = async (more: object, sequence: number) => {
      test.hub.clock.advance(60_000);
      await test.rows(
        `insert into event_log (shard, id, merchant_id, mode, subject_id, sequence, type,
           occurred_at, recorded_at, data, previous_attributes)
         select shard, gen_random_uuid(), merchant_id, mode, subject_id, sequence + $3, type,
           occurred_at, recorded_at, data || $2::jsonb, previous_attributes
         from event_log where subject_id = $1 and type = 'shipment.status_changed' limit 1`,
        [id, JSON.stringify(more), sequence],
      );
      await test.idle();
      return madeAt();
    };
    const before = await madeAt();
    expect(await tellAgain({ remapped: true }, 100)).toEqual(before);
    await test.passTo(new Date(test.hub.clock.nowMs()).toISOString());
    const looked = await madeAt();
    expect(looked).not.toEqual(before);
    expect(await tellAgain({}, 200)).not.toEqual(looked);
  });

  it('that is late gets a new window, and never shows a day that is over', async () => {
    const id = await test.parcel('L1', { personal });
    await test.tell('L1', { events: [at('PICK', '2026-03-10T06:00')], edd: '2026-03-12' });
    await test.passTo('2026-03-13T12:00:00Z');
    expect(await estimateOf('L1')).toMatchObject({
      date: '2026-03-16',
      late: true,
      source: 'rule',
    });
    expect((await test.track('L1'))?.['moved']).toEqual({ code: 'late' });
    await test.passTo('2026-03-20T12:00:00Z');
    const shown = await estimateOf('L1');
    expect(String(shown?.['date']) >= '2026-03-20').toBe(true);
    expect(await typesOf(id)).toContain('shipment.edd_changed');
  });

  it('out for delivery comes today; delivered, the day stays to be seen and the ledger is settled', async () => {
    const id = await test.parcel('D1', { personal, promisedDate: '2026-03-24' });
    const events = [at('PICK', '2026-03-18T15:00'), at('HUB', '2026-03-19T05:00')];
    await test.tell('D1', { events, edd: '2026-03-23' });
    await test.tell('D1', {
      events: [...events, at('OFD', '2026-03-20T06:00')],
      edd: '2026-03-23',
    });
    await test.tell('D1', {
      events: [...events, at('OFD', '2026-03-20T06:00'), at('DEL', '2026-03-20T06:50')],
      edd: '2026-03-23',
    });
    const ledger = await test.rows<{ whose: string; date: string; error: number }>(
      `select whose, date::text as date, error_days as error from edd_promises
       where shipment_id = $1 order by whose, shown_at, id`,
      [id],
    );
    expect(ledger.filter(({ whose }) => whose !== 'ours')).toEqual([
      { whose: 'carrier', date: '2026-03-23', error: -3 },
      { whose: 'promise', date: '2026-03-24', error: -4 },
    ]);
    expect(ledger.filter(({ whose }) => whose === 'ours').length).toBeGreaterThan(0);
    const days = await test.rows<{ day: string }>(
      `select distinct (shown_at at time zone 'America/Chicago')::date::text
         || ' ' || shown_on::text as day from edd_promises where shipment_id = $1`,
      [id],
    );
    for (const { day } of days) expect(day.slice(0, 10)).toBe(day.slice(11));
    expect(days.length).toBeGreaterThan(0);
    const [row] = await test.rows(
      `select due_at, source, date::text as date, late, reasons -> 'chain' -> -1 ->> 'code' as code
       from edd_predictions where shipment_id = $1`,
      [id],
    );
    // The reasons for the last prediction can still be queried.
    expect(row).toMatchObject({
      due_at: null,
      source: 'carrier',
      date: '2026-03-23',
      late: false,
    });
    expect(row).toMatchObject({ code: 'carrier_chosen' });
  });

  it('leaves its scans to learn from, each with the date the carrier named when it was new', async () => {
    const id = await test.parcel('S1', { personal });
    // Nothing is learned from test parcels.
    await test.rows(`update shipments set mode = 'live' where id = $1`, [id]);
    const events = [at('PICK', '2026-03-18T15:00'), at('HUB', '2026-03-19T05:00')];
    await test.tell('S1', { events, edd: '2026-03-23' });
    await test.tell('S1', {
      events: [...events, at('HUB', '2026-03-20T05:00')],
      edd: '2026-03-24',
    });
    await test.tell('S1', {
      events: [...events, at('HUB', '2026-03-20T05:00')],
      edd: '2026-03-25',
    });
    const [row] = await test.rows<{ stops: unknown[][] }>(
      'select stops from edd_journeys where shipment_id = $1',
      [id],
    );
    const day = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
    const shown = row?.stops.map(([status, , wall, , place, estimate]) => [
      status,
      new Date(Number(wall)).toISOString().slice(0, 16),
      place,
      estimate,
    ]);
    const status = row?.stops[0]?.[0];
    expect(shown).toEqual([
      [status, '2026-03-19T05:00', 'OMAHA', day('2026-03-23')],
      [status, '2026-03-20T05:00', 'OMAHA', day('2026-03-24')],
    ]);
  });

  it.each([
    ['lost', 'LOST'],
    ['to be fetched', 'PICKUP'],
  ])('that is %s has no date of ours any more', async (_, code) => {
    const number = `X${code}`;
    await test.parcel(number, { personal });
    await test.tell(number, { events: [at('PICK', '2026-03-19T15:00')] });
    expect(await estimateOf(number)).not.toBeNull();
    await test.tell(number, {
      events: [at('PICK', '2026-03-19T15:00'), at(code, '2026-03-20T05:00')],
    });
    expect(await estimateOf(number)).toBeNull();
  });

  it('that is deleted leaves nothing to learn from and nothing that is due', async () => {
    const id = await test.parcel('E1', { personal });
    await test.tell('E1', { events: [at('PICK', '2026-03-19T15:00')] });
    await deleteShipment(test.hub.deps, test.hub.tenant, id);
    await test.idle();
    const left = await test.rows(
      `select shipment_id from edd_predictions where shipment_id = $1
       union all select shipment_id from edd_promises where shipment_id = $1`,
      [id],
    );
    expect(left).toEqual([]);
  });
});

describe('with a model', () => {
  const parcels = deliveredParcels({ days: 120, parcelsADay: 12, seed: 7 }).map((parcel) => ({
    ...parcel,
    origin: inAmerica(parcel.origin),
    destination: inAmerica(parcel.destination),
  }));
  const { learner } = trainModel(parcels, 1);
  const pick = { code: 'PICK', at: '2026-03-20T07:00' };

  it('its date is shown with a window, and what it was made of is kept', async () => {
    test.model = { version: 7, learner };
    const id = await test.parcel('M1', { personal, serviceLevel: 'ground' });
    await test.tell('M1', { events: [pick] });
    const shown = await estimateOf('M1');
    expect(shown?.['source']).toBe('model');
    expect(String(shown?.['from']) <= String(shown?.['date'])).toBe(true);
    expect(String(shown?.['date']) < String(shown?.['to'])).toBe(true);
    const [row] = await test.rows<{ reasons: { chain: unknown[]; drivers: unknown[] } }>(
      'select * from edd_predictions where shipment_id = $1',
      [id],
    );
    expect(row).toMatchObject({ source: 'model', model_version: 7 });
    expect(row?.reasons.chain[0]).toEqual({ code: 'model_chosen' });
    expect(row?.reasons.drivers.length).toBeGreaterThan(0);
  });

  it('its date alone is announced, not the carrier’s that it replaces a moment later', async () => {
    test.model = { version: 7, learner };
    const id = await test.parcel('M5', { personal, serviceLevel: 'ground' });
    await test.tell('M5', { events: [pick], edd: '2026-04-02' });
    const changes = (await test.logged(id)).filter(({ type }) => type === 'shipment.edd_changed');
    expect(changes).toMatchObject([
      {
        data: { estimated_delivery: { source: 'model' } },
        previous_attributes: { estimated_delivery: null },
      },
    ]);
    await test.tell('M5', { events: [pick], edd: '2026-04-03' });
    expect((await typesOf(id)).slice(-1)).toEqual(['shipment.tracking_updated']);
  });

  it('that has learned of quicker parcels moves the day before, and says that it comes sooner', async () => {
    const quicker = parcels.map((parcel) => ({ ...parcel, deliveredAt: inHalfTheTime(parcel) }));
    test.model = { version: 7, learner };
    await test.parcel('M6', { personal, serviceLevel: 'ground' });
    await test.tell('M6', { events: [pick] });
    const before = await estimateOf('M6');
    expect(before?.['source']).toBe('model');
    test.model = { version: 8, learner: trainModel(quicker, 1).learner };
    await test.tell('M6', { events: [pick, at('HUB', '2026-03-20T07:30')] });
    const track = await test.track('M6');
    expect(track).toMatchObject({
      estimated_delivery: { source: 'model' },
      previous_estimate: { date: before?.['date'], precision: 'day' },
      moved: { code: 'faster' },
    });
    const now = (await estimateOf('M6'))?.['date'];
    expect(String(now) < String(before?.['date']), `${now} is sooner`).toBe(true);
  });

  it('of a lane that no parcel was on its dates are not the model’s', async () => {
    test.model = { version: 7, learner };
    const abroad = { ...personal, destination: { country: 'NZ', postal_code: '1010' } };
    await test.parcel('M3', { personal: abroad, serviceLevel: 'ground' });
    await test.tell('M3', { events: [pick] });
    expect((await estimateOf('M3'))?.['source']).toBe('rule');
  });

  it('one that has been silent for weeks is nobody’s to be sure of', async () => {
    await test.parcel('M4', { personal, serviceLevel: 'ground' });
    await test.tell('M4', { events: [{ code: 'PICK', at: '2026-02-20T07:00' }] });
    expect(await estimateOf('M4')).toMatchObject({ source: 'rule', late: true });
  });

  it('of a promise that is likely to be missed is warned once, before it is', async () => {
    const id = await test.parcel('M2', {
      personal,
      serviceLevel: 'ground',
      promisedDate: '2026-03-23',
    });
    await test.tell('M2', { events: [pick] });
    await test.tell('M2', { events: [pick, at('HUB', '2026-03-20T07:30')] });
    const types = await typesOf(id);
    expect(types.filter((type) => type === 'shipment.delay_predicted')).toHaveLength(1);
    const [row] = await test.rows<{ warned: boolean; risk: number }>(
      `select warned, miss_probability as risk from edd_promises
       where shipment_id = $1 and whose = 'ours' order by shown_at, id`,
      [id],
    );
    expect(row?.warned).toBe(true);
    expect(row?.risk).toBeGreaterThan(0.5);
  });

  it('that is gone its parcels have dates by the rule again', async () => {
    test.model = null;
    await test.tell('M1', { events: [pick, at('HUB', '2026-03-20T07:30')] });
    expect((await estimateOf('M1'))?.['source']).toBe('rule');
  });
});

describe('a parcel that is out for delivery', () => {
  it('since a day that is over at the destination is late, whoever says which day it comes', async () => {
    const day = (ahead: number) =>
      new Date(test.hub.clock.nowMs() + ahead * 86_400_000).toISOString().slice(0, 10);
    const [today, next] = [day(0), day(1)];
    await test.parcel('O1', { personal });
    await test.tell('O1', { events: [at('OFD', `${today}T06:30`)], edd: day(5) });
    expect((await estimateOf('O1'))?.['late']).toBeUndefined();
    await test.passTo(`${next}T04:30:00Z`);
    expect((await estimateOf('O1'))?.['late'], 'in Chicago it is still that day').toBeUndefined();
    await test.passTo(`${next}T05:30:00Z`);
    expect(await estimateOf('O1')).toMatchObject({ source: 'carrier', late: true });
    const [row] = await test.rows<{ chain: unknown[] }>(
      `select reasons->'chain' as chain from edd_predictions p join shipments s on s.id = shipment_id
       where tracking_number = 'O1'`,
    );
    expect(row?.chain).toContainEqual({ code: 'still_out', date: today });
  });
});

/** A place of the synthetic parcels, moved to a region whose time zone is known. */
function inAmerica<Place extends { readonly region: string }>(place: Place): Place {
  const known: Record<string, object> = {
    AA: { region: 'WA', postal: '98101' },
    FF: { region: 'IL', postal: '60601' },
  };
  return { ...place, country: 'US', ...known[place.region] };
}

function inHalfTheTime({ handedOverAt, deliveredAt }: Parcel): Parcel['deliveredAt'] {
  if (deliveredAt === null) return null;
  const saved = Math.floor((deliveredAt.instantMs - handedOverAt.instantMs) / 2);
  return { instantMs: deliveredAt.instantMs - saved, wallMs: deliveredAt.wallMs - saved };
}
