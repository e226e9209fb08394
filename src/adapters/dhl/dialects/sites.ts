import { EVENTS_MAX } from '../reading/facts.ts';
import { isRecord } from '../reading/record.ts';
import { isFormerSiteParcel, readFormerSiteParcel } from './former-site.ts';
import { isGermanSiteParcel, readGermanSiteParcel } from './german-site.ts';
import type { ReadShipment } from './read-shipment.ts';

/**
 * What DHL's public tracking pages were filled from, the German one and the world's until 2020; kept
 * and passed on by others, never asked for. Null where `body` is neither.
 */
export function readSites(
  body: Record<string, unknown>,
  isPull: boolean,
  asked: string | undefined,
): readonly ReadShipment[] | null {
  const german = parcelsIn(body['sendungen'] ?? body, isGermanSiteParcel);
  const onlyOf = (list: readonly unknown[]) => (list.length === 1 ? asked : undefined);
  if (german !== null)
    return german.map((raw) => readGermanSiteParcel(raw, isPull, onlyOf(german)));
  const former = parcelsIn(body['results'] ?? body, isFormerSiteParcel);
  if (former === null) return null;
  return former.map((raw) => readFormerSiteParcel(raw, isPull, onlyOf(former)));
}

/** One parcel, or a list that holds nothing else; null for anything else. */
function parcelsIn(value: unknown, isParcel: (one: unknown) => boolean): readonly unknown[] | null {
  const list = Array.isArray(value) ? value : isRecord(value) ? [value] : [];
  return list.length > 0 && list.length <= EVENTS_MAX && list.every(isParcel) ? list : null;
}
