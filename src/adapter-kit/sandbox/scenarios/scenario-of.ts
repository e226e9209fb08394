import type { Scenario } from './scenario.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A scenario on one line, as carriers list them. */
export function scenarioOf(
  name: string,
  title: string,
  numbers: string | readonly string[],
  ...lives: Scenario['lives']
): Scenario {
  return { name, title, numbers: typeof numbers === 'string' ? [numbers] : numbers, lives };
}
