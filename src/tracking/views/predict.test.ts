import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { patchShipment } from '../commands/manage.ts';
import type { PredictedDelivery, Shipment, ShownEstimate } from '../shipment.ts';
import { body, publicTrackOf, startAcme, type TestReport } from '../test-acme.ts';
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

/** The arguments with which `write` was called. */
async function show(
  parcel: Shipment,
  predicted: PredictedDelivery | null,
  announced: ShownEstimate | null | undefined = undefined,
): Promise<string[]> {
  const written: string[] = [];
  const made = { shipment: parcel, predicted, announced, updates: [] };
  await recordPredictions(hub.deps, [made], async (_, ids) => {
    written.push(...ids);
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

describe('an estimate of ours', () => {
  it('is shown and announced once, together with what is written beside it', async () => {
    const shipment = await registered('P1');
    expect(await show(shipment, OURS)).toEqual([shipment.id]);
    expect((await publicTrackOf(hub, 'P1'))?.['estimated_delivery']).toMatchObject({
      date: '2026-03-14',
      source: 'model',
    });
    const [parcel] = await seeParcels(hub.deps, [shipment.id]);
    if (parcel === undefined) throw new Error('it is there');
    expect(await show(parcel.shipment, { ...OURS, confidence: 0.8 })).toEqual([shipment.id]);
    expect((await publicTrackOf(hub, 'P1'))?.['estimated_delivery']).toMatchObject({
      confidence: 0.8,
    });
    expect(await typesOf(shipment)).toEqual(['shipment.created', 'shipment.edd_changed']);
  });

  it('computed before a newer update is neither shown nor stored', async () => {
    const shipment = await registered('P2');
    const events = [{ code: 'DEL', at: '2026-03-10T06:00', city: 'Omaha' }];
    await hub.receive({ carrier: 'acme', body: body({ number: 'P2', events }) });
    expect(await show(shipment, OURS)).toEqual([]);
    expect((await publicTrackOf(hub, 'P2'))?.['estimated_delivery']).toBeNull();
    expect(await typesOf(shipment)).not.toContain('shipment.edd_changed');
  });

  it('for a parcel deleted meanwhile is dropped', async () => {
    expect(
      await show({ ...(await registered('P3')), id: '00000000-0000-7000-8000-000000000000' }, OURS),
    ).toEqual([]);
  });
});

describe('a recently recorded parcel', () => {
  const push = (number: string, code: string, hour: number, more: Partial<TestReport> = {}) => {
    const at = `2026-03-10T${String(hour).padStart(2, '0')}:00`;
    const report = { number, events: [{ code, at, city: 'Omaha' }], ...more };
    return hub.receive({ carrier: 'acme', body: body(report) });
  };
  const statementsOf = async (run: () => Promise<unknown>) => {
    const queries = vi.spyOn(hub.db.pipeline, 'query');
    await run();
    const count = queries.mock.calls.length;
    queries.mockRestore();
    return count;
  };

  it('equals the database’s, whatever was reported about it', async () => {
    const { id } = (
      await hub.register({
        carrier: 'acme',
        trackingNumber: 'R1',
        tags: ['red'],
        orderIds: ['o 1'],
        personal: {
          recipient: { name: 'Ada' },
          origin: null,
          destination: { country: 'US', postal_code: '68102' },
        },
      })
    ).shipment;
    const steps: readonly (() => Promise<unknown>)[] = [
      () => push('R1', 'HUB', 6),
      () => push('R1', 'HUB', 7, { edd: '2026-03-12' }),
      () => push('R1', 'DEP', 8, { pieceId: 'piece 1' }),
      () => push('R1', 'UNKNOWN EVENT', 9),
      () => push('R1', 'DEL', 10),
      () => push('R1', 'UNDO', 11),
    ];
    let announced = 0;
    for (const step of steps) {
      await step();
      const before = await sequenceOf(id);
      const [recorded] = await seeParcels(hub.deps, [id]);
      const [read] = await seeParcels(hub.deps, [id], { again: true });
      expect(recorded).toEqual(read);
      expect(recorded?.shipment.sequence).toBe(before);
      announced += 1;
    }
    expect(announced).toBe(steps.length);
  });

  it('is not read back, once', async () => {
    const { id } = await registered('R2');
    await push('R2', 'HUB', 6);
    expect(await statementsOf(() => seeParcels(hub.deps, [id]))).toBe(0);
    expect(await statementsOf(() => seeParcels(hub.deps, [id]))).toBeGreaterThan(0);
    await push('R2', 'HUB', 7);
    expect(await statementsOf(() => seeParcels(hub.deps, [id], { again: true }))).toBeGreaterThan(
      0,
    );
    expect(await statementsOf(() => seeParcels(hub.deps, [id]))).toBeGreaterThan(0);
  });

  it('and changed since gets no date based on its old state', async () => {
    const { id } = await registered('R3');
    await push('R3', 'HUB', 6);
    await patchShipment(hub.deps, hub.tenant, id, { tags: ['blue'] });
    const [before] = await seeParcels(hub.deps, [id]);
    if (before === undefined) throw new Error('it is there');
    expect(before.shipment.tags).toEqual([]);
    expect(await show(before.shipment, OURS)).toEqual([]);
    const [now] = await seeParcels(hub.deps, [id], { again: true });
    expect(now?.shipment.tags).toEqual(['blue']);
  });
});

async function sequenceOf(id: string): Promise<number | undefined> {
  const { rows } = await hub.db.pipeline.query<{ sequence: number }>(
    'select sequence from shipments where id = $1',
    [id],
  );
  return rows[0]?.sequence;
}
