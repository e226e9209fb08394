import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distanceM } from '../../kernel/places/distance.ts';
import { missingProofs, PROOF_KINDS } from '../../kernel/proof-kinds.ts';
import { checkPin, mintPin, PIN_FAILURES_MAX, withPin } from './pin.ts';
import { isSameAddress, measured } from './prepare-proof.ts';

test('a PIN has four digits, whatever bytes are drawn', () => {
  for (let index = 0; index < 200; index += 1) expect(mintPin(randomBytes)).toMatch(/^\d{4}$/);
  const drawn = [Buffer.from([0xff, 0xff]), Buffer.from([0, 7])];
  expect(mintPin(() => drawn.shift() ?? Buffer.alloc(2))).toBe('0007');
});

test('a PIN is created where one is required, and stays the same', () => {
  const bare = { recipient: null, origin: null, destination: null };
  expect(withPin(bare, ['photo'], randomBytes)).toEqual(bare);
  const one = withPin(bare, ['pin'], randomBytes);
  expect(withPin(one, ['pin'], randomBytes)).toBe(one);
});

test('a PIN is compared only while few were wrong', () => {
  expect(checkPin('47 11', ['4711'], 0)).toBe('matched');
  expect(checkPin('4711', ['0815', '4711'], PIN_FAILURES_MAX - 1)).toBe('matched');
  expect(checkPin('4712', ['4711'], 0)).toBe('wrong');
  expect(checkPin('4711', ['4711'], PIN_FAILURES_MAX)).toBe('locked');
  expect(checkPin('4711', [], 0)).toBe('not_required');
});

test('missing is what is required and not given, in any order and number', () => {
  const kinds = fc.array(fc.constantFrom(...PROOF_KINDS));
  fc.assert(
    fc.property(kinds, kinds, (required, given) => {
      const missing = missingProofs(required, given);
      for (const kind of PROOF_KINDS) {
        expect(missing.includes(kind)).toBe(required.includes(kind) && !given.includes(kind));
      }
      expect(missingProofs(required, [...given, ...missing])).toEqual([]);
    }),
  );
});

test('a distance is the same both ways, zero to itself, and correct for known places', () => {
  const hamburg = { lat: 53.5511, lng: 9.9937 };
  const berlin = { lat: 52.52, lng: 13.405 };
  expect(distanceM(hamburg, berlin)).toBeGreaterThan(254_000);
  expect(distanceM(hamburg, berlin)).toBeLessThan(256_500);
  const place = fc.record({
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lng: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  fc.assert(
    fc.property(place, place, (one, other) => {
      expect(distanceM(one, other)).toBeCloseTo(distanceM(other, one), 3);
      expect(distanceM(one, one)).toBe(0);
      expect(distanceM(one, other)).toBeLessThan(20_016_000);
    }),
  );
});

test('a place is measured if the address has coordinates, and else says so', () => {
  const place = { lat: 53.5511, lng: 9.9937, accuracyM: 8 };
  expect(measured(null, { destination: { lat: 53.5511, lng: 9.9937 } })).toBeNull();
  expect(measured(place, { destination: null })?.distanceM).toBeNull();
  expect(measured(place, { destination: { lat: 53.5511, lng: 9.9957 } })?.distanceM).toBe(132);
});

test('parcels share a door if person and address are the same', () => {
  const to = (line1: string, name = 'A. Example') => ({
    recipient: { name },
    origin: null,
    destination: { line1, city: 'Hamburg', country: 'DE' },
  });
  expect(isSameAddress(to('Oak St 2'), to('OAK ST 2'))).toBe(true);
  expect(isSameAddress(to('Oak St 2'), to('Oak St 4'))).toBe(false);
  expect(isSameAddress(to('Oak St 2'), to('Oak St 2', 'B. Example'))).toBe(false);
  const nowhere = { recipient: { name: 'A' }, origin: null, destination: null };
  expect(isSameAddress(nowhere, nowhere)).toBe(false);
});
