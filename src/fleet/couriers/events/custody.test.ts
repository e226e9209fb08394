import { describe, expect, it } from 'vitest';
import {
  actionOfCode,
  actionOfStatus,
  type Claimed,
  custodyChange,
  type Holding,
} from './custody.ts';

const ME = 'me';
const HER = 'her';
const NOON = Date.UTC(2026, 2, 10, 12);
const MINUTE = 60_000;

const claim = (code: string, atMs = NOON, handover = false): Claimed => ({
  does: actionOfCode(code),
  atMs,
  handover,
});
const open = (courierId: string, isHeld: boolean): Holding['open'] => ({
  id: 'row',
  courierId,
  isHeld,
});
const nobodys: Holding = { open: null, ownPeriods: [] };
const had = (until: number, why: 'delivered' | 'given' = 'given'): Holding => ({
  open: null,
  ownPeriods: [{ id: 'old', sinceMs: NOON - 60 * MINUTE, untilMs: until, why }],
});

describe('custody of a parcel', () => {
  it.each(['PICKUP', 'LOAD', 'load'])('goes to whoever scans %s, if nobody has it', (code) => {
    expect(custodyChange(ME, nobodys, claim(code))).toEqual({ kind: 'take' });
    const planned = { open: open(HER, false), ownPeriods: [] };
    expect(custodyChange(ME, planned, claim(code))).toEqual({ kind: 'hold', id: 'row', from: HER });
    const ownParcel = { open: open(ME, true), ownPeriods: [] };
    expect(custodyChange(ME, ownParcel, claim(code))).toEqual({ kind: 'nothing' });
  });

  it('stays with its courier, unless a colleague scans it as handed over', () => {
    const hers = { open: open(HER, true), ownPeriods: [] };
    expect(custodyChange(ME, hers, claim('LOAD'))).toEqual({
      kind: 'refused',
      why: 'held_by_another',
      by: HER,
    });
    expect(custodyChange(ME, hers, claim('LOAD', NOON, true))).toEqual({
      kind: 'hand_over',
      id: 'row',
      from: HER,
    });
  });

  it.each(['DELIVERED', 'ATTEMPT', 'RETURN', 'GATE 7', 'UNDELIVERED'])(
    'lets only its courier report %s',
    (code) => {
      const refused = { kind: 'refused', why: 'not_yours' };
      expect(custodyChange(ME, nobodys, claim(code))).toEqual(refused);
      expect(custodyChange(ME, { open: open(HER, true), ownPeriods: [] }, claim(code))).toEqual(
        refused,
      );
      expect(custodyChange(ME, { open: open(ME, false), ownPeriods: [] }, claim(code))).toEqual(
        refused,
      );
      const ownParcel = { open: open(ME, true), ownPeriods: [] };
      expect(custodyChange(ME, ownParcel, claim(code)).kind).not.toBe('refused');
    },
  );

  it.each([
    ['DELIVERED', 'delivered'],
    ['RETURNED', 'returned'],
    ['ARRIVE', 'handed_in'],
    ['HOLD', 'handed_in'],
  ])('ends after %s', (code, why) => {
    const ownParcel = { open: open(ME, true), ownPeriods: [] };
    expect(custodyChange(ME, ownParcel, claim(code))).toEqual({ kind: 'end', id: 'row', why });
  });

  it('recorded offline counts from the time of the event', () => {
    const given = had(NOON);
    expect(custodyChange(ME, given, claim('ATTEMPT', NOON - MINUTE)).kind).toBe('nothing');
    expect(custodyChange(ME, given, claim('ATTEMPT', NOON + 4 * MINUTE)).kind).toBe('nothing');
    expect(custodyChange(ME, given, claim('ATTEMPT', NOON + 6 * MINUTE)).kind).toBe('refused');
    expect(custodyChange(ME, given, claim('ATTEMPT', NOON - 66 * MINUTE)).kind).toBe('refused');
  });

  it('resumes when a delivery is taken back, if nobody took the parcel since', () => {
    const later = NOON + 60 * MINUTE;
    const delivered = had(NOON, 'delivered');
    expect(custodyChange(ME, delivered, claim('UNDELIVERED', later))).toEqual({
      kind: 'reopen',
      id: 'old',
    });
    const hers = { ...delivered, open: open(HER, true) };
    expect(custodyChange(ME, hers, claim('UNDELIVERED', later)).kind).toBe('refused');
  });

  it('follows commands as it follows scans', () => {
    expect(actionOfStatus('picked_up')).toBe('take');
    expect(actionOfStatus('delivered')).toBe('delivered');
    expect(actionOfStatus('delivery_attempted')).toBe('other');
  });
});
