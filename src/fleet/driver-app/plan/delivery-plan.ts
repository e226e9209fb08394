import type {
  DriverFile,
  NewEntry,
  ParcelState,
  ProofKind,
  Signature,
} from '../../driver/index.ts';

/** The outcomes that a courier can report at an address. */
export const OUTCOMES = ['delivered', 'neighbour', 'attempted', 'refused', 'damaged'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Where a parcel was left, named as the hub's sub-statuses. */
export const PLACES = ['recipient', 'front_door', 'mailbox', 'reception'] as const;
type HandedOver = (typeof PLACES)[number];

/** Why nothing could be handed over, named as the hub's sub-statuses. */
export const REASONS = [
  'recipient_unavailable',
  'access_denied',
  'business_closed',
  'address_not_found',
  'no_secure_location',
  'payment_required',
  'id_check_failed',
] as const;

/** The courier's input so far; stored on the phone until it is confirmed. */
export interface DeliveryForm {
  readonly shipmentIds: readonly string[];
  readonly where: HandedOver;
  readonly name: string;
  readonly photos: readonly DriverFile[];
  readonly signature: Signature | null;
  readonly pin: string;
  readonly note: string;
  readonly reason: string;
}

export const EMPTY_FORM: Omit<DeliveryForm, 'shipmentIds'> = {
  where: 'recipient',
  name: '',
  photos: [],
  signature: null,
  pin: '',
  note: '',
  reason: '',
};

export type Missing = 'parcels' | 'photo' | 'signature' | 'pin' | 'name' | 'reason';

const HANDS_OVER: ReadonlySet<Outcome> = new Set(['delivered', 'neighbour']);

export const handsOver = (outcome: Outcome): boolean => HANDS_OVER.has(outcome);

/** Lists the input that is still missing before the form can be confirmed. */
export function missingIn(
  outcome: Outcome,
  form: DeliveryForm,
  required: readonly ProofKind[],
): readonly Missing[] {
  const needs = (kind: ProofKind) => HANDS_OVER.has(outcome) && required.includes(kind);
  const checks: readonly (readonly [Missing, boolean])[] = [
    ['parcels', form.shipmentIds.length === 0],
    ['reason', outcome === 'attempted' && form.reason === ''],
    ['name', outcome === 'neighbour' && form.name.trim() === ''],
    ['photo', (needs('photo') || outcome === 'damaged') && form.photos.length === 0],
    ['signature', needs('signature') && form.signature === null],
    ['pin', needs('pin') && form.pin.trim() === ''],
  ];
  return checks.flatMap(([input, isMissing]) => (isMissing ? [input] : []));
}

/** The phone's position. */
export interface Fix {
  readonly lat: number;
  readonly lng: number;
  readonly accuracy_m: number;
}

const STATES: Readonly<Record<Outcome, ParcelState>> = {
  delivered: 'delivered',
  neighbour: 'delivered',
  attempted: 'attempted',
  refused: 'attempted',
  damaged: 'exception',
};

/**
 * Returns the queue entries for a confirmed form. The proof comes first, because the hub checks a
 * delivery against existing proofs.
 * @param label the name of the entries in the queue.
 */
export function entriesOf(
  outcome: Outcome,
  form: DeliveryForm,
  fix: Fix | null,
  label: string,
): readonly NewEntry[] {
  const place = fix === null ? {} : { lat: fix.lat, lng: fix.lng };
  const { status, sub_status } = statusOf(outcome, form);
  const note = form.note.trim();
  return [
    ...proofOf(outcome, form, fix, label),
    ...form.shipmentIds.map(
      (id): NewEntry => ({
        label,
        event: {
          type: 'status',
          shipment_id: id,
          status,
          ...(sub_status === null ? {} : { sub_status }),
          ...(note === '' ? {} : { note }),
          ...place,
        },
        marks: { shipmentIds: [id], state: STATES[outcome] },
      }),
    ),
  ];
}

function statusOf(outcome: Outcome, { where, reason }: DeliveryForm) {
  switch (outcome) {
    case 'delivered':
      return { status: 'delivered', sub_status: where === 'recipient' ? null : where };
    case 'neighbour':
      return { status: 'delivered', sub_status: 'neighbour' };
    case 'attempted':
      return { status: 'delivery_attempted', sub_status: reason };
    case 'refused':
      return { status: 'delivery_attempted', sub_status: 'refused' };
    case 'damaged':
      return { status: 'exception', sub_status: 'damaged' };
  }
}

function proofOf(
  outcome: Outcome,
  { shipmentIds, photos, signature, name, pin }: DeliveryForm,
  fix: Fix | null,
  label: string,
): readonly NewEntry[] {
  if (outcome === 'attempted' || outcome === 'refused') return [];
  const isHandedOver = HANDS_OVER.has(outcome);
  const given = {
    ...(photos.length === 0 ? {} : { photos }),
    ...(signature === null || !isHandedOver ? {} : { signature }),
    ...(name.trim() === '' || !isHandedOver ? {} : { received_by: name.trim() }),
    ...(pin.trim() === '' || !isHandedOver ? {} : { pin: pin.trim() }),
  };
  if (Object.keys(given).length === 0) return [];
  return [{ label, proof: { shipment_ids: shipmentIds, ...given, ...fix } }];
}
