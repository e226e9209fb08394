import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { withTransaction } from '../../../platform/database/database.ts';
import { couriersOnShift, dropShiftsBefore, endShiftsBefore, startShiftsBefore } from '../index.ts';
import { planFault } from './planned-shifts.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let hub: TestHub;
let call: Caller;
let other: Caller;
let tenant: Tenant;
let id: string;
beforeAll(async () => {
  hub = await createTestHub();
  const key = await hub.newKey();
  ({ tenant } = key);
  call = callerOf(hub, key.text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'another' })).text);
});
beforeEach(async () => {
  const made = await call('POST', '/couriers', { name: 'Ada Example', vehicle: 'bike' });
  id = String(made.body['id']);
});
afterAll(() => hub.close());

const at = (ms: number) => new Date(hub.clock.nowMs() + ms).toISOString();
const plan = (startsIn: number, endsIn: number, by = call) =>
  by('POST', `/couriers/${id}/shifts`, { starts_at: at(startsIn), ends_at: at(endsIn) });
const courier = async () => (await call('GET', `/couriers/${id}`)).body;
const turn = () => {
  const nowMs = hub.clock.nowMs();
  return withTransaction(hub.db.pipeline, (tx) => startShiftsBefore(tx, nowMs, 100));
};

describe('a planned shift', () => {
  it('starts and ends by itself, by the clock', async () => {
    expect((await plan(HOUR_MS, 9 * HOUR_MS)).status).toBe(201);
    expect(await turn()).toBe(0);
    hub.clock.advance(HOUR_MS + 30_000);
    expect(await turn()).toBe(1);
    const now = await courier();
    expect(now['shift']).toBe('on');
    expect(now['shift_since']).toBe(at(-30_000));
    expect(now['shift_ends_at']).toBe(at(8 * HOUR_MS - 30_000));
    expect(await turn()).toBe(0);
    hub.clock.advance(8 * HOUR_MS);
    expect(await endShiftsBefore(hub.db.pipeline, hub.clock.nowMs(), 10)).toHaveLength(1);
    expect((await courier())['shift']).toBe('off');
  });

  it('stays ended when somebody ends it before its time', async () => {
    await plan(MINUTE_MS, HOUR_MS);
    hub.clock.advance(2 * MINUTE_MS);
    await turn();
    await call('PATCH', `/couriers/${id}`, { shift: 'off' });
    await turn();
    expect((await courier())['shift']).toBe('off');
  });

  it('goes on until the later end of a shift that runs already', async () => {
    await call('PATCH', `/couriers/${id}`, { shift: 'on', shift_ends_at: at(5 * HOUR_MS) });
    await plan(MINUTE_MS, 2 * HOUR_MS);
    hub.clock.advance(MINUTE_MS);
    await turn();
    expect((await courier())['shift_ends_at']).toBe(at(5 * HOUR_MS - MINUTE_MS));
  });

  it('starts nothing when its time has passed meanwhile, and is deleted in the end', async () => {
    await plan(MINUTE_MS, HOUR_MS);
    hub.clock.advance(2 * HOUR_MS);
    await turn();
    expect((await courier())['shift']).toBe('off');
    expect((await call('GET', `/couriers/${id}/shifts`)).body['data']).toEqual([]);
    const left = async () => {
      const all = await hub.db.pipeline.query('select from courier_shifts where courier_id = $1', [
        uuidOfWireId('courier', id),
      ]);
      return all.rowCount;
    };
    expect(await left()).toBe(1);
    await dropShiftsBefore(hub.db.pipeline, hub.clock.nowMs(), 100);
    expect(await left()).toBe(0);
  });

  it('is the next one until it is over, also if it never started', async () => {
    const courierId = uuidOfWireId('courier', id) ?? '';
    const next = async () => (await hub.couriers.couriers.nextShifts([courierId])).get(courierId);
    await plan(MINUTE_MS, HOUR_MS);
    const later = await plan(3 * HOUR_MS, 4 * HOUR_MS);
    hub.clock.advance(30 * MINUTE_MS);
    expect((await next())?.startsAtMs).toBe(hub.clock.nowMs() - 29 * MINUTE_MS);
    hub.clock.advance(HOUR_MS);
    expect((await next())?.startsAtMs).toBe(Date.parse(String(later.body['starts_at'])));
  });

  it('is listed and cancelled, by its own merchant alone', async () => {
    const made = await plan(HOUR_MS, 2 * HOUR_MS);
    const path = `/couriers/${id}/shifts`;
    expect((await call('GET', path)).body['data']).toEqual([made.body]);
    expect((await other('GET', path)).status).toBe(404);
    expect((await plan(3 * HOUR_MS, 4 * HOUR_MS, other)).status).toBe(404);
    expect((await other('DELETE', `${path}/${made.body['id']}`)).status).toBe(404);
    expect((await call('DELETE', `${path}/shf_1`)).status).toBe(404);
    expect((await call('DELETE', `${path}/${made.body['id']}`)).status).toBe(204);
    expect((await call('GET', path)).body['data']).toEqual([]);
  });

  it('does not overlap another of the courier, and goes with the courier', async () => {
    await plan(HOUR_MS, 3 * HOUR_MS);
    expect((await plan(2 * HOUR_MS, 4 * HOUR_MS)).status).toBe(409);
    expect((await plan(3 * HOUR_MS, 4 * HOUR_MS)).status).toBe(201);
    await call('DELETE', `/couriers/${id}`);
    const { rowCount } = await hub.db.pipeline.query(
      'select from courier_shifts where courier_id = $1',
      [uuidOfWireId('courier', id)],
    );
    expect(rowCount).toBe(0);
  });

  it('ends after its start, within a day and a year, and not in the past', async () => {
    const ms = (startsIn: number, endsIn: number) => ({ startsAtMs: startsIn, endsAtMs: endsIn });
    expect(planFault(ms(-2, -1), 0)).toBe('ends_in_past');
    expect(planFault(ms(2, 1), 0)).toBe('ends_before_start');
    expect(planFault(ms(1, 1 + 25 * HOUR_MS), 0)).toBe('too_long');
    expect(planFault(ms(400 * 24 * HOUR_MS, 400 * 24 * HOUR_MS + 1), 0)).toBe('too_far');
    expect(planFault(ms(-1, 1), 0)).toBeNull();
    expect((await plan(2 * HOUR_MS, HOUR_MS)).status).toBe(422);
  });
});

