import type { ZodError } from 'zod';
import type { ReportedPlace } from '../../../adapters/contract/contract.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { PlaceTime } from '../../../kernel/time/place-time.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import { isLocalDate } from '../../../prediction/index.ts';
import type { NewShipment } from '../../../tracking/ports/shipments.ts';
import type { Situation } from '../vocabulary.ts';

/** Ids are in an index, which refuses long ones; those of the services have 36 characters. */
export const ID_CHARS_MAX = 64;

/** One event in the history that another service has. */
export interface MovedEvent {
  readonly situation: Situation;
  /** The service's words, which are stored as the fact's code. */
  readonly words: string;
  /** The carrier's own code, if the service passes it on. */
  readonly code: string | null;
  readonly time: PlaceTime;
  readonly place: ReportedPlace | null;
}

/** A parcel as another service has it. */
export interface MovedParcel {
  /** At least one; the first is the one that the service shows. */
  readonly externalIds: readonly string[];
  readonly createdAtMs: number;
  readonly wanted: NewShipment;
  /** In the service's order. */
  readonly events: readonly MovedEvent[];
  /** The expected day at the destination, `2026-11-30`; null: unknown. */
  readonly expectedOn: string | null;
}

/** A parcel of the service, or why it cannot be moved. */
export type ReadParcel =
  | {
      readonly parcel: MovedParcel;
      /** What is doubtful, or was left out because it cannot be used; absent or blank: nothing. */
      readonly warning?: string | undefined;
    }
  | { readonly refused: NamedParcel };

/** A parcel of a report, under the id that the service shows. */
export interface NamedParcel {
  readonly id: string;
  readonly reason: string;
}

/** Some parcels of a service. */
export interface MovePage {
  readonly parcels: readonly ReadParcel[];
  /** Where the next page begins, for a move that continues later; null: nowhere. */
  readonly next: string | null;
  /** Whether it is the newest page although a later one was asked for: that is no longer known. */
  readonly startsOver?: boolean;
}

/** Reads a parcel; what cannot be registered here becomes the reason. */
export function readParcel(id: string, read: () => MovedParcel, warning?: string): ReadParcel {
  try {
    return { parcel: read(), warning };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const [first] = error.errors;
    const reason =
      first === undefined
        ? errorText(error.detail)
        : `${first.pointer.slice(1)}: ${errorText(first.reason)} ${errorText(first.fix)}`;
    return { refused: { id, reason } };
  }
}

/** The first fault of what a service sent, in a few words. */
export function faultText({ issues: [first] }: ZodError): string {
  return first === undefined
    ? ''
    : [first.path.join('.'), first.message].filter(Boolean).join(': ');
}

/** A place as reports have it; null if nothing is known of it. */
export function placeOf(
  city: string | null | undefined,
  region: string | null | undefined,
  postalCode: string | null | undefined,
  country: string | null | undefined,
): ReportedPlace | null {
  if (!city && !region && !postalCode && !country) return null;
  const known = country && COUNTRY.test(country) ? country : null;
  const texts = { city: city || null, region: region || null, postalCode: postalCode || null };
  return { ...texts, country: known, facility: null };
}

/** The day in a text such as `2026-11-30T00:00:00Z`; null if there is none. */
export function dayOf(text: string | null | undefined): string | null {
  const day = text?.slice(0, '2026-11-30'.length) ?? '';
  return isLocalDate(day) ? day : null;
}

/** ISO 3166-1 alpha-2. */
const COUNTRY = /^[A-Z]{2}$/;
