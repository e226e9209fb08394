/**
 * Fields of AfterShip for which a shipment has no attribute of its own. They are stored in its
 * metadata, where `/v1` and the console show them too.
 */
export const OWN_FIELDS = [
  'title',
  'note',
  'order_id_path',
  'order_number',
  'order_date',
  'delivery_type',
  'pickup_location',
  'pickup_note',
  'tracking_ship_date',
  'location_id',
  'shipping_method',
  'shipment_direction',
] as const;

export type OwnField = (typeof OWN_FIELDS)[number];

type Scalar = string | number | boolean;
export type Metadata = Readonly<Record<string, Scalar>>;

/** Keeps these fields apart from custom fields of the same name. */
const PREFIX = 'aftership_';

/** The key of a field in the metadata. */
function metadataKey(field: OwnField): string {
  return `${PREFIX}${field}`;
}

/** The field as it was sent; null if it was not. */
export function ownField(metadata: Metadata, field: OwnField): string | null {
  const key = metadataKey(field);
  return Object.hasOwn(metadata, key) ? String(metadata[key]) : null;
}

/** The rest of the metadata; null if there is none. */
export function customFields(metadata: Metadata): Metadata | null {
  const rest = Object.entries(metadata).filter(([key]) => !key.startsWith(PREFIX));
  return rest.length === 0 ? null : Object.fromEntries(rest);
}

/**
 * Returns the metadata with other fields, and other custom fields if there are any.
 *
 * @param fields null removes one; absent ones stay.
 * @param custom replaces all custom fields; undefined: they stay.
 */
export function changedMetadata(
  before: Metadata,
  fields: Partial<Record<OwnField, string | null | undefined>>,
  custom: Metadata | undefined,
): Record<string, Scalar> {
  const own = Object.entries(before).filter(([key]) => key.startsWith(PREFIX));
  const changed = new Map<string, Scalar>([
    ...own,
    ...Object.entries(custom ?? customFields(before) ?? {}),
  ]);
  for (const field of OWN_FIELDS) {
    const value = fields[field];
    if (value === null) changed.delete(metadataKey(field));
    else if (value !== undefined) changed.set(metadataKey(field), value);
  }
  return Object.fromEntries(changed);
}
