import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { createRateLimiter, networkOf } from './rate-limit.ts';

function limiter(options: { burst?: number; perS?: number; clientsMax?: number } = {}) {
  const clock = manualClock(1_000_000);
  return {
    clock,
    limiter: createRateLimiter({ name: 'test', burst: 3, perS: 2, clock, ...options }),
  };
}

describe('createRateLimiter', () => {
  it('rejects beyond the burst and says when a token will be available', () => {
    const { limiter: limit, clock } = limiter();
    expect([1, 2, 3].map(() => limit.take('192.0.2.1'))).toEqual([0, 0, 0]);
    expect(limit.take('192.0.2.1')).toBe(0.5);
    clock.advance(499);
    expect(limit.take('192.0.2.1')).toBeGreaterThan(0);
    clock.advance(1);
    expect(limit.take('192.0.2.1')).toBe(0);
    expect(limit.take('192.0.2.1')).toBe(0.5);
  });

  it('charges nothing for a rejection', () => {
    const { limiter: limit } = limiter();
    expect(limit.take('192.0.2.1', 2)).toBe(0);
    expect(limit.take('192.0.2.1', 2)).toBe(0.5);
    expect(limit.take('192.0.2.1', 1)).toBe(0);
  });

  it('admits the most expensive request with a full bucket, however small it is', () => {
    const { limiter: limit, clock } = limiter();
    expect(limit.take('192.0.2.1', 10)).toBe(0);
    expect(limit.take('192.0.2.1', 10)).toBe(1.5);
    clock.advance(1_500);
    expect(limit.take('192.0.2.1', 10)).toBe(0);
  });

  it('returns what is left without a charge', () => {
    const { limiter: limit, clock } = limiter();
    expect(limit.left('key')).toEqual({ remaining: 3, resetS: 0 });
    limit.take('key', 2);
    expect(limit.left('key')).toEqual({ remaining: 1, resetS: 1 });
    expect(limit.left('key')).toEqual({ remaining: 1, resetS: 1 });
    clock.advance(1_000);
    expect(limit.left('key')).toEqual({ remaining: 3, resetS: 0 });
  });

  it('neither drains nor stops when the clock is set back', () => {
    const { limiter: limit, clock } = limiter();
    limit.take('192.0.2.1');
    clock.advance(-3_600_000);
    expect(limit.take('192.0.2.1')).toBe(0);
    expect(limit.take('192.0.2.1')).toBe(0);
    clock.advance(500);
    expect(limit.take('192.0.2.1')).toBe(0);
  });

  it('counts each client separately, and a whole IPv6 network as one', () => {
    const { limiter: limit } = limiter({ burst: 1 });
    expect(limit.take('192.0.2.1')).toBe(0);
    expect(limit.take('192.0.2.2')).toBe(0);
    expect(limit.take('2001:db8::1')).toBe(0);
    expect(limit.take('2001:db8::ffff:1')).toBeGreaterThan(0);
    expect(limit.take('2001:db8:0:1::1')).toBe(0);
  });

  it('evicts the client idle longest, never an active one', () => {
    const { limiter: limit } = limiter({ burst: 1, clientsMax: 3 });
    limit.take('192.0.2.1');
    limit.take('192.0.2.2');
    for (let i = 0; i < 50; i += 1) {
      limit.take(`198.51.100.${i}`);
      expect(limit.take('192.0.2.1')).toBeGreaterThan(0);
    }
    expect(limit.take('192.0.2.2')).toBe(0);
  });

  it('never admits more than burst and rate allow, whatever the rhythm', () => {
    const rhythm = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(rhythm, (waitsMs) => {
        const { limiter: limit, clock } = limiter();
        let passed = 0;
        let elapsedMs = 0;
        for (const waitMs of waitsMs) {
          clock.advance(waitMs);
          elapsedMs += waitMs;
          if (limit.take('192.0.2.1') === 0) passed += 1;
          expect(passed).toBeLessThanOrEqual(3 + (elapsedMs * 2) / 1_000 + 1e-6);
        }
      }),
      { seed: 7 },
    );
  });
});

describe('networkOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:a:b:c:d:e:f', '2001:db8:a:b::/64'],
    ['2001:DB8:00A:B::', '2001:db8:a:b::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['', ''],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
