import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { dateOnly, fact, ingested, verdicts } from './test-given.ts';

describe('superseded by rank', () => {
  it('considers standing facts only: a superseded fact supersedes nothing', () => {
    const state = fold(
      ingested([
        fact('pickup', 'picked_up', { lo: 0, hi: 10 }),
        fact('facility', 'at_facility', { lo: 5, hi: 30 }),
        fact('ofd', 'out_for_delivery', { lo: 25, hi: 40 }),
      ]),
    );
    expect(verdicts(state)).toEqual({
      pickup: 'standing/status',
      facility: 'superseded/superseded by ofd',
      ofd: 'steering/status',
    });
  });

  it('finds a long fact behind many short ones', () => {
    const state = fold(
      ingested([
        fact('long', 'out_for_delivery', { lo: 0, hi: 1_000 }),
        fact('short', 'out_for_delivery', { lo: 10, hi: 10 }),
        fact('scan', 'in_transit', { lo: 900, hi: 900 }),
        fact('later', 'in_transit', { lo: 1_001, hi: 1_001 }),
      ]),
    );
    expect(verdicts(state)).toEqual({
      long: 'standing/status',
      short: 'standing/status',
      scan: 'superseded/superseded by long',
      later: 'steering/status',
    });
  });

  it('counts touching intervals as overlapping', () => {
    const ofd = fact('ofd', 'out_for_delivery', { lo: 0, hi: 10 });
    expect(fold(ingested([ofd, fact('scan', 'in_transit', { lo: 10, hi: 20 })])).steering).toBe(
      'ofd',
    );
    expect(fold(ingested([ofd, fact('scan', 'in_transit', { lo: 11, hi: 20 })])).steering).toBe(
      'scan',
    );
  });

  it('lets a notice move nothing back, and forward only', () => {
    const notice = { reading: { logical: true } };
    const attempt = fact('attempt', 'delivery_attempted', '08:00');
    const state = fold(ingested([attempt, fact('notice', 'exception', '12:00', notice)]));
    expect(state.status).toBe('delivery_attempted');
    expect(verdicts(state)['notice']).toBe('superseded/superseded by attempt');
    const later = fact('later', 'available_for_pickup', '12:00', notice);
    expect(fold(ingested([attempt, later])).status).toBe('available_for_pickup');
  });

  it('lets a fact that is known only by its category move nothing back that a code says', () => {
    const coarse = { reading: { coarse: true } };
    const unlisted = fact('unlisted', 'in_transit', '12:00', coarse);
    const attempt = fact('attempt', 'delivery_attempted', '08:00');
    const rollup = fact('rollup', 'exception', '10:00', coarse);
    expect(verdicts(fold(ingested([attempt, rollup, unlisted])))).toEqual({
      attempt: 'steering/status',
      rollup: 'superseded/superseded by attempt',
      unlisted: 'superseded/superseded by attempt',
    });
    // Where nothing but categories is known, the last one counts, and a delivery always does.
    expect(fold(ingested([rollup, unlisted])).status).toBe('in_transit');
    const delivered = fact('delivered', 'delivered', '13:00', coarse);
    expect(fold(ingested([attempt, delivered])).status).toBe('delivered');
  });

  it('leaves a notice standing that was over before any fact of higher rank began', () => {
    const notice = fact('notice', 'in_transit', '06:00', { reading: { logical: true } });
    const state = fold(ingested([notice, fact('ofd', 'out_for_delivery', '08:00')]));
    expect(verdicts(state)['notice']).toBe('standing/status');
  });

  it('breaks ties by the end of the interval, then by identity', () => {
    const wide = fact('a', 'in_transit', dateOnly(0), { reading: { reason: 'wide' } });
    const narrow = fact('b', 'in_transit', '00:00');
    expect(fold(ingested([narrow, wide])).steering).toBe('a');
    expect(fold(ingested([fact('x', 'in_transit', '00:00'), narrow])).steering).toBe('x');
  });
});
