import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { at, dateOnly, fact, ingested, snapshot, verdicts } from './test-given.ts';

const returning = fact('return', 'returning', '10:00', { reading: { reason: 'refused' } });
const OFF = { reading: { returnCancelled: true } };

describe('return latch', () => {
  it('lets later scans change only the place', () => {
    const state = fold(
      ingested([
        fact('before', 'out_for_delivery', '08:00'),
        returning,
        fact('hub', 'at_facility', '18:00'),
        fact('ofd', 'out_for_delivery', '+1 08:00'),
      ]),
    );
    expect(state).toMatchObject({
      status: 'returning',
      reason: 'refused',
      steering: 'return',
      returning: true,
    });
    expect(verdicts(state)).toEqual({
      before: 'standing/status',
      return: 'steering/status',
      hub: 'returning_place_only/return_latch by return',
      ofd: 'returning_place_only/return_latch by return',
    });
  });

  it('steers by the newest report of the return, latched since the earliest', () => {
    const state = fold(
      ingested([
        fact('hub', 'at_facility', '11:00'),
        fact('again', 'returning', '12:00', { reading: { reason: 'lost' } }),
        returning,
      ]),
    );
    expect(state).toMatchObject({ steering: 'again', reason: 'lost' });
    expect(verdicts(state)['hub']).toBe('returning_place_only/return_latch by return');
  });

  it('does not affect a delivery that was certainly before', () => {
    const state = fold(ingested([fact('delivered', 'delivered', '09:59'), returning]));
    expect(state).toMatchObject({ status: 'delivered', returning: false });
  });

  it('reads a delivery that may have been before as to the sender', () => {
    const state = fold(ingested([fact('delivered', 'delivered', dateOnly(0)), returning]));
    expect(state).toMatchObject({ status: 'returned_to_sender', steering: 'delivered' });
  });

  it('is lifted by a listed code that is certainly later', () => {
    const off = fact('off', 'none', '12:00', OFF);
    const facts = [returning, off, fact('ofd', 'out_for_delivery', '+1 08:00')];
    const state = fold(ingested(facts));
    expect(state).toMatchObject({ status: 'out_for_delivery', returning: false });
    expect(verdicts(state)['return']).toBe('superseded/return_latch by off');
    const delivered = fact('delivered', 'delivered', '+1 12:00');
    expect(fold(ingested([...facts, delivered])).status).toBe('delivered');
  });

  it('is not lifted by a code that may have been earlier', () => {
    const off = fact('off', 'none', dateOnly(0), OFF);
    expect(fold(ingested([returning, off])).status).toBe('returning');
    const vague = fact('return', 'returning', dateOnly(0));
    const noon = fact('off', 'none', '12:00', OFF);
    expect(fold(ingested([vague, noon])).status).toBe('returning');
  });

  it('is not lifted by a code after the parcel was handed back', () => {
    const state = fold(
      ingested([returning, fact('back', 'delivered', '12:00'), fact('off', 'none', '13:00', OFF)]),
    );
    expect(state.status).toBe('returned_to_sender');
  });

  it('latches again when the parcel is sent back after that', () => {
    const state = fold(
      ingested([
        returning,
        fact('off', 'in_transit', '12:00', OFF),
        fact('again', 'returning', '14:00'),
        fact('scan', 'in_transit', '15:00'),
      ]),
    );
    expect(state).toMatchObject({ status: 'returning', steering: 'again' });
  });

  it("shows a person's exception until something is received after it", () => {
    const decided = fact('lost', 'exception', '12:00', { source: 'command' });
    expect(fold(ingested([returning, decided])).status).toBe('exception');
    const state = fold(ingested([returning, decided, fact('scan', 'in_transit', '13:00')]));
    expect(state.status).toBe('returning');
    const carrier = fact('delay', 'exception', '12:00');
    expect(fold(ingested([returning, carrier])).status).toBe('returning');
  });
});

