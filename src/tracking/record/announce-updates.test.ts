import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { announceUpdates, type ShipmentUpdate } from './announce-updates.ts';
import { logOf, push, view } from './test-pulls.ts';

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
  await hub.db.owner.query('create table seen_by_reaction (shipment_id uuid primary key)');
  await hub.db.owner.query('grant all on seen_by_reaction to waybill_pipeline');
});
afterAll(() => hub.close());

const UPDATE = {
  type: 'shipment.exception_opened',
  also: {
    case: {
      id: 'c',
      kind: 'damaged',
      reason: 'damaged',
      state: 'open',
      attempts: 0,
      deadline_at: null,
    },
    happened: ['opened'],
  },
} as const satisfies ShipmentUpdate;
const KEEP = 'insert into seen_by_reaction (shipment_id) values ($1)';

async function registered(trackingNumber: string): Promise<string> {
  return (await hub.register({ carrier: 'acme', trackingNumber })).shipment.id;
}

async function count(id: string): Promise<number> {
  const text = 'select from seen_by_reaction where shipment_id = $1';
  return (await hub.db.pipeline.query(text, [id])).rowCount ?? 0;
}

describe('an update from a reaction', () => {
  it('is logged with the current shipment, in its sequence', async () => {
    const id = await registered('NEWS-1');
    await push(hub, { number: 'NEWS-1', events: [{ code: 'HUB', at: '2026-03-09T12:00:00' }] });
    const published = await announceUpdates(hub.deps, hub.tenant, id, async (_tx, shipment) => {
      expect(shipment.state.status).toBe('at_facility');
      return { ...UPDATE, previousAttributes: { case: null } };
    });
    expect(published).toMatchObject(UPDATE);
    const { rows } = await hub.db.pipeline.query(
      'select type, sequence, data, previous_attributes from event_log where subject_id = $1 order by sequence desc limit 1',
      [id],
    );
    const { shipment } = await view(hub, id);
    expect(rows[0]).toMatchObject({
      type: 'shipment.exception_opened',
      sequence: shipment.sequence,
      data: { status: 'at_facility', case: { id: 'c', kind: 'damaged' } },
      previous_attributes: { case: null },
    });
  });

  it('is stored together with the reaction’s own rows, or neither is', async () => {
    const id = await registered('NEWS-2');
    await announceUpdates(hub.deps, hub.tenant, id, async (tx) => {
      await tx.query(KEEP, [id]);
      return UPDATE;
    });
    expect(await count(id)).toBe(1);
    expect(await logOf(hub, id)).toEqual(['created', 'exception_opened']);
    const again = announceUpdates(hub.deps, hub.tenant, id, async (tx) => {
      await tx.query('delete from seen_by_reaction where shipment_id = $1', [id]);
      throw new Error('half way');
    });
    await expect(again).rejects.toThrow('half way');
    expect(await count(id)).toBe(1);
    expect(await logOf(hub, id)).toHaveLength(2);
  });

  it('that is empty is not logged, and rows written beside it stay', async () => {
    const id = await registered('NEWS-3');
    const published = await announceUpdates(hub.deps, hub.tenant, id, async (tx) => {
      await tx.query(KEEP, [id]);
      return null;
    });
    expect(published).toBeNull();
    expect(await count(id)).toBe(1);
    expect(await logOf(hub, id)).toEqual(['created']);
  });

  it('about a shipment that the tenant does not have is never decided', async () => {
    const id = await registered('NEWS-4');
    const decide = () => Promise.reject(new Error('must not be asked'));
    const foreign = { ...hub.tenant, mode: 'live' as const };
    expect(await announceUpdates(hub.deps, foreign, id, decide)).toBeNull();
    expect(await announceUpdates(hub.deps, hub.tenant, crypto.randomUUID(), decide)).toBeNull();
  });

  it('is decided by one at a time', async () => {
    const id = await registered('NEWS-5');
    const once = () =>
      announceUpdates(hub.deps, hub.tenant, id, async (tx) => {
        const text = `${KEEP} on conflict do nothing`;
        return (await tx.query(text, [id])).rowCount === 1 ? UPDATE : null;
      });
    const all = await Promise.all([once(), once(), once(), once()]);
    expect(all.filter((each) => each !== null)).toHaveLength(1);
    expect(await logOf(hub, id)).toEqual(['created', 'exception_opened']);
  });
});
