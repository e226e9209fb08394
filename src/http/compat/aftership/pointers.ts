/** AfterShip's members for those of `/v1`; the longest that fits a pointer counts. */
const MEMBERS: readonly (readonly [ours: string, theirs: string])[] = [
  ['/order_ids', '/order_id'],
  ['/promised_date', '/order_promised_delivery_date/promised_delivery_date'],
  ['/service_level', '/shipment_type'],
  ['/metadata/aftership_', '/'],
  ['/metadata', '/custom_fields'],
  ['/tags', '/shipment_tags'],
  ['/recipient/phone', '/customers/0/phone_number'],
  ['/recipient/locale', '/language'],
  ['/recipient', '/customers/0'],
  ...(['origin', 'destination'] as const).flatMap((end) =>
    [
      ['country', 'country_region'],
      ['region', 'state'],
      ['line1', 'raw_location'],
      ['', ''],
    ].map(([ours, theirs]) => [`/${end}/${ours}`, `/${end}_${theirs}`] as const),
  ),
  ['/carrier', '/slug'],
];

/** Returns the pointer into AfterShip's body for one into ours. */
export function oursToTheirs(pointer: string): string {
  const found = MEMBERS.find(([ours]) => pointer.startsWith(ours));
  if (found === undefined) return pointer;
  const [ours, theirs] = found;
  return theirs + pointer.slice(ours.length);
}