describe('return flag', () => {
  const scan = fact('scan', 'in_transit', '08:00');
  const flag = snapshot('flag', { returnFlag: true, asOfMs: at('12:00') });

  it('says returning by itself, without a steering fact', () => {
    const state = fold(ingested([scan], { snapshots: [flag] }));
    expect(state).toMatchObject({ status: 'returning', steering: null, returning: true });
    expect(fold(ingested([], { snapshots: [flag] })).status).toBe('returning');
  });

  it('reads a delivery at any time as to the sender', () => {
    const delivered = fact('delivered', 'delivered', '09:00');
    expect(fold(ingested([scan, delivered], { snapshots: [flag] })).status).toBe(
      'returned_to_sender',
    );
  });

  it('follows the newest snapshot with a return flag', () => {
    const no = snapshot('no', { returnFlag: false, asOfMs: at('13:00') });
    const silent = snapshot('silent', { asOfMs: at('14:00') });
    expect(fold(ingested([scan], { snapshots: [silent, no, flag] })).status).toBe('in_transit');
    const yes = snapshot('yes', { returnFlag: true, asOfMs: at('14:00') });
    expect(fold(ingested([scan], { snapshots: [yes, no] })).status).toBe('returning');
  });

  it('orders snapshots of one as-of time by when we received them, then by inbound message', () => {
    const receivedAtMs = at('23:30');
    const no = snapshot('a', { returnFlag: false, asOfMs: at('12:00'), receivedAtMs });
    expect(fold(ingested([scan], { snapshots: [flag, no] })).status).toBe('in_transit');
    const yes = snapshot('b', { returnFlag: true, asOfMs: at('12:00'), receivedAtMs });
    expect(fold(ingested([scan], { snapshots: [yes, no] })).status).toBe('returning');
  });

  it('compares message ids before any other member of the two', () => {
    const no = snapshot('a', { returnFlag: false });
    const yes = Object.assign({ asOfMs: null }, snapshot('b', { returnFlag: true }));
    expect(fold(ingested([scan], { snapshots: [no, yes] })).status).toBe('returning');
  });

  it('is the same in any order when one message says both', () => {
    const both = [true, false].map((returnFlag) => snapshot('a', { returnFlag }));
    const statuses = [both, both.toReversed()].map(
      (snapshots) => fold(ingested([scan], { snapshots })).status,
    );
    expect(statuses[0]).toBe(statuses[1]);
  });

  it("comes after a person's exception that is older", () => {
    const decided = fact('lost', 'exception', '11:00', { source: 'command' });
    expect(fold(ingested([scan, decided], { snapshots: [flag] })).status).toBe('returning');
    const newer = fact('lost', 'exception', '13:00', { source: 'command' });
    const weak = { ...flag, trust: 'secret' as const };
    expect(fold(ingested([scan, newer], { snapshots: [weak] }))).toMatchObject({
      status: 'exception',
      confirmed: true,
    });
  });

  it('that is withdrawn does not lift what a fact says', () => {
    const no = snapshot('no', { returnFlag: false, asOfMs: at('13:00') });
    expect(fold(ingested([returning], { snapshots: [no] })).status).toBe('returning');
  });

  it('is lifted by a listed code that is certainly later', () => {
    const off = fact('off', 'in_transit', '12:01', OFF);
    expect(fold(ingested([scan, off], { snapshots: [flag] })).status).toBe('in_transit');
    const early = fact('off', 'in_transit', '12:00', OFF);
    expect(fold(ingested([scan, early], { snapshots: [flag] })).status).toBe('returning');
  });

  it('needs more than a static header to be confirmed', () => {
    const delivered = fact('delivered', 'delivered', '09:00');
    const weak = { ...flag, trust: 'secret' as const };
    const confirmed = (...snapshots: (typeof flag)[]) =>
      fold(ingested([delivered], { snapshots })).confirmed;
    expect(confirmed(flag)).toBe(true);
    expect(confirmed(weak)).toBe(false);
    expect(confirmed({ ...flag, asOfMs: at('11:00') }, weak)).toBe(true);
    expect(fold(ingested([scan], { snapshots: [weak] }))).toMatchObject({
      status: 'returning',
      confirmed: false,
    });
    expect(fold(ingested([returning])).confirmed).toBe(true);
    expect(fold(ingested([returning], { snapshots: [weak] })).confirmed).toBe(true);
    const no = snapshot('no', { returnFlag: false, asOfMs: at('11:30') });
    expect(confirmed({ ...flag, asOfMs: at('11:00') }, no, weak)).toBe(false);
  });
});
