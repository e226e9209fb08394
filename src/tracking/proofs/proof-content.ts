import { distanceM, type LatLng } from '../../kernel/places/distance.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { Personal } from '../personal.ts';
import type { Signature } from './signature.ts';

/** Where a proof was taken. */
export interface ProofPlace extends LatLng {
  readonly accuracyM: number | null;
  /**
   * The distance to the address in whole metres; null if the address's coordinates are not known.
   */
  readonly distanceM: number | null;
}

/** The personal part of a proof, which is sealed with a key of its own. */
export interface ProofContent {
  readonly receivedBy: string | null;
  readonly place: ProofPlace | null;
  readonly signature: Signature | null;
  /** The digits of a counted wrong PIN. */
  readonly wrongPin?: string | undefined;
}

/** Seals the personal part of a proof with a new key. */
export function sealContent(content: ProofContent, sealer: EnvelopeSealer) {
  const { sealed, dataKey } = sealer.seal(Buffer.from(JSON.stringify(content), 'utf8'));
  return { content: sealed, dataKey };
}

const ERASED: ProofContent = { receivedBy: null, place: null, signature: null };

/** Opens the personal part of a proof; its members are null if it was erased. */
export function openContent(
  {
    content,
    dataKey,
  }: { readonly content: Uint8Array | null; readonly dataKey: Uint8Array | null },
  sealer: EnvelopeSealer,
): ProofContent {
  if (content === null || dataKey === null) return ERASED;
  return JSON.parse(Buffer.from(sealer.open(content, dataKey)).toString('utf8')) as ProofContent;
}

/** Returns the place with its distance to the parcel's destination. Pure. */
export function measured(
  place: (LatLng & { readonly accuracyM: number | null }) | null,
  { destination }: Pick<Personal, 'destination'>,
): ProofPlace | null {
  if (place === null) return null;
  const [lat, lng] = [destination?.['lat'], destination?.['lng']];
  const isKnown = typeof lat === 'number' && typeof lng === 'number';
  return { ...place, distanceM: isKnown ? Math.round(distanceM(place, { lat, lng })) : null };
}

/** Members of an address that identify the door. */
const ADDRESS_FIELDS = [
  'name',
  'company',
  'line1',
  'line2',
  'postal_code',
  'city',
  'country',
] as const;

/**
 * Whether two parcels go to the same person at the same door: then the PIN of one opens both. False
 * for a parcel without an address. Pure.
 */
export function isSameAddress(one: Personal, other: Personal): boolean {
  if (!one.destination?.['line1'] || !other.destination?.['line1']) return false;
  const placeOf = ({ recipient, destination }: Personal) =>
    JSON.stringify([
      recipient?.['name'] ?? null,
      recipient?.['email'] ?? null,
      ...ADDRESS_FIELDS.map((member) => destination?.[member] ?? null),
    ]).toLowerCase();
  return placeOf(one) === placeOf(other);
}
