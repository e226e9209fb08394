import { describe, expect, it } from 'vitest';
import { type DayMessage, dayAmong } from './day-notified.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
const MOVED = { position: 10n, day: '2026-03-13', recordedAtMs: NOW_MS };

/** A message about a move to another day that was sent long before. */
const other = (more: Partial<DayMessage> = {}): DayMessage => ({
  ofMove: true,
  position: 5n,
  recordedAtMs: NOW_MS - 24 * HOUR_MS,
  day: '2026-03-12',
  waits: false,
  ...more,
});

describe('a day that moved', () => {
  it('is new to an address that received no day, and corrects nothing', () => {
    expect(dayAmong(MOVED, [], NOW_MS)).toEqual({ kind: 'new', corrects: false });
  });

  it('corrects another day that was sent, by a move or by a warning', () => {
    expect(dayAmong(MOVED, [other()], NOW_MS)).toEqual({ kind: 'new', corrects: true });
    expect(dayAmong(MOVED, [other({ ofMove: false })], NOW_MS)).toEqual({
      kind: 'new',
      corrects: true,
    });
  });

  it('corrects nothing when the warning that was sent named the same day', () => {
    const warned = other({ ofMove: false, day: MOVED.day });
    expect(dayAmong(MOVED, [warned], NOW_MS)).toEqual({ kind: 'new', corrects: false });
  });

  it('is known when a move to it was the last that was sent', () => {
    expect(dayAmong(MOVED, [other({ day: MOVED.day })], NOW_MS)).toEqual({ kind: 'known' });
    const sentLast = [other({ day: MOVED.day, position: 7n }), other({ position: 6n })];
    expect(dayAmong(MOVED, sentLast, NOW_MS)).toEqual({ kind: 'known' });
    expect(dayAmong(MOVED, sentLast.toReversed(), NOW_MS)).toEqual({ kind: 'known' });
  });

  it('is not known by a message that still waits', () => {
    const waiting = other({ day: MOVED.day, waits: true, position: 7n });
    expect(dayAmong(MOVED, [waiting, other()], NOW_MS)).toEqual({ kind: 'new', corrects: true });
  });

  it('is outdated when a later move is there, and not by a later warning or by itself', () => {
    const later = other({ position: 11n });
    expect(dayAmong(MOVED, [other(), later], NOW_MS)).toEqual({ kind: 'outdated' });
    const warning = other({ position: 11n, ofMove: false });
    expect(dayAmong(MOVED, [warning], NOW_MS)).toEqual({ kind: 'new', corrects: false });
    const itself = other({ position: MOVED.position, day: MOVED.day });
    expect(dayAmong(MOVED, [itself], NOW_MS)).toEqual({ kind: 'new', corrects: false });
  });
});

describe('a day that moves again so soon', () => {
  const justNow = other({ recordedAtMs: NOW_MS - HOUR_MS + 1 });

  it('settles until it has stayed for an hour', () => {
    expect(dayAmong(MOVED, [justNow], NOW_MS)).toEqual({
      kind: 'settling',
      untilMs: NOW_MS + HOUR_MS,
    });
    expect(dayAmong(MOVED, [justNow], NOW_MS + HOUR_MS - 1)).toMatchObject({ kind: 'settling' });
    expect(dayAmong(MOVED, [justNow], NOW_MS + HOUR_MS)).toMatchObject({ kind: 'new' });
  });

  it('has settled when the one before is an hour old', () => {
    const anHour = other({ recordedAtMs: NOW_MS - HOUR_MS });
    expect(dayAmong(MOVED, [anHour], NOW_MS)).toMatchObject({ kind: 'new' });
  });

  it('need not settle when it is the day it was, or when a machine is notified', () => {
    const sameDay = { ...justNow, day: MOVED.day };
    expect(dayAmong(MOVED, [sameDay], NOW_MS)).toEqual({ kind: 'known' });
    expect(dayAmong(MOVED, [justNow], null)).toEqual({ kind: 'new', corrects: true });
  });
});
