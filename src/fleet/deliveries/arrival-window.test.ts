import { expect, it } from 'vitest';
import { arrivalWindow } from './arrival-window.ts';

const at = (clock: string) => Date.parse(`2026-11-20T${clock}:00Z`);
const ROW = {
  state: 'assigned',
  readyAtMs: at('12:00'),
  deliveryFromMs: null,
  deliveryToMs: null,
  pickupAtMs: at('12:20'),
  arrivalAtMs: at('12:40'),
} as const;
const windowAt = (
  row: Partial<Parameters<typeof arrivalWindow>[0]>,
  now: string,
  isPickedUp = false,
) => {
  const window = arrivalWindow({ ...ROW, ...row }, { isPickedUp, nowMs: at(now) });
  const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  return window && `${clock(window.fromMs)}–${clock(window.toMs)}`;
};

it('is around the estimated arrival, and later by as much as the pickup is late', () => {
  expect(windowAt({}, '12:05')).toBe('12:30–13:00');
  expect(windowAt({}, '12:30')).toBe('12:40–13:10');
  expect(windowAt({}, '12:30', true)).toBe('12:30–13:00');
});

it('never begins in the past', () => {
  expect(windowAt({}, '12:35', true)).toBe('12:35–13:00');
  expect(windowAt({}, '14:00', true)).toBe('14:00–14:20');
});

it('is the requested window until that has passed', () => {
  const requested = { deliveryFromMs: at('16:00'), deliveryToMs: at('18:00') };
  expect(windowAt(requested, '12:05')).toBe('16:00–18:00');
  expect(windowAt({ deliveryToMs: at('18:00') }, '12:07')).toBe('12:05–18:00');
  expect(windowAt({ ...requested, arrivalAtMs: at('17:50') }, '18:05', true)).toBe('18:05–18:25');
});

it('is unknown without an estimate, and after the end', () => {
  expect(windowAt({ arrivalAtMs: null }, '12:05')).toBeNull();
  expect(windowAt({ state: 'ended' }, '12:05')).toBeNull();
});
