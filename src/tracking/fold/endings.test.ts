import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { at, dateOnly, fact, ingested, undated, verdicts } from './test-given.ts';

const CORRECTION = { reading: { correction: true } };

describe('cancelled', () => {
  const voided = fact('void', 'cancelled', '10:00');

  it('holds while only notices are known', () => {
    const notice = fact('notice', 'in_transit', '12:00', { reading: { logical: true } });
    expect(fold(ingested([voided, notice])).status).toBe('cancelled');
  });

  it('names the scan it yields to', () => {
    const state = fold(ingested([voided, fact('scan', 'picked_up', '08:00')]));
    expect(verdicts(state)).toEqual({
      scan: 'steering/status',
      void: 'cancelled_ignored/cancelled by scan',
    });
  });

  it('does not yield to a scan that did not happen, nor to another void', () => {
    const future = fact('future', 'picked_up', '+9 08:00', {
      observations: [{ receivedAtMs: at('08:00') }],
    });
    expect(fold(ingested([voided, future, fact('void2', 'cancelled', '11:00')])).status).toBe(
      'cancelled',
    );
  });

  it('yields to a delivery even if that is only computed', () => {
    const computed = fact('computed', 'delivered', '09:00', { reading: { logical: true } });
    expect(fold(ingested([voided, computed])).status).toBe('delivered');
  });
});

describe('correction', () => {
  const delivered = fact('delivered', 'delivered', '14:12');

  it('takes back nothing that was delivered after it', () => {
    const state = fold(ingested([fact('fix', 'none', '14:11', CORRECTION), delivered]));
    expect(state.status).toBe('delivered');
  });

  it('takes back every delivery that began before it was over', () => {
    const state = fold(
      ingested([
        fact('scan', 'out_for_delivery', '08:00'),
        delivered,
        fact('again', 'delivered', '14:30'),
        fact('fix', 'exception', '15:00', CORRECTION),
      ]),
    );
    expect(state).toMatchObject({ status: 'exception', steering: 'fix' });
    expect(verdicts(state)).toMatchObject({
      delivered: 'corrected/correction by fix',
      again: 'corrected/correction by fix',
    });
  });

  it('takes back a delivery that overlaps it, because it refers to that one', () => {
    const fix = fact('fix', 'in_transit', dateOnly(0), CORRECTION);
    expect(fold(ingested([delivered, fix])).status).toBe('in_transit');
  });

  it('takes back a delivery of that day when only the delivery is vague', () => {
    const vague = fact('vague', 'delivered', dateOnly(0));
    const fix = fact('fix', 'in_transit', '15:00', CORRECTION);
    expect(fold(ingested([vague, fix])).status).toBe('in_transit');
  });

  it('goes by the latest of several corrections', () => {
    const fixes = ['13:00', '15:00'].map((when) => fact(when, 'none', when, CORRECTION));
    expect(fold(ingested([delivered, ...fixes])).status).toBe('created');
  });

  it('lets a later delivery end the instance', () => {
    const state = fold(
      ingested([
        delivered,
        fact('fix', 'none', '15:00', CORRECTION),
        fact('second', 'delivered', '+1 10:00'),
        fact('late', 'in_transit', '+1 12:00'),
      ]),
    );
    expect(state).toMatchObject({ status: 'delivered', steering: 'second' });
    expect(verdicts(state)['late']).toBe('superseded/delivered by second');
  });

  it('counts for nothing when it is implausible', () => {
    const fix = fact('fix', 'none', '+9 08:00', {
      ...CORRECTION,
      observations: [{ receivedAtMs: at('15:00') }],
    });
    expect(fold(ingested([delivered, fix])).status).toBe('delivered');
  });

  it('takes back "returned to sender" as well', () => {
    const back = fact('back', 'returned_to_sender', '10:00');
    const fix = fact('fix', 'in_transit', '11:00', CORRECTION);
    expect(fold(ingested([back, fix])).status).toBe('in_transit');
  });
});

describe('delivered', () => {
  it('ends the instance with the earliest delivery: later returns and voids are history', () => {
    const state = fold(
      ingested([
        fact('delivered', 'delivered', '14:12'),
        fact('second', 'delivered', '14:20'),
        fact('return', 'returning', '+1 10:00'),
        fact('back', 'returned_to_sender', '+3 10:00'),
      ]),
    );
    expect(state).toMatchObject({ status: 'delivered', steering: 'delivered', returning: false });
    expect(verdicts(state)).toMatchObject({
      second: 'superseded/delivered by delivered',
      return: 'superseded/delivered by delivered',
      back: 'superseded/delivered by delivered',
    });
  });

  it('supersedes by rank what is only possibly later', () => {
    const state = fold(
      ingested([fact('delivered', 'delivered', '14:12'), fact('scan', 'in_transit', dateOnly(0))]),
    );
    expect(verdicts(state)['scan']).toBe('superseded/superseded by delivered');
  });

  it('without a time ends the instance when it was first received', () => {
    const timeless = fact('timeless', 'delivered', undated(at('12:00')));
    expect(fold(ingested([timeless, fact('later', 'in_transit', '12:01')])).status).toBe(
      'delivered',
    );
  });

  it('back at the sender ends the instance too', () => {
    const state = fold(
      ingested([
        fact('back', 'returned_to_sender', '10:00'),
        fact('scan', 'in_transit', '+1 10:00'),
        fact('delivered', 'delivered', '+2 10:00'),
      ]),
    );
    expect(state).toMatchObject({ status: 'returned_to_sender', returning: true });
  });

  it('overlapping "back at the sender" was to the sender', () => {
    const state = fold(
      ingested([
        fact('back', 'returned_to_sender', dateOnly(0)),
        fact('delivered', 'delivered', '10:00'),
      ]),
    );
    expect(state).toMatchObject({ status: 'returned_to_sender', steering: 'delivered' });
  });
});
