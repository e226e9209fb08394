import { describe, expect, it } from 'vitest';
import {
  type Fence,
  importedAt,
  isImportedHistory,
  isPossibleRepeat,
  SETTLING_MS,
} from './fence.ts';

const UNTIL = Date.UTC(2026, 10, 22, 12);
const fence: Fence = { sequenceFloor: 1_000_000, untilMs: UNTIL, restoredAtMs: UNTIL + 60_000 };
const soon = UNTIL + 3_600_000;
const later = fence.restoredAtMs + SETTLING_MS;

it('holds back repeats of carriers’ older reports, however late they arrive', () => {
  for (const nowMs of [soon, later]) {
    const clocks = { lastEventAtMs: UNTIL - 1, isReceived: true, nowMs };
    expect(isPossibleRepeat(fence, 'shipment.status_changed', clocks)).toBe(true);
    expect(isPossibleRepeat(fence, 'shipment.delivered', clocks)).toBe(true);
  }
});

it('publishes what happened since, and what somebody has just done', () => {
  const clocks = { lastEventAtMs: UNTIL, isReceived: true, nowMs: soon };
  expect(isPossibleRepeat(fence, 'shipment.status_changed', clocks)).toBe(false);
  const before = { ...clocks, lastEventAtMs: UNTIL - 1 };
  expect(isPossibleRepeat(fence, 'shipment.updated', before)).toBe(false);
  expect(isPossibleRepeat(fence, 'shipment.deleted', before)).toBe(false);
});

it('holds back for a day what follows from the time before', () => {
  const worked = { lastEventAtMs: UNTIL - 1, isReceived: false, nowMs: soon };
  expect(isPossibleRepeat(fence, 'shipment.edd_changed', worked)).toBe(true);
  expect(isPossibleRepeat(fence, 'shipment.exception_opened', worked)).toBe(true);
  const nothingYet = { ...worked, lastEventAtMs: null };
  expect(isPossibleRepeat(fence, 'shipment.edd_changed', nothingYet)).toBe(true);
  expect(isPossibleRepeat(fence, 'shipment.edd_changed', { ...worked, nowMs: later })).toBe(false);
});

it('does not affect a hub that was never restored', () => {
  const clocks = { lastEventAtMs: 0, isReceived: true, nowMs: soon };
  expect(isPossibleRepeat(null, 'shipment.delivered', clocks)).toBe(false);
});

describe('of a parcel that was moved from another service', () => {
  const importedAtMs = UNTIL;
  const history = [
    { source: 'imported' as const, observations: [{ receivedAtMs: importedAtMs }] },
    { source: 'carrier' as const, observations: [{ receivedAtMs: importedAtMs + 90_000 }] },
  ];

  it('the time of the move is that of its history, not of what the carrier reported since', () => {
    expect(importedAt(history)).toBe(importedAtMs);
    expect(importedAt(history.slice(1))).toBeNull();
  });

  it('reports that repeat its history are held back, and so is what makes it certain', () => {
    const repeated = { lastEventAtMs: importedAtMs - 1, isReceived: true, nowMs: later };
    expect(isImportedHistory(importedAtMs, 'shipment.status_changed', repeated)).toBe(true);
    const timer = { ...repeated, isReceived: false };
    expect(isImportedHistory(importedAtMs, 'shipment.delivered', timer)).toBe(true);
    expect(isImportedHistory(importedAtMs, 'shipment.status_changed', timer)).toBe(false);
    const sameDay = { ...timer, nowMs: soon };
    expect(isImportedHistory(importedAtMs, 'shipment.status_changed', sameDay)).toBe(true);
  });

  it('what happened since is published, and what somebody has just done', () => {
    const since = { lastEventAtMs: importedAtMs + 1, isReceived: true, nowMs: soon };
    expect(isImportedHistory(importedAtMs, 'shipment.status_changed', since)).toBe(false);
    const before = { ...since, lastEventAtMs: importedAtMs - 1 };
    expect(isImportedHistory(importedAtMs, 'shipment.updated', before)).toBe(false);
    expect(isImportedHistory(null, 'shipment.status_changed', before)).toBe(false);
  });

  it('another date is news after the first day, as it needs no scan', () => {
    const reported = { lastEventAtMs: importedAtMs - 1, isReceived: true, nowMs: soon };
    expect(isImportedHistory(importedAtMs, 'shipment.edd_changed', reported)).toBe(true);
    const dayFive = { ...reported, nowMs: importedAtMs + 5 * SETTLING_MS };
    expect(isImportedHistory(importedAtMs, 'shipment.edd_changed', dayFive)).toBe(false);
  });
});
