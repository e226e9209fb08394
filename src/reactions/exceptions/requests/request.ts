import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { uuidV7 } from '../../../kernel/ids.ts';
import { isCountryCode } from '../../../kernel/places/country-codes.ts';
import { isTerminal, type Status } from '../../../kernel/status.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import type { ShipmentUpdate } from '../../../tracking/ports/predictions.ts';
import type { Shipment, TrackingDeps } from '../../../tracking/ports/shipments.ts';
import type { CaseKind, ExceptionCase } from '../cases/case.ts';
import type { DeliveryRequestRow } from './requests.sql.ts';
import { DAY_WINDOWS } from './self-service.ts';

/** The maximum length of instructions for the driver; it is the API's own limit for a redirect. */
const INSTRUCTIONS_CHARS_MAX = 500;

/** Visible text: no control characters, no unpaired surrogates, no surrounding blanks. */
function line(charsMax: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(charsMax)
    .refine((text) => !UNSEEN.test(text), issueText('exceptions.removeControlCharacters'));
}

const UNSEEN = /\p{Cc}|\p{Cs}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** An address in the form of a shipment's destination. */
export const requestedAddress = z
  .strictObject({
    name: line(200).optional(),
    company: line(200).optional(),
    line1: line(200),
    line2: line(200).optional(),
    city: line(100),
    region: line(100).optional(),
    postal_code: line(16).optional(),
    country: line(2)
      .transform((code) => code.toUpperCase())
      .refine(isCountryCode, issueText('exceptions.useIso3166'))
      .optional(),
  })
  .meta({ id: 'RequestedAddress' });

export const deliveryRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('reschedule'),
    date: z.iso.date(issueText('values.useExistingDate')),
    window: z.enum(DAY_WINDOWS).nullable(),
    instructions: line(INSTRUCTIONS_CHARS_MAX).nullable(),
  }),
  z.strictObject({
    kind: z.literal('pickup_point'),
    point_id: line(64),
    /** The carrier's name for it, for the person who handles the request. */
    point: z
      .strictObject({
        name: z.string(),
        street: z.string().nullable(),
        city: z.string().nullable(),
      })
      .nullable(),
  }),
  z.strictObject({ kind: z.literal('hold_at_facility') }),
  z.strictObject({
    kind: z.literal('address'),
    /** Null: the merchant's address is confirmed. */
    address: requestedAddress.nullable(),
  }),
]);

/** The content of a request, as it is sealed. */
export type DeliveryRequest = z.output<typeof deliveryRequest>;

/** A new request in its stored form. */
export function newDeliveryRequestRow(
  { tracking }: { readonly tracking: TrackingDeps },
  shipment: Shipment,
  deliveryRequest: DeliveryRequest,
  how: Pick<DeliveryRequestRow, 'actor' | 'state' | 'caseId'>,
): DeliveryRequestRow {
  const nowMs = tracking.clock.nowMs();
  const { sealed, dataKey } = tracking.sealer.seal(
    Buffer.from(JSON.stringify(deliveryRequest), 'utf8'),
  );
  return {
    id: uuidV7(nowMs, tracking.randomBytes(10)),
    merchantId: shipment.merchantId,
    mode: shipment.mode,
    shipmentId: shipment.id,
    kind: deliveryRequest.kind,
    ...how,
    sealedDeliveryRequest: { content: sealed, dataKey },
    reference: null,
    createdAtMs: nowMs,
    settledAtMs: null,
  };
}

/** The content of a stored request; null when it was erased, or has a form no longer supported. */
export function openDeliveryRequest(
  { tracking }: { readonly tracking: TrackingDeps },
  { sealedDeliveryRequest }: Pick<DeliveryRequestRow, 'sealedDeliveryRequest'>,
): DeliveryRequest | null {
  if (sealedDeliveryRequest === null) return null;
  const text = tracking.sealer.open(sealedDeliveryRequest.content, sealedDeliveryRequest.dataKey);
  const read = deliveryRequest.safeParse(JSON.parse(Buffer.from(text).toString('utf8')));
  return read.success ? read.data : null;
}

/** Whether a stored request has the same content as the given one. */
export function isSameDeliveryRequest(
  deps: { readonly tracking: TrackingDeps },
  row: DeliveryRequestRow,
  deliveryRequest: DeliveryRequest,
): boolean {
  return (
    row.kind === deliveryRequest.kind &&
    isDeepStrictEqual(openDeliveryRequest(deps, row), deliveryRequest)
  );
}

/**
 * The final result of a request: a carrier or a person fulfils it, or nobody will. Its content
 * stays sealed; notifications to the recipient read it there.
 */
export interface ResolvedDeliveryRequest extends Pick<DeliveryRequestRow, 'id' | 'kind' | 'actor'> {
  readonly state: Extract<DeliveryRequestRow['state'], 'accepted' | 'done' | 'refused'>;
}

/** Returns the event about a settled request, for consumers of the log. */
export function resolvedRequestEvent({
  id,
  kind,
  actor,
  state,
}: ResolvedDeliveryRequest): ShipmentUpdate {
  return {
    type: 'delivery_request.resolved',
    also: { delivery_request: { id, kind, state, made_by: actor } },
  };
}

/** Possible actions on a case now, for those authorized by the API or a signed link. */
export const CASE_OPTIONS = [
  'reschedule',
  'redirect',
  'confirm_address',
  'approve_address',
  'add_evidence',
  'claim',
  'send_back',
  'resolve',
] as const;
type CaseOption = (typeof CASE_OPTIONS)[number];

/** Kinds of trouble that another day or another place may solve. */
const MENDED_BY_REQUEST: ReadonlySet<CaseKind> = new Set([
  'attempts',
  'address',
  'refused',
  'other',
  'request',
]);
const SENT_BACK_FROM: ReadonlySet<Status> = new Set([
  'picked_up',
  'in_transit',
  'at_facility',
  'delivery_attempted',
  'available_for_pickup',
  'exception',
]);

/**
 * The possible actions on a case.
 *
 * @param addressProposed whether the recipient has proposed an address that nobody has reviewed.
 */
export function optionsOf(
  { kind, state }: Pick<ExceptionCase, 'kind' | 'state'>,
  status: Status,
  addressProposed: boolean,
): CaseOption[] {
  if (state === 'closed') return [];
  const underWay = !isTerminal(status) && status !== 'returning';
  const asksAddress = kind === 'address' && underWay;
  const offered: readonly (readonly [CaseOption, boolean])[] = [
    ['reschedule', underWay && MENDED_BY_REQUEST.has(kind)],
    ['redirect', underWay && MENDED_BY_REQUEST.has(kind)],
    ['confirm_address', asksAddress && !addressProposed],
    ['approve_address', asksAddress && addressProposed],
    ['add_evidence', kind === 'damaged' || kind === 'lost'],
    ['claim', kind === 'damaged' || kind === 'lost'],
    ['send_back', SENT_BACK_FROM.has(status)],
    ['resolve', true],
  ];
  return offered.flatMap(([option, isOffered]) => (isOffered ? [option] : []));
}
