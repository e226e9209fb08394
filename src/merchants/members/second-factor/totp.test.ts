import { Secret } from 'otpauth';
import { expect, it } from 'vitest';
import { systemRandom } from '../../../platform/clock.ts';
import { newTotpSecret, totpStep, totpUri } from './totp.ts';

/** RFC 6238, appendix B, for SHA-1: the last six of the eight digits. */
const SECRET = Secret.fromLatin1('12345678901234567890').base32;
const VECTORS = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;

it.each(VECTORS)('at %i s knows the code of RFC 6238', (atS, code) => {
  expect(totpStep(SECRET, code, atS * 1_000)).toBe(Math.floor(atS / 30));
});

it('accepts a code from half a minute before and after, and none from further away', () => {
  const [atS, code] = [1_234_567_890, '005924'];
  const step = atS / 30;
  const steps = [-60, -30, 0, 30, 60].map((off) => totpStep(SECRET, code, (atS + off) * 1_000));
  expect(steps).toEqual([null, step, step, step, null]);
});

it.each(['', '00592', '0059244', '00592a', ' 05924', '٠٠٥٩٢٤'])('%j is no code', (code) => {
  expect(totpStep(SECRET, code, 1_234_567_890_000)).toBeNull();
});

it('makes secrets of 160 bits, and an address that apps read', () => {
  const secret = newTotpSecret(systemRandom);
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  const uri = new URL(totpUri(secret, { issuer: 'Waybill: shop', account: 'a&b@shop.example' }));
  expect([uri.protocol, uri.host, uri.searchParams.get('secret')]).toEqual([
    ...['otpauth:', 'totp', secret],
  ]);
  expect(uri.searchParams.get('issuer')).toBe('Waybill  shop');
});
