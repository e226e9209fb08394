import { afterEach, beforeEach, expect, it } from 'vitest';
import { openBench, type SandboxBench } from '../../test-sandbox.ts';
import { bridge } from './bridge.ts';
import { adapter } from './index.ts';
import { sandbox as carrier } from './sandbox.ts';

let bench: SandboxBench;
beforeEach(async () => {
  bench = await openBench(adapter, carrier, { rates: [] });
});
afterEach(() => bench.close());

const parcel = (trackingNumber: string, reference: string | null = null) => ({
  trackingNumber,
  reference,
  carrierCode: 'fedex',
  postalCode: '10011',
});
const register = (number: string) => bridge.register([parcel(number)], bench.session());

async function playedOut(scenario: string) {
  await register(bench.numberOf(scenario));
  return bench.playedOut(scenario);
}

const ON_VEHICLE = ['created', 'picked_up', 'in_transit', 'at_facility', 'out_for_delivery'];

it('plays its scenarios', async () => {
  expect(await playedOut('pending')).toBe('not_yet');
  expect(await playedOut('label-created')).toEqual(['created']);
  expect(await playedOut('delivered')).toEqual([...ON_VEHICLE, 'delivered']);
  expect(await playedOut('returned')).toEqual([...ON_VEHICLE, 'returning', 'returned_to_sender']);
  expect(await playedOut('attempted-then-pickup')).toEqual([
    ...ON_VEHICLE,
    'delivery_attempted',
    'available_for_pickup',
    'delivered',
  ]);
});

it('knows only registered numbers, until they are stopped', async () => {
  const number = bench.numberOf('delivered');
  expect(await bench.trackOne(number)).toMatchObject({ outcome: 'not_found' });
  const [registered] = await register(number);
  expect(await bench.trackOne(number)).toMatchObject({ outcome: 'answer' });
  const reference = registered?.outcome === 'registered' ? registered.reference : null;
  expect(reference).toMatch(/^[0-9a-f]{32}$/);
  const stopped = [{ outcome: 'stopped', trackingNumber: number }];
  expect(await bridge.stop?.([parcel(number, reference)], bench.session())).toEqual(stopped);
  expect(await bridge.stop?.([parcel(number, reference)], bench.session())).toEqual(stopped);
  expect(await bench.trackOne(number)).toMatchObject({ outcome: 'not_found' });
});

it('never deletes a tracking that existed before', async () => {
  const number = bench.numberOf('delivered');
  await register(number);
  expect(await register(number)).toEqual([
    { outcome: 'registered', trackingNumber: number, reference: null },
  ]);
  expect(await bridge.stop?.([parcel(number)], bench.session())).toMatchObject([
    { outcome: 'refused' },
  ]);
  expect(await bench.trackOne(number)).toMatchObject({ outcome: 'answer' });
});

it('says which of its codes a refusal has', async () => {
  const undetected = { ...parcel('UNHEARD0F'), carrierCode: null };
  expect(await bridge.register([undetected], bench.session())).toMatchObject([
    { outcome: 'refused', reason: 'the service answered 400, code 4012' },
  ]);
});
