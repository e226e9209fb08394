import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { at, dateOnly, fact, ingested, snapshot, verdicts } from './test-given.ts';

const BRIDGE = { source: 'bridge', bridge: 'relay' } as const;

describe('what the carrier itself has reported', () => {
  it('decides up to its newest time; later facts of a bridge steer until it reports again', () => {
    const first = [
      fact('scan', 'in_transit', '08:00'),
      fact('early', 'out_for_delivery', '07:00', BRIDGE),
      fact('late', 'delivered', '12:00', BRIDGE),
    ];
    const before = fold(ingested(first));
    expect(before).toMatchObject({ status: 'delivered', steering: 'late', via: 'relay' });
    expect(verdicts(before)).toMatchObject({ early: 'superseded/direct by scan' });
    const after = fold(ingested([...first, fact('again', 'out_for_delivery', '13:00')]));
    expect(after).toMatchObject({ status: 'out_for_delivery', steering: 'again', via: null });
    expect(after.verdicts.every(({ shown }) => shown)).toBe(true);
  });

  it('decides again over a fact that a bridge dated ahead, once it reports after its receipt', () => {
    const ahead = fact('ahead', 'delivered', '+1 10:00', {
      ...BRIDGE,
      observations: [{ receivedAtMs: at('09:00') }],
    });
    const first = [fact('c', 'in_transit', '08:00'), ahead];
    expect(fold(ingested(first))).toMatchObject({ status: 'delivered', via: 'relay' });
    const again = fact('again', 'out_for_delivery', '20:00');
    expect(fold(ingested([...first, again]))).toMatchObject({
      status: 'out_for_delivery',
      via: null,
    });
  });

  it('decides up to the end of a date, but not beyond the receipt of the report', () => {
    const bridged = fact('b', 'delivered', '15:00', BRIDGE);
    const day = (receivedAtMs: number) =>
      fact('c', 'in_transit', dateOnly(0), { observations: [{ receivedAtMs }] });
    expect(fold(ingested([day(at('+1 08:00')), bridged])).status).toBe('in_transit');
    expect(fold(ingested([day(at('14:00')), bridged])).status).toBe('delivered');
  });

  it('decides up to the as-of time of a report', () => {
    const facts = [fact('c', 'in_transit', '08:00'), fact('b', 'delivered', '15:00', BRIDGE)];
    const stated = (asOfMs: number) => [snapshot('s', { asOfMs, receivedAtMs: at('16:00') })];
    expect(fold(ingested(facts, { snapshots: stated(at('14:00')) })).status).toBe('delivered');
    expect(fold(ingested(facts, { snapshots: stated(at('15:00')) })).status).toBe('in_transit');
    const ahead = [snapshot('s', { asOfMs: at('+9 00:00'), receivedAtMs: at('14:00') })];
    expect(fold(ingested(facts, { snapshots: ahead })).status).toBe('delivered');
  });

  it('does not decide by facts that do not count', () => {
    const facts = [
      fact('typo', 'in_transit', '+9 08:00', { observations: [{ receivedAtMs: at('09:00') }] }),
      fact('b', 'delivered', '15:00', BRIDGE),
    ];
    expect(fold(ingested(facts))).toMatchObject({ status: 'delivered', via: 'relay' });
  });

  it('is absent if only bridges report: they steer like a carrier', () => {
    const summary = fact(
      'b',
      'in_transit',
      { lo: Number.NEGATIVE_INFINITY, hi: at('09:00') },
      {
        ...BRIDGE,
        summary: true,
      },
    );
    const estimatedDelivery = { date: '2026-03-05', from: null, to: null };
    const snapshots = [snapshot('s', { bridge: 'relay', estimatedDelivery, returnFlag: true })];
    expect(fold(ingested([summary], { snapshots }))).toMatchObject({
      status: 'returning',
      estimatedDelivery,
    });
  });
});

it('a bridge’s statements about the whole parcel count from the carrier’s newest time on', () => {
  const facts = [fact('c', 'in_transit', '08:00')];
  const day = (date: string) => ({ estimatedDelivery: { date, from: null, to: null } });
  const snapshots = [
    snapshot('own', { asOfMs: at('07:00'), ...day('2026-03-05') }),
    snapshot('earlier', { bridge: 'relay', asOfMs: at('08:00'), ...day('2026-03-06') }),
  ];
  const later = snapshot('later', { bridge: 'relay', asOfMs: at('09:00'), ...day('2026-03-07') });
  const dateOf = (all: typeof snapshots) =>
    fold(ingested(facts, { snapshots: all })).estimatedDelivery?.date;
  expect(dateOf(snapshots)).toBe('2026-03-05');
  expect(dateOf([...snapshots, later])).toBe('2026-03-07');
});

it('a bridge’s statement dated ahead gives way when the carrier reports after its receipt', () => {
  const facts = [fact('c', 'in_transit', '08:00')];
  const day = (date: string) => ({ estimatedDelivery: { date, from: null, to: null } });
  const ahead = snapshot('ahead', {
    bridge: 'relay',
    asOfMs: at('+90 00:00'),
    receivedAtMs: at('09:00'),
    returnFlag: true,
    ...day('2026-04-30'),
  });
  expect(fold(ingested(facts, { snapshots: [ahead] }))).toMatchObject({ status: 'returning' });
  const own = snapshot('own', {
    asOfMs: at('20:00'),
    receivedAtMs: at('20:00'),
    returnFlag: false,
    ...day('2026-03-05'),
  });
  const after = fold(
    ingested([...facts, fact('again', 'out_for_delivery', '20:00')], { snapshots: [ahead, own] }),
  );
  expect(after.status).toBe('out_for_delivery');
  expect(after.estimatedDelivery?.date).toBe('2026-03-05');
});
