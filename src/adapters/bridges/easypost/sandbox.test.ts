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
  carrierCode: 'USPS',
  postalCode: null,
});
const register = (number: string) => bridge.register([parcel(number)], bench.session());

async function playedOut(scenario: string) {
  await register(bench.numberOf(scenario));
  return bench.playedOut(scenario);
}

const ON_VEHICLE = ['created', 'picked_up', 'in_transit', 'at_facility', 'out_for_delivery'];

it('plays the scenarios of EasyPost’s test numbers', async () => {
  expect(await playedOut('label-created')).toEqual(['created']);
  expect(await playedOut('delivered')).toEqual([...ON_VEHICLE, 'delivered']);
  expect(await playedOut('returning')).toEqual([...ON_VEHICLE, 'returning']);
  expect(await playedOut('undeliverable')).toEqual([...ON_VEHICLE, 'exception']);
  expect(await playedOut('pickup')).toEqual([...ON_VEHICLE, 'available_for_pickup', 'delivered']);
  expect(await playedOut('silence')).toBe('not_yet');
});

it('knows only registered numbers, until they are stopped', async () => {
  const number = bench.numberOf('delivered');
  expect(await bench.trackOne(number)).toMatchObject({ outcome: 'not_found' });
  const [registered] = await register(number);
  expect(await register(number)).toEqual([registered]);
  expect(await bench.trackOne(number)).toMatchObject({ outcome: 'answer' });
  const reference = registered?.outcome === 'registered' ? registered.reference : null;
  expect(await bridge.stop?.([parcel(number, reference)], bench.session())).toEqual([
    { outcome: 'stopped', trackingNumber: number },
  ]);
  expect(await bench.trackOne(number)).toMatchObject({ outcome: 'not_found' });
});

it('refuses a number whose carrier it cannot detect', async () => {
  const undetected = { ...parcel('UNHEARD0F'), carrierCode: null };
  expect(await bridge.register([undetected], bench.session())).toMatchObject([
    { outcome: 'refused', reason: 'the service answered 422, code TRACKER.CREATE.ERROR' },
  ]);
});

it('labels a local time as UTC where it has no place, and the adapter does not believe it', async () => {
  await register(bench.numberOf('delivered'));
  const [report] = await bench.reportsOf(bench.numberOf('delivered'));
  expect(report?.facts.map(({ time }) => time.offsetMin)).toEqual([null, 0, 0, 0, 0, 0]);
});
