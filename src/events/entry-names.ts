/** The parts of a log entry that name things. */
export interface NamedEntry {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

type Members = Readonly<Record<string, unknown>>;

const RESOLVED = 'delivery_request.resolved';
const TYPES: ReadonlyMap<string, string> = new Map([['shipment.wish_settled', RESOLVED]]);
const HISTORY: ReadonlyMap<unknown, string> = new Map([
  ['wish_made', 'delivery_request_made'],
  ['wish_taken', 'delivery_request_accepted'],
  ['wish_refused', 'delivery_request_refused'],
  ['wish_done', 'delivery_request_done'],
  ['wish_replaced', 'delivery_request_replaced'],
]);

/** Every name that a type has ever been stored under, today's first. */
export function storedNamesOf(type: string): readonly string[] {
  return [type, ...[...TYPES].filter(([, now]) => now === type).map(([was]) => was)];
}

/**
 * An entry in the names of today. The log is never rewritten, so entries from before 0.1.0 say
 * `shipment.wish_settled` with a `wish`, and their cases `waits_for` and `taken_back`. What is in
 * today's names already is handed back as it is. Pure.
 */
export function inNamesOfToday(entry: NamedEntry): NamedEntry {
  const { type, data, previousAttributes } = entry;
  if (TYPES.has(type)) {
    return { type: TYPES.get(type) ?? type, data: requestOf(data), previousAttributes };
  }
  if (!('case' in data) && !('case' in previousAttributes)) return entry;
  return { type, data: caseOf(data), previousAttributes: caseOf(previousAttributes) };
}

function requestOf(data: Members): Members {
  if (!isMembers(data['wish'])) return data;
  const { wish, ...rest } = data;
  const state = wish['state'] === 'taken' ? 'accepted' : wish['state'];
  return { ...rest, delivery_request: { ...wish, state } };
}

function caseOf(data: Members): Members {
  const { case: is, happened } = data;
  if (!isMembers(is)) return data;
  return {
    ...data,
    case: renamedCase(is),
    ...(Array.isArray(happened)
      ? { happened: happened.map((each: unknown) => HISTORY.get(each) ?? each) }
      : {}),
  };
}

function renamedCase(is: Members): Members {
  const entries = Object.entries(is).map(([name, value]) => {
    if (name === 'waits_for') return ['waiting_for', value] as const;
    return [name, name === 'closed_by' && value === 'taken_back' ? 'retracted' : value] as const;
  });
  return Object.fromEntries(entries);
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
