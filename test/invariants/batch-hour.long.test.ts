import { afterEach, expect, it } from 'vitest';
import { expectNoCallTooMany, trackSlowParcels } from '../support/carrier-patience.ts';
import {
  HOUR_MS,
  openVirtualHub,
  VIRTUAL_START_MS,
  type VirtualHub,
} from '../support/hubs/virtual-hub.ts';

/** What the carrier allows an hour is counted by the sandbox, whatever our own books say. */
let virtual: VirtualHub;
afterEach(() => virtual.close());

it('two hundred parcels at once: the batch carrier’s hour is used and never exceeded', async () => {
  virtual = await openVirtualHub();
  virtual.sandbox.faults.add({ kind: 'push_silence' });
  await virtual.connect('usps');
  await trackSlowParcels(virtual, 'usps', 200);
  await virtual.runUntil(VIRTUAL_START_MS + 3 * HOUR_MS);
  expectNoCallTooMany(virtual, 'usps');
  const hour = virtual.sandbox.rateFigures('usps').find(({ limit }) => limit.name === 'hour');
  expect(hour?.peak).toBeGreaterThan(45);
});
