import { expect, it } from 'vitest';
import { type Fence, mayHaveBeenTold, SETTLING_MS } from './fence.ts';

const UNTIL = Date.UTC(2026, 10, 22, 12);
const fence: Fence = { sequenceFloor: 1_000_000, untilMs: UNTIL, restoredAtMs: UNTIL + 60_000 };
const soon = UNTIL + 3_600_000;
const later = fence.restoredAtMs + SETTLING_MS;

it('holds back what carriers tell of the time before, however late they do', () => {
  for (const nowMs of [soon, later]) {
    const heard = { lastEventAtMs: UNTIL - 1, isHeard: true, nowMs };
    expect(mayHaveBeenTold(fence, 'shipment.status_changed', heard)).toBe(true);
    expect(mayHaveBeenTold(fence, 'shipment.delivered', heard)).toBe(true);
  }
});

it('tells what happened since, and what somebody has just done', () => {
  const heard = { lastEventAtMs: UNTIL, isHeard: true, nowMs: soon };
  expect(mayHaveBeenTold(fence, 'shipment.status_changed', heard)).toBe(false);
  const before = { ...heard, lastEventAtMs: UNTIL - 1 };
  expect(mayHaveBeenTold(fence, 'shipment.updated', before)).toBe(false);
  expect(mayHaveBeenTold(fence, 'shipment.deleted', before)).toBe(false);
});

it('holds back what follows from the time before for a day', () => {
  const worked = { lastEventAtMs: UNTIL - 1, isHeard: false, nowMs: soon };
  expect(mayHaveBeenTold(fence, 'shipment.edd_changed', worked)).toBe(true);
  expect(mayHaveBeenTold(fence, 'shipment.exception_opened', worked)).toBe(true);
  const nothingYet = { ...worked, lastEventAtMs: null };
  expect(mayHaveBeenTold(fence, 'shipment.edd_changed', nothingYet)).toBe(true);
  expect(mayHaveBeenTold(fence, 'shipment.edd_changed', { ...worked, nowMs: later })).toBe(false);
});

it('is nothing to a hub that was never restored', () => {
  const heard = { lastEventAtMs: 0, isHeard: true, nowMs: soon };
  expect(mayHaveBeenTold(null, 'shipment.delivered', heard)).toBe(false);
});
