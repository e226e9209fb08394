import { openSinceS } from '../matching/travel-rules.ts';
import type { Simulation } from './simulate.ts';

const MINUTE_S = 60;

export interface Spread {
  readonly mean: number;
  readonly p90: number;
}

/** The results of a simulated day; in minutes, except ticks. */
export interface DayFigures {
  readonly name: string;
  readonly orders: number;
  readonly delivered: number;
  readonly click_to_door_min: Spread;
  readonly ready_to_door_min: Spread;
  /** From when an order may be assigned until it is. */
  readonly assignment_wait_min: { readonly mean: number; readonly p95: number };
  readonly tick_ms: { readonly p50: number; readonly p99: number };
}

export function dayFigures({ day, delivered, tickMs }: Simulation): DayFigures {
  const clickToDoor = delivered.map(({ order, dropoffS }) => (dropoffS - order.placedS) / MINUTE_S);
  const readyToDoor = delivered.map(({ order, dropoffS }) => (dropoffS - order.readyS) / MINUTE_S);
  const wait = delivered.map(
    ({ order, assignedS }) => (assignedS - openSinceS(order, day.rules)) / MINUTE_S,
  );
  return {
    name: day.name,
    orders: day.orders.length,
    delivered: delivered.length,
    click_to_door_min: {
      mean: rounded(mean(clickToDoor)),
      p90: rounded(quantile(clickToDoor, 0.9)),
    },
    ready_to_door_min: {
      mean: rounded(mean(readyToDoor)),
      p90: rounded(quantile(readyToDoor, 0.9)),
    },
    assignment_wait_min: { mean: rounded(mean(wait)), p95: rounded(quantile(wait, 0.95)) },
    tick_ms: { p50: rounded(quantile(tickMs, 0.5)), p99: rounded(quantile(tickMs, 0.99)) },
  };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The smallest value that is at least as large as this share of all. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
