import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { createDevices } from '../../couriers/index.ts';

let hub: TestHub;
let drivers: TestDriver[];
let revoke: (driver: TestDriver) => Promise<unknown>;

beforeAll(async () => {
  hub = await createTestHub();
  const call = callerOf(hub, (await hub.newKey()).text);
  drivers = await Promise.all(['a', 'b', 'c'].map((name) => newDriver(hub, call, name)));
  revoke = ({ id }) => call('DELETE', `/couriers/${id}/devices`);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => hub.close());

interface SentRequest {
  readonly name?: string;
  readonly query_timeout?: number;
}

it('keys of simultaneous requests are looked up together, and cached for a few seconds at most', async () => {
  const requests: SentRequest[] = [];
  const { query } = hub.db.pipeline;
  vi.spyOn(hub.db.pipeline, 'query').mockImplementation(function (
    this: typeof hub.db.pipeline,
    ...sent: unknown[]
  ) {
    const request = sent[0] as SentRequest;
    // The hub also works by itself.
    if (request.name?.includes('devices')) requests.push(request);
    return Reflect.apply(query, this, sent);
  });
  const devices = createDevices(hub.deliveries);
  const admitted = () =>
    Promise.all(
      [...drivers, ...drivers].map(async ({ key }) => {
        const of = await devices.admit(key);
        return of.kind === 'driver' ? of.driver.courierId : of.kind;
      }),
    );
  const ids = drivers.map(({ id }) => id.slice(4));
  const admittedIds = (await admitted()).map((id) => id.replaceAll('-', ''));
  expect(admittedIds).toEqual([...ids, ...ids]);
  expect(requests.map(({ name }) => name)).toEqual(['devices_by_keys', 'touch_devices']);
  // A last-seen time noted a moment ago is not written again.
  await admitted();
  expect(requests.map(({ name }) => name).slice(2)).toEqual(['devices_by_keys']);
  for (const { query_timeout: ms } of requests) expect(ms).toBeLessThanOrEqual(5_000);
  expect(await devices.admit(`wbd_${'x'.repeat(32)}`)).toEqual({ kind: 'unknown' });
  for (const driver of drivers.slice(1, 2)) await revoke(driver);
  const then = (await admitted()).map((id) => id.replaceAll('-', ''));
  expect(then).toEqual([ids[0], 'ended', ids[2], ids[0], 'ended', ids[2]]);
});
