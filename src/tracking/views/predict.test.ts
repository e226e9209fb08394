import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PredictedDelivery, Shipment, ShownEstimate } from '../shipment.ts';
import { body, publicTrackOf, startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { recordPredictions, seeParcels } from './predict.ts';

const OURS: PredictedDelivery = {
  date: '2026-03-14',
  from: '2026-03-13',
  to: '2026-03-17',
  source: 'model',
  confidence: 0.7,
  late: false,
  moved: null,
};

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

async function registered(trackingNumber: string): Promise<Shipment> {
  return (await hub.register({ carrier: 'acme', trackingNumber })).shipment;
}

/** What was written beside it, as the caller learns it. */
async function show(
  seen: Shipment,
  predicted: PredictedDelivery | null,
  told: ShownEstimate | null | undefined = undefined,
): Promise<string[]> {
  const written: string[] = [];
  const made = { shipment: seen, predicted, told, updates: [] };
  await recordPredictions(hub.deps, [made], async (_, taken) => {
    written.push(...taken);
  });
  return written;
}

async function typesOf({ id }: Shipment): Promise<string[]> {
  const { rows } = await hub.db.pipeline.query<{ type: string }>(
    'select type from event_log where subject_id = $1 order by sequence',
    [id],
  );
  return rows.map(({ type }) => type);
}

describe('a date of ours', () => {
  it('is shown and told once, with what is written beside it', async () => {
    const shipment = await registered('P1');
    expect(await show(shipment, OURS)).toEqual([shipment.id]);
    expect((await publicTrackOf(hub, 'P1'))?.['estimated_delivery']).toMatchObject({
      date: '2026-03-14',
      source: 'model',
    });
    const [seen] = await seeParcels(hub.deps, [shipment.id]);
    if (seen === undefined) throw new Error('it is there');
    expect(await show(seen.shipment, { ...OURS, confidence: 0.8 })).toEqual([shipment.id]);
    expect((await publicTrackOf(hub, 'P1'))?.['estimated_delivery']).toMatchObject({
      confidence: 0.8,
    });
    expect(await typesOf(shipment)).toEqual(['shipment.created', 'shipment.edd_changed']);
  });

  it('that was worked out before something else was received is not shown, nor is anything kept', async () => {
    const shipment = await registered('P2');
    const events = [{ code: 'DEL', at: '2026-03-10T06:00', city: 'Omaha' }];
    await hub.receive({ carrier: 'acme', body: body({ number: 'P2', events }) });
    expect(await show(shipment, OURS)).toEqual([]);
    expect((await publicTrackOf(hub, 'P2'))?.['estimated_delivery']).toBeNull();
    expect(await typesOf(shipment)).not.toContain('shipment.edd_changed');
  });

  it('of a parcel that was deleted meanwhile is nobody’s', async () => {
    expect(
      await show({ ...(await registered('P3')), id: '00000000-0000-7000-8000-000000000000' }, OURS),
    ).toEqual([]);
  });
});
