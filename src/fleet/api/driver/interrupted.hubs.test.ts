import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { testCouriers } from '../../../http/testing/test-couriers.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import type { ScanIntake } from '../../../intake/index.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { courierParcels } from '../../../tracking/ports/running.ts';

let hub: TestHub;
let call: Caller;
let tenant: Awaited<ReturnType<TestHub['newKey']>>['tenant'];
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey();
  call = callerOf(hub, made.text);
  tenant = made.tenant;
  ada = await newDriver(hub, call, 'Ada Example');
});
afterAll(() => hub.close());

async function newParcel(): Promise<{ id: string; number: string }> {
  const made = await call('POST', '/shipments', { carrier: 'fleet' });
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}

/** Simulates a process that dies before, or after, the facts are on disk. */
function dyingHub(when: 'before' | 'after') {
  const intake: ScanIntake = {
    prepare: (...given) => hub.scans.intake.prepare(...given),
    async take(sender, scans) {
      if (when === 'after') await hub.scans.intake.take(sender, scans);
      throw new Error('killed');
    },
  };
  const machines = { db: hub.db, keyring: hub.keyring, clock: hub.clock };
  return testCouriers({
    machines: { ...machines, randomBytes: systemRandom },
    adapters: hub.adapters,
    tracking: hub.tracking,
    intake,
    listener: { on: () => () => {} },
    log: createLog({ level: 'silent' }),
  });
}

async function driverOf({ id }: TestDriver) {
  const courierId = uuidOfWireId('courier', id) ?? '';
  const [device] = (await hub.couriers.devices.list(tenant, courierId)) ?? [];
  return { tenant, courierId, deviceId: device?.id ?? '' };
}

it.each(['before', 'after'] as const)(
  'a queue whose hub was killed %s the facts were stored is processed correctly when resent',
  async (when) => {
    const { id, number } = await newParcel();
    const at = '2026-03-10T10:00:00Z';
    const scan = { type: 'scan', tracking_number: number } as const;
    const queue = [
      { ...scan, id: `load-${when}`, at, code: 'LOAD' },
      { ...scan, id: `done-${when}`, at: '2026-03-10T11:00:00Z', code: 'DELIVERED' },
    ];
    const driver = await driverOf(ada);
    const read = queue.map((event) => ({ event }));
    const dying = dyingHub(when).work.events.take(driver, read, null);
    await expect(dying).rejects.toThrow('killed');
    const again = await ada.call('POST', '/driver/events', queue);
    expect(again.body['results']).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    await hub.settled();
    const shown = await call('GET', `/shipments/${id}`);
    expect(shown.body['status']).toBe('delivered');
    expect(shown.body['events']).toHaveLength(2);
    expect((await call('GET', `/couriers/${ada.id}`)).body['holds']).toBe(0);
  },
);

it('a command whose answer was lost is executed once', async () => {
  const { id, number } = await newParcel();
  const at = '2026-03-10T10:00:00Z';
  const load = { id: 'load-c', type: 'scan', at, tracking_number: number, code: 'LOAD' };
  await ada.call('POST', '/driver/events', [load]);
  await hub.settled();
  const own = hub.adapters.carriers().find(({ scans }) => scans !== undefined);
  if (own === undefined) throw new Error('no carrier is scanned');
  const parcels = courierParcels(hub.tracking, own);
  const command = {
    id: `${(await driverOf(ada)).courierId} d`,
    ...({ status: 'delivered', subStatus: null, note: null, queued: true } as const),
    occurredAtMs: Date.parse('2026-03-10T11:00:00Z'),
  };
  expect((await parcels.command(tenant, id, command)).kind).toBe('done');
  const event = { id: 'd', type: 'status', shipment_id: id, status: 'delivered' };
  const sent = await ada.call('POST', '/driver/events', [{ ...event, at: '2026-03-10T11:00:00Z' }]);
  expect(sent.body['results']).toMatchObject([{ outcome: 'accepted' }]);
  expect((await call('GET', `/shipments/${id}`)).body['events']).toHaveLength(2);
});
