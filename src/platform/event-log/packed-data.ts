type Data = Readonly<Record<string, unknown>>;

/**
 * Nearly all entries have these members, so their values are stored in one array without names,
 * which makes an entry's data a third smaller. The order is part of what is stored: only append.
 * `status` has its name, because statements ask for it.
 */
const MEMBERS = [
  'carrier',
  'tracking_number',
  'tracking_url',
  'confirmed',
  'last_event_at',
  'time_zone',
  'created_at',
] as const;
/** The member with these values; no data have a member without a name. */
const PACKED = '';
/** Instants are stored as epoch ms, which JSON in PostgreSQL stores in two thirds of the bytes. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Returns an entry's data as they are stored; those without all of the members as they are. */
export function packData(data: Data): Data {
  if (!MEMBERS.every((member) => data[member] !== undefined)) return data;
  const rest = Object.entries(data).filter(([member]) => !NAMES.has(member));
  return { [PACKED]: MEMBERS.map((member) => packed(data[member])), ...Object.fromEntries(rest) };
}

const NAMES: ReadonlySet<string> = new Set(MEMBERS);

/** Returns the data that were stored; those of earlier versions were not packed. */
export function unpackData(stored: Data): Record<string, unknown> {
  const { [PACKED]: values, ...rest } = stored;
  if (!Array.isArray(values)) return { ...stored };
  const members = values.map((value, nr): [string, unknown] => [
    MEMBERS[nr] ?? '',
    typeof value === 'number' ? new Date(value).toISOString() : value,
  ]);
  return { ...Object.fromEntries(members), ...rest };
}

function packed(value: unknown): unknown {
  return typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : value;
}
