import type { BoardDelivery } from '../../deliveries/index.ts';
import { byDue } from './urgency.ts';

/** A delivery without a courier. */
export interface Waiting {
  readonly each: BoardDelivery;
  /** The letter on its card and at its pickup on the map. */
  readonly mark: string;
}

/** The deliveries without a courier, the most urgent first, with their marks. Pure. */
export function waitingOf(deliveries: readonly BoardDelivery[]): readonly Waiting[] {
  return deliveries
    .filter(({ row }) => row.state === 'open')
    .toSorted(byDue)
    .map((each, index) => ({ each, mark: markOf(index) }));
}

const LETTERS = 26;

/** `A` to `Z`, then `A2` and so on. Pure. */
function markOf(index: number): string {
  const round = Math.floor(index / LETTERS);
  return String.fromCodePoint(65 + (index % LETTERS)) + (round === 0 ? '' : `${round + 1}`);
}