describe('a paused courier', () => {
  const uuid = () => uuidOfWireId('courier', id) ?? '';
  const offered = async () => {
    const among = { ids: [uuid()] };
    return couriersOnShift(hub.db.pipeline, tenant, hub.clock.nowMs(), among);
  };

  it('takes no offers until the pause is over, and stays on shift', async () => {
    const { couriers } = hub.couriers;
    await call('PATCH', `/couriers/${id}`, { shift: 'on' });
    expect(await offered()).toHaveLength(1);
    const endsAtMs = hub.clock.nowMs() + HOUR_MS;
    await couriers.change(tenant, uuid(), {}, { pause: { endsAtMs } });
    expect(await offered()).toHaveLength(0);
    expect((await courier())['shift']).toBe('on');
    hub.clock.advance(HOUR_MS);
    expect(await offered()).toHaveLength(1);
    expect((await couriers.find(tenant, uuid()))?.pause).toBeNull();
  });

  it('is resumed by hand, and by the next shift', async () => {
    const { couriers } = hub.couriers;
    await call('PATCH', `/couriers/${id}`, { shift: 'on' });
    await couriers.change(tenant, uuid(), {}, { pause: { endsAtMs: null } });
    expect((await couriers.find(tenant, uuid()))?.pause).toEqual({ endsAtMs: null });
    await couriers.change(tenant, uuid(), {}, { pause: null });
    expect(await offered()).toHaveLength(1);
    await couriers.change(tenant, uuid(), {}, { pause: { endsAtMs: null } });
    await call('PATCH', `/couriers/${id}`, { shift: 'off' });
    await call('PATCH', `/couriers/${id}`, { shift: 'on' });
    expect(await offered()).toHaveLength(1);
  });

  it('must be on shift, and cannot be paused until a time in the past', async () => {
    const { couriers } = hub.couriers;
    expect(await couriers.change(tenant, uuid(), {}, { pause: { endsAtMs: null } })).toEqual({
      kind: 'off_shift',
    });
    await call('PATCH', `/couriers/${id}`, { shift: 'on' });
    const past = { endsAtMs: hub.clock.nowMs() };
    expect(await couriers.change(tenant, uuid(), {}, { pause: past })).toEqual({
      kind: 'pause_ends_in_past',
    });
  });
});
