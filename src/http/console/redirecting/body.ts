import {
  type PickupPoint,
  REDIRECT_KINDS,
  type RedirectOption,
} from '../../../adapters/contract/extras.ts';
import type { ErrorText, Problem } from '../../../kernel/errors.ts';
import { redirect } from '../../api/redirects/schema.ts';
import { address } from '../../api/shipments/input-schema.ts';
import { parseBody } from '../../kit/validation.ts';

const fieldText = (form: URLSearchParams, name: string) => (form.get(name) ?? '').trim();

/**
 * The texts of a form's fields, by the API's members; empty ones are left out.
 *
 * @param members the name of the field for each member
 */
function filledFields(form: URLSearchParams, members: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(members).flatMap(([member, name]) => {
      const value = fieldText(form, name);
      return value === '' ? [] : [[member, value]];
    }),
  );
}

/**
 * Converts a form to a body of `POST /v1/shipments/{id}/redirect`.
 *
 * @throws Problem 422 with a pointer for each field
 */
export function redirectFrom(form: URLSearchParams) {
  const kind = REDIRECT_KINDS.find((each) => each === form.get('kind'));
  const contact = filledFields(form, {
    name: 'contact_name',
    phone: 'contact_phone',
    email: 'contact_email',
  });
  const instructions = fieldText(form, 'instructions');
  return parseBody(redirect, {
    to: targetFrom(kind ?? '', form),
    ...(Object.keys(contact).length === 0 ? {} : { contact }),
    ...(instructions === '' ? {} : { instructions }),
    replace: form.get('replace') === 'yes',
  });
}

function targetFrom(kind: string, form: URLSearchParams): Readonly<Record<string, unknown>> {
  switch (kind) {
    case 'pickup_point':
      return { kind, ...filledFields(form, { point_id: 'point_id' }) };
    case 'address': {
      const lines = [fieldText(form, 'line1'), fieldText(form, 'line2')].filter(
        (line) => line !== '',
      );
      const names = ['name', 'city', 'region', 'postal_code', 'country'];
      const rest = filledFields(form, Object.fromEntries(names.map((name) => [name, name])));
      return { kind, address: { ...rest, lines } };
    }
    case 'reschedule':
      return { kind, ...filledFields(form, { date: 'date' }) };
    case 'return':
      return { kind, ...filledFields(form, { reason: 'reason' }) };
    default:
      return { kind };
  }
}

/** The parts of an address that locate the door. */
const ADDRESS_PARTS = ['line1', 'line2', 'city', 'region', 'postal_code', 'country'] as const;

/** Address members for own couriers. */
export const ADDRESS_FIELDS = ['name', 'company', ...ADDRESS_PARTS] as const;

type Destination = Readonly<Record<string, unknown>>;

/**
 * Converts a form to the `destination` of `PATCH /v1/shipments/{id}`. Coordinates stay if only
 * the resident has changed; for another door they are dropped.
 *
 * @param before null: no destination yet.
 * @throws Problem 422 with a pointer for each field
 */
export function destinationFrom(form: URLSearchParams, before: Destination | null): Destination {
  const given: Destination = parseBody(
    address,
    filledFields(form, Object.fromEntries(ADDRESS_FIELDS.map((name) => [name, name]))),
  );
  if (Object.keys(given).length === 0) return given;
  const isSameAddress = ADDRESS_PARTS.every(
    (name) => addressPart(before, name) === addressPart(given, name),
  );
  const { lat, lng } = before ?? {};
  if (!isSameAddress || typeof lat !== 'number' || typeof lng !== 'number') return given;
  return { ...given, lat, lng };
}

function addressPart(of: Destination | null, name: string): string {
  const value = of?.[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** Possible actions for a parcel, or why there are none and what helps instead. */
export type Possible =
  | {
      readonly kind: 'carrier';
      readonly options: readonly RedirectOption[];
      /** Possible pickup points; empty: its carrier lists none near the destination. */
      readonly points: readonly PickupPoint[];
    }
  | {
      readonly kind: 'own';
      /** Days to choose from; empty: none now. */
      readonly dates: readonly string[];
      /** The current address; null: unknown, or hidden from the reader. */
      readonly destination: Readonly<Record<string, unknown>> | null;
    }
  /**
   * No request is possible here, but something else may help; with reasons in sentences, if known.
   */
  | { readonly kind: 'none'; readonly why: readonly ErrorText[] }
  | { readonly kind: 'ended' };

/** The submitted values to show again, and the error. */
export interface Refusal {
  readonly problem: Problem;
  readonly said: URLSearchParams;
}
