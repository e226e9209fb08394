import type { CodeMatch } from '../contract.ts';
import { eventOfWords } from './reading/words.ts';

/** Codes under the manifest's keys; null when there is none. An exception alone is no event. */
export function codesOf(
  event: string | undefined,
  exception: string | undefined,
  derived: string | undefined,
): CodeMatch | null {
  if (event === undefined && derived === undefined) return null;
  return {
    ...(event === undefined ? {} : { event }),
    ...(exception === undefined ? {} : { exception }),
    ...(derived === undefined ? {} : { derived }),
  };
}

/** Senders that fold case lose that FedEx writes its codes in capitals, all but one. */
export function canonicalCode(code: string | undefined): string | undefined {
  const upper = code?.toUpperCase();
  return upper === 'OW' ? 'Ow' : upper;
}

/** FedEx's codes have two letters; a longer one may be the words of one, as `OUT_FOR_DELIVERY`. */
const CONSTANT = /^[A-Z]{3,}(?:[_ -][A-Z]+)*$/;

/** The code of a scan or status, also where a sender spells its words like a constant instead. */
export function canonicalEvent(code: string | undefined): string | undefined {
  const canonical = canonicalCode(code);
  if (canonical === undefined || !CONSTANT.test(canonical)) return canonical;
  return eventOfWords(canonical) ?? canonical;
}
