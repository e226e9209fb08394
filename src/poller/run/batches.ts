import type { Chosen } from '../due/choose.ts';

/** Calls that may be made right now, by purpose. */
export interface CallBudget {
  readonly refresh: number;
  readonly owed: number;
  readonly planned: number;
  /** Before then no call has its turn; 0 when one has. */
  readonly pacedUntilMs: number;
}

/** The numbers of one call. */
export interface Batch {
  readonly trackingNumbers: readonly string[];
  /** The strongest purpose among its numbers: the others ride along. */
  readonly purpose: Chosen['purpose'];
}

const STRENGTH: readonly Chosen['purpose'][] = ['refresh', 'owed', 'planned'];

/**
 * The calls to make for chosen numbers, best first, as far as the budget reaches. Numbers with a
 * stronger purpose go first, so that what fills up their call costs nothing. Pure.
 */
export function batchesFor(
  chosen: readonly Chosen[],
  batchMax: number,
  budget: CallBudget,
): Batch[] {
  const ordered = STRENGTH.flatMap((purpose) => chosen.filter((each) => each.purpose === purpose));
  const batches: Batch[] = [];
  for (let at = 0; at < ordered.length; at += batchMax) {
    const numbers = ordered.slice(at, at + batchMax);
    const purpose = numbers[0]?.purpose ?? 'planned';
    // Calls used by stronger purposes are unavailable to the weaker ones too.
    if (batches.length >= budget[purpose]) break;
    batches.push({ purpose, trackingNumbers: numbers.map((each) => each.trackingNumber) });
  }
  return batches;
}
