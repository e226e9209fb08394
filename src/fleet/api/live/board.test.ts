import { expect, it } from 'vitest';
import type { CourierPlace } from '../../positions/index.ts';
import { Board } from './board.ts';

const courierId = '0190b0a1-5e0b-7c3e-8f0b-000000000001';
const place: CourierPlace = {
  courierId,
  tenant: { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f81', mode: 'live' },
  receivedAtMs: 0,
  position: {
    atMs: 0,
    lat: 53,
    lng: 9,
    accuracyM: null,
    speedKmh: null,
    heading: null,
    battery: null,
  },
};
const NOBODY = '"reset":true,"couriers":[],"gone":[]';

it('does not bring back a courier whose shift ends while all places are being loaded', () => {
  const board = new Board();
  board.drop(courierId);
  board.load([place], 1);
  expect(board.part(null, null)).toBe(NOBODY);
  // A later shift does bring the courier back.
  board.show(place);
  expect(board.part(null, null)).not.toBe(NOBODY);
});

it('shows a courier whose next shift begins while all places are being loaded', () => {
  const board = new Board();
  board.drop(courierId);
  board.show(place);
  board.load([place], 1);
  expect(board.part(null, null)).not.toBe(NOBODY);
});
