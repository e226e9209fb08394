import { expect, it } from 'vitest';
import { Effects } from './ride-effects.ts';

it('few rides have little effect, many have their full effect', () => {
  const effects = new Effects<string>(30);
  effects.record('quick', -0.3);
  for (let index = 0; index < 3_000; index += 1) effects.record('slow', 0.2);
  expect(effects.of('quick')).toBeCloseTo(-0.3 / 31, 9);
  expect(effects.of('slow')).toBeCloseTo(0.2, 2);
  expect(effects.of('unknown')).toBe(0);
});

it('leaves a day out, so that no ride explains itself', () => {
  const effects = new Effects<number>(15);
  for (let index = 0; index < 10; index += 1) effects.recordOnDay(7, 1, 0.5);
  for (let index = 0; index < 5; index += 1) effects.recordOnDay(7, 2, -0.1);
  expect(effects.withoutDay(7, 1)).toBeCloseTo((5 * -0.1) / 20, 9);
  expect(effects.withoutDay(7, 2)).toBeCloseTo((10 * 0.5) / 25, 9);
  expect(effects.withoutDay(7, 3)).toBe(effects.of(7));
  const before = effects.of(7);
  effects.forgetDays();
  expect(effects.withoutDay(7, 1)).toBe(before);
  expect(new Effects(15, effects.entries()).of(7)).toBe(before);
});
