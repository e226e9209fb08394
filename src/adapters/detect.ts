import type { NumberCandidate } from './contract.ts';
import type { Registry } from './registry.ts';

/** A carrier that a number may belong to, with the spelling it would be stored under. */
export interface DetectedCarrier extends NumberCandidate {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** Longest text anybody's number has, with blanks; anything longer is none. */
const NUMBER_CHARS_MAX = 64;

/** Candidates of all carriers, best first; equal certainty in the order of names. Pure, linear. */
export function detectCarriers(registry: Registry, input: string): DetectedCarrier[] {
  if (input.length > NUMBER_CHARS_MAX) return [];
  return registry
    .list()
    .flatMap(({ manifest, numbers }) => {
      const trackingNumber = numbers.normalize(input);
      return numbers
        .recognise(trackingNumber)
        .map((candidate) => ({ carrier: manifest.name, trackingNumber, ...candidate }));
    })
    .sort((a, b) => b.certainty - a.certainty);
}

/** A number is taken without its carrier only when one is at least this sure … */
const CERTAIN_ENOUGH = 0.5;
/** … and ahead of the next one by this much. */
const CLEARLY_AHEAD = 0.2;

/** The best candidate when no other carrier comes near it; null when one has to ask. */
export function clearWinner(candidates: readonly DetectedCarrier[]): DetectedCarrier | null {
  const [best] = candidates;
  if (best === undefined || best.certainty < CERTAIN_ENOUGH) return null;
  const rival = candidates.find(({ carrier }) => carrier !== best.carrier);
  const ahead = rival === undefined || best.certainty - rival.certainty >= CLEARLY_AHEAD;
  return ahead ? best : null;
}
