import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import { openPersonal, type PublicOrderParcel } from '../../../tracking/index.ts';

/**
 * The parcels of an order this visitor may see: all those of merchants with open lookup, and those
 * of other merchants whose postal code matches. A hidden parcel leaves no trace in the answer, so
 * asking reveals no order.
 */
export function visibleParcels(
  parcels: readonly PublicOrderParcel[],
  postalCode: string | null,
  sealer: EnvelopeSealer,
): readonly PublicOrderParcel[] {
  const given = postalCode === null ? null : foldPostalCode(postalCode);
  return parcels.filter((parcel) => {
    if (parcel.orderLookup === 'open') return true;
    return given !== null && fits(destinationOf(parcel, sealer), given);
  });
}

/** A 9-digit and a 5-digit ZIP match when their first five digits do. */
function fits(destination: string | null, given: string): boolean {
  if (destination === null) return false;
  const wanted = foldPostalCode(destination);
  if (wanted === given) return wanted !== '';
  const zips = /^\d{5}(\d{4})?$/;
  return zips.test(wanted) && zips.test(given) && wanted.length !== given.length
    ? wanted.slice(0, 5) === given.slice(0, 5)
    : false;
}

/** Normalizes spellings such as `SW1A 1AA`, `sw1a1aa` and `1010-010`. */
function foldPostalCode(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Null when no destination was given, its key was destroyed, or it cannot be decrypted. */
function destinationOf(
  { personal, dataKey }: PublicOrderParcel,
  sealer: EnvelopeSealer,
): string | null {
  if (personal === null || dataKey === null) return null;
  try {
    const { destination } = openPersonal({ content: personal, dataKey }, sealer);
    const code = destination?.['postal_code'];
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}
