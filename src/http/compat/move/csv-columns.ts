import { ATTRIBUTES } from '../../../events/shipment-attributes.ts';

/** Columns of a CSV file with history: those of an import, and one row per event. */
export const MOVE_COLUMNS = ['id', 'created_at', 'estimated_delivery'] as const;

const EVENT_COLUMNS = [
  ...(['event_at', 'event_status', 'event_reason', 'event_milestone', 'event_code'] as const),
  ...(['event_city', 'event_region', 'event_postal_code', 'event_country'] as const),
] as const;
export type EventColumn = (typeof EVENT_COLUMNS)[number];

export const RECIPIENT_MEMBERS = ['name', 'email', 'phone', 'locale'] as const;
export const ADDRESS_MEMBERS = [
  ...(['name', 'company', 'line1', 'line2', 'city', 'region', 'postal_code', 'country'] as const),
  ...(['lat', 'lng'] as const),
] as const;

/** The header of an exported file. */
export const CSV_HEADER: readonly string[] = [
  ...MOVE_COLUMNS,
  ...['tracking_number', 'carrier'],
  ...ATTRIBUTES.map(({ column }) => column),
  ...RECIPIENT_MEMBERS.map((member) => `recipient_${member}`),
  ...['origin', 'destination'].flatMap((end) => ADDRESS_MEMBERS.map((each) => `${end}_${each}`)),
  ...EVENT_COLUMNS,
];
