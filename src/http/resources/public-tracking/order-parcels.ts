import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import { openPersonal, type PublicOrderParcel } from '../../../tracking/index.ts';

/**
 * Those parcels of an order that this visitor may see: all of merchants with open look-up, and of
 * merchants that want to hear the postal code those it fits. A parcel that may not be seen leaves
 * no trace in the answer, so nobody learns that an order exists by asking.
 */
export function visibleParcels(
  parcels: readonly PublicOrderParcel[],
  postalCode: string | null,
  sealer: EnvelopeSealer,
): readonly PublicOrderParcel[] {
  const given = postalCode === null ? null : foldPostalCode(postalCode);
  return parcels.filter((parcel) => {
    if (parcel.order_lookup === 'open') return true;
    return given !== null && fits(destinationOf(parcel, sealer), given);
  });
}

/** `9-digit ZIP` and `ZIP` name the same place closely enough: the five that are common count. */
function fits(destination: string | null, given: string): boolean {
  if (destination === null) return false;
  const wanted = foldPostalCode(destination);
  if (wanted === given) return wanted !== '';
  const zips = /^\d{5}(\d{4})?$/;
  return zips.test(wanted) && zips.test(given) && wanted.length !== given.length
    ? wanted.slice(0, 5) === given.slice(0, 5)
    : false;
}

/** As people type it, `SW1A 1AA`, `sw1a1aa`, `1010-010`, it is one code. */
function foldPostalCode(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Null when none was given, when its key was destroyed, or when it cannot be opened. */
function destinationOf(
  { personal, data_key: dataKey }: PublicOrderParcel,
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
