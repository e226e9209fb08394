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
