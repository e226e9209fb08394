import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  commandShipment,
  patchShipment,
  type Shipment,
} from '../../../tracking/ports/shipments.ts';
import { ruleSet } from '../rules/rule-set.ts';
import {
  RECIPIENT,
  startTestNotifications,
  TEST_RULES,
  type TestNotifications,
} from '../test-notifications.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let t: TestNotifications;
beforeAll(async () => {
  t = await startTestNotifications();
});
beforeEach(() => {
  // It is eleven in the morning in New York, and each test is on a day of its own.
  t.hub.clock.set(Math.ceil(t.hub.clock.nowMs() / DAY_MS) * DAY_MS + 16 * HOUR_MS);
  t.newlySent();
});
afterAll(() => t.close());

async function pickedUp({ id }: Shipment): Promise<void> {
  const command = { status: 'picked_up', subStatus: null, occurredAtMs: null } as const;
  const more = { note: null, apiKeyId: null };
  await commandShipment(t.hub.deps, t.hub.tenant, id, { ...command, ...more });
}

/** A parcel with an SMS that waits at night for the morning. */
async function waiting(): Promise<Shipment> {
  t.hub.clock.advance(12 * HOUR_MS);
  const parcel = await t.register();
  await t.move(parcel, 'picked_up');
  await t.move(parcel, 'out_for_delivery');
  expect(await t.decided(parcel)).toContain('sms out_for_delivery postponed quiet_hours');
  t.newlySent();
  return parcel;
}

async function inTheMorning(): Promise<string[]> {
  t.hub.clock.advance(10 * HOUR_MS);
  await t.running.idle();
  return t.newlySent();
}

describe('a message that waits is decided by what holds when it is sent', () => {
  it('by the address of that moment', async () => {
    const parcel = await waiting();
    const recipient = { ...RECIPIENT.recipient, phone: '+1 212 555 0199' };
    await patchShipment(t.hub.deps, t.hub.tenant, parcel.id, { personal: { recipient } });
    expect(await inTheMorning()).toEqual(['sms out_for_delivery']);
    expect(t.sent.at(-1)?.to).toBe('+12125550199');
  });

  it('by the rules of that moment', async () => {
    await waiting();
    const rules = TEST_RULES.rules.map((rule) => ({ ...rule, max_age: '3h' }));
    const later = ruleSet.parse({ ...TEST_RULES, rules });
    await t.notifications.rules.replace(t.hub.tenant, later, null);
    // The wait for the night does not count; apart from that, a message older than the rule allows
    // is not sent.
    expect(await inTheMorning()).toEqual(['sms out_for_delivery']);
    const off = { quiet_hours: { from: '03:00', to: '04:00' } };
    await t.notifications.rules.replace(
      t.hub.tenant,
      ruleSet.parse({ ...TEST_RULES, ...off }),
      null,
    );
    t.hub.clock.advance(14 * HOUR_MS);
    const parcel = await t.register();
    await t.move(parcel, 'picked_up');
    await t.move(parcel, 'out_for_delivery');
    expect(await t.decided(parcel)).toContain('sms out_for_delivery sent');
    await t.notifications.rules.remove(t.hub.tenant, null);
  });

  it('and is noted once, however often its event is read', async () => {
    const parcel = await waiting();
    const before = await t.decided(parcel);
    await t.hub.db.pipeline.query(`delete from consumer_cursors where consumer = 'notifications'`);
    await t.running.idle();
    expect(await t.decided(parcel)).toEqual(before);
  });
});

it('one that cannot be read holds up none of those that are decided with it', async () => {
  const [broken, whole] = [await t.register(), await t.register()];
  await pickedUp(broken);
  await pickedUp(whole);
  const { rows } = await t.hub.db.pipeline.query<{ personal: Buffer }>(
    'select personal from shipments where id = $1',
    [broken.id],
  );
  const spoil = (personal: unknown) =>
    t.hub.db.pipeline.query('update shipments set personal = $2 where id = $1', [
      broken.id,
      personal,
    ]);
  await spoil(Buffer.from('no ciphertext'));
  await t.running.idle();
  expect(await t.decided(whole)).toEqual(['email picked_up sent']);
  expect(await t.decided(broken)).toEqual(['email picked_up queued']);
  await spoil(rows[0]?.personal);
  t.hub.clock.advance(60_000);
  await t.running.idle();
  expect(await t.decided(broken)).toEqual(['email picked_up sent']);
});

it('a database that has no connection to lend holds a message back until the next look', async () => {
  const parcel = await t.register();
  const { pipeline } = t.hub.db;
  const query = pipeline.query.bind(pipeline) as (...args: unknown[]) => Promise<unknown>;
  let failed = 0;
  const out = vi.spyOn(pipeline, 'query').mockImplementation(((...args: unknown[]) => {
    const [batch] = args;
    const name = typeof batch === 'object' && batch !== null && 'name' in batch ? batch.name : null;
    if (name !== 'message_facts' || failed > 0) return query(...args);
    failed += 1;
    throw new Error('timeout exceeded when trying to connect');
  }) as typeof pipeline.query);
  await pickedUp(parcel);
  await t.running.idle();
  out.mockRestore();
  expect(failed).toBe(1);
  expect(t.newlySent()).toEqual(['email picked_up']);
});
