import { describe, expect, it } from 'vitest';
import { cpuMsSince } from '../../kernel/test-runs.ts';
import type { Interval } from '../../kernel/time/place-time.ts';
import { fold } from './fold.ts';
import { at, fact, type GivenFact, ingested, verdicts } from './test-given.ts';

const UNKNOWN_ZONE_MS = 14 * 3_600_000;

/** A fact that a bridge reported. */
function bridged(
  identity: string,
  status: Parameters<typeof fact>[1],
  when: string | Interval,
  given: GivenFact = {},
) {
  return fact(identity, status, when, { source: 'bridge', bridge: 'relay', ...given });
}

/** A local time whose zone is unknown. */
const withoutZone = (local: string): Interval => ({
  lo: at(local) - UNKNOWN_ZONE_MS,
  hi: at(local) + UNKNOWN_ZONE_MS,
});
const NO_ZONE: GivenFact = { observations: [{ offsetMin: null, zoneSource: 'none' }] };
const zoned = (offsetMin: number): GivenFact => ({ observations: [{ offsetMin }] });

const shown = (facts: Parameters<typeof ingested>[0]) =>
  fold(ingested(facts)).verdicts.flatMap((each) => (each.shown ? [each.identity] : []));

describe('a fact of a bridge is the carrier’s fact', () => {
  it('with the same status in the same minute', () => {
    const lo = at('08:00') + 59_000;
    const facts = [fact('c', 'in_transit', '08:00'), bridged('b', 'in_transit', { lo, hi: lo })];
    expect(verdicts(fold(ingested(facts)))).toEqual({
      b: 'same_fact/same_fact by c',
      c: 'steering/status',
    });
    expect(shown(facts)).toEqual(['c']);
  });

  it.each([
    ['the bridge', NO_ZONE, zoned(-300), '03:00', withoutZone('03:00')],
    ['the carrier', zoned(0), NO_ZONE, withoutZone('03:00'), '08:00'],
  ] as const)('if %s gave the local time without its zone', (_who, of, carriers, c, b) => {
    const [theirs, mine] = _who === 'the bridge' ? ['08:00', b] : [c, b];
    const facts = [fact('c', 'in_transit', theirs, carriers), bridged('b', 'in_transit', mine, of)];
    expect(shown(facts)).toEqual(['c']);
  });

  it('if several of its facts have the same time difference', () => {
    const facts = ['08:00', '09:30', '13:00'].flatMap((time, index) => [
      fact(`c${index}`, 'in_transit', time, zoned(60)),
      bridged(`b${index}`, 'in_transit', withoutZone(time), NO_ZONE),
    ]);
    expect(shown(facts)).toEqual(['c0', 'c1', 'c2']);
  });

  it('if its times are in UTC without saying so, which most of its facts show', () => {
    // By the local time alone, the first of the bridge would be the second of the carrier.
    const facts = ['08:00', '09:00', '11:30', '15:10'].flatMap((time, index) => [
      fact(`c${index}`, 'in_transit', time, zoned(-60)),
      bridged(`b${index}`, 'in_transit', withoutZone(time), NO_ZONE),
    ]);
    expect(shown(facts)).toEqual(['c0', 'c1', 'c2', 'c3']);
  });

  it('by local time rather than UTC, if a time without a zone fits both', () => {
    const facts = [
      fact('c1', 'in_transit', '08:00', zoned(60)),
      fact('c2', 'in_transit', '09:00', zoned(60)),
      bridged('b', 'in_transit', withoutZone('09:00'), NO_ZONE),
    ];
    expect(verdicts(fold(ingested(facts)))).toHaveProperty('b', 'same_fact/same_fact by c1');
  });

  it('if the carrier’s fact was imported from another service', () => {
    const facts = [
      fact('c', 'in_transit', '08:00', { source: 'imported' }),
      bridged('b', 'in_transit', '08:00'),
    ];
    expect(shown(facts)).toEqual(['c']);
  });

  it('or that of another bridge', () => {
    const facts = [
      bridged('b', 'in_transit', '08:00'),
      bridged('a', 'in_transit', '08:00', { bridge: 'other' }),
    ];
    expect(shown(facts)).toEqual(['a']);
  });

  it('and leaves it the carrier’s time, place and trust, even if the bridge’s are better', () => {
    const facts = [
      fact('c', 'delivered', '08:00', {
        observations: [{ trust: 'secret', zoneSource: 'carrier_policy' }],
      }),
      bridged('b', 'delivered', '08:00', { observations: [{ trust: 'pulled' }] }),
    ];
    const state = fold(ingested(facts));
    expect(state).toMatchObject({
      status: 'delivered',
      confirmed: false,
      steering: 'c',
      via: null,
    });
    expect(state.verdicts.find(({ identity }) => identity === 'c')).toMatchObject({
      winningInboundMessageId: 'c-0',
    });
  });
});

describe('a fact of a bridge stays separate', () => {
  it.each<[string, GivenFact, string, Parameters<typeof fact>[1]]>([
    ['ten minutes later', {}, '08:10', 'in_transit'],
    ['with another status', {}, '08:00', 'at_facility'],
    ['of another piece', { piece: 'A' }, '08:00', 'in_transit'],
    ['that is a summary', { summary: true }, '08:00', 'in_transit'],
  ])('%s', (_what, given, when, status) => {
    const facts = [fact('c', 'in_transit', '08:00'), bridged('b', status, when, given)];
    expect(shown(facts)).toContain('b');
  });

  it.each(['none', 'exception'] as const)('with another reason for %s', (status) => {
    const [mine, theirs] = [{ reading: { reason: 'damaged' } }, { reading: { reason: 'weather' } }];
    const facts = [fact('c', status, '08:00', theirs), bridged('b', status, '08:00', mine)];
    expect(verdicts(fold(ingested(facts)))).not.toHaveProperty('b', 'same_fact/same_fact by c');
    const same = [fact('c', status, '08:00', mine), bridged('b', status, '08:00', mine)];
    expect(verdicts(fold(ingested(same)))).toHaveProperty('b', 'same_fact/same_fact by c');
  });

  it('if no zone has that difference', () => {
    const facts = [
      fact('c', 'in_transit', '08:00', zoned(0)),
      bridged('b', 'in_transit', withoutZone('08:10'), NO_ZONE),
    ];
    expect(shown(facts)).toEqual(['b', 'c']);
  });

  it('if it could be either of two facts, or two of them could be one', () => {
    const seconds = (identity: string, s: number) => {
      const lo = at('08:00') + s * 1_000;
      return fact(identity, 'in_transit', { lo, hi: lo });
    };
    const facts = [seconds('c1', 1), seconds('c2', 2), bridged('b', 'in_transit', '08:00')];
    expect(shown(facts)).toEqual(['b', 'c1', 'c2']);
    const both = [
      fact('c', 'in_transit', '08:00'),
      bridged('b1', 'in_transit', '08:00'),
      bridged('b2', 'in_transit', '08:00'),
    ];
    expect(shown(both)).toEqual(['b1', 'b2', 'c']);
  });

  it('in a history of thousands, which is read in linear time', () => {
    const many = Array.from({ length: 5_000 }, (_, nr) => [
      fact(`c${nr}`, 'in_transit', { lo: nr * 60_000, hi: nr * 60_000 }),
      bridged(`b${nr}`, 'in_transit', { lo: nr * 60_000, hi: nr * 60_000 }),
    ]).flat();
    const before = process.cpuUsage();
    expect(shown(many)).toHaveLength(10_000);
    expect(cpuMsSince(before)).toBeLessThan(5_000);
  });
});
