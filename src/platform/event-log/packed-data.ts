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
/** The key of these values; no entry has a member with an empty name. */
const PACKED = '';

/** Returns an entry's data as they are stored; those without all of the members as they are. */
export function packData(data: Data): Data {
  if (!MEMBERS.every((member) => data[member] !== undefined)) return data;
  const stored: Record<string, unknown> = {
    ...data,
    [PACKED]: MEMBERS.map((member) => packed(data[member])),
  };
  for (const member of MEMBERS) delete stored[member];
  return stored;
}

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

/** Instants are stored as epoch ms, which JSON in PostgreSQL stores in two thirds of the bytes. */
function packed(value: unknown): unknown {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) || new Date(ms).toISOString() !== value ? value : ms;
}
