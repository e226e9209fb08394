const DAY_MS = 86_400_000;
/** Ten years: a longer period is a mistake. */
const DAYS_MAX = 3_650;
/** A new registration uses at most this much of the number's past. */
const UNCLAIMED_DAYS_MAX = 30;

/**
 * Every kind of data that is deleted after a time; docs/retention.md says which tables it is in.
 */
const RETENTION_KINDS = [
  'parcels',
  'deleted',
  'inbound',
  'unclaimed',
  'deliveries',
  'messages',
  'subscriptions',
  'polling',
  'proofs',
  'trails',
  'figures',
  'archives',
] as const;
type RetentionKind = (typeof RETENTION_KINDS)[number];

/** How long each kind of data is retained, in milliseconds. */
export interface Retention {
  /** Parcels and all data about them, after their last change; the log with them. */
  readonly parcelsMs: number;
  /** What remains of a deleted parcel: that it existed, and how it ended. */
  readonly deletedMs: number;
  /** Carriers' messages, sealed, about registered parcels. */
  readonly inboundMs: number;
  /** Carriers' messages about numbers that nobody registered, and unreadable ones. */
  readonly unclaimedMs: number;
  /** Deliveries to merchants' systems. */
  readonly deliveriesMs: number;
  /** Which notifications were sent, and which were not. */
  readonly messagesMs: number;
  /** Addresses subscribed to a parcel. */
  readonly subscriptionsMs: number;
  /** Numbers that are no longer polled. */
  readonly pollingMs: number;
  /** Proofs of delivery, after they came; that there was one is known as long as the parcel. */
  readonly proofsMs: number;
  /** The positions of couriers. */
  readonly trailsMs: number;
  /** Estimates that were shown, with their outcomes, and outcomes of cases. */
  readonly figuresMs: number;
  /** Files of the archive, after they were created. */
  readonly archivesMs: number;
  /**
   * The operator's retention for single carriers, by their ids, which replaces the term stated by
   * their adapters: parcels are removed this long after delivery. Null: the carrier agreed that
   * there is no such term.
   */
  readonly carriersMs: ReadonlyMap<string, number | null>;
}

const SETTING = 'WAYBILL_RETENTION';
const CARRIER = /^carrier\.([a-z0-9]+(?:-[a-z0-9]+)*)$/;

/** A setting that cannot be used, as in `ConfigFault`. */
interface Fault {
  readonly setting: string;
  readonly found: string;
  readonly expected: string;
}

type Texts = Readonly<Record<string, string | undefined>>;

interface Table {
  readonly days: ReadonlyMap<RetentionKind, number>;
  readonly carriers: ReadonlyMap<string, number | null>;
  /** The faults of the table, each part of a sentence. */
  readonly faults: readonly string[];
}

/**
 * Reads the table of periods, such as `parcels:60,carrier.my-carrier:none`, which changes the
 * default one.
 *
 * @param defaults the table that names every kind.
 */
export function readRetention(
  env: Texts,
  defaults: string,
): { readonly retention: Retention; readonly faults: Fault[] } {
  const text = env[SETTING] ?? '';
  const given = parseTable(text);
  const days = new Map([...parseTable(defaults).days, ...given.days]);
  const ms = (kind: RetentionKind) => (days.get(kind) ?? 0) * DAY_MS;
  const carriers = [...given.carriers].map(([carrier, count]): [string, number | null] => [
    carrier,
    count === null ? null : count * DAY_MS,
  ]);
  return {
    faults: given.faults.map((expected) => ({
      setting: SETTING,
      expected,
      found: JSON.stringify(text.slice(0, 120)),
    })),
    retention: {
      parcelsMs: ms('parcels'),
      deletedMs: ms('deleted'),
      inboundMs: ms('inbound'),
      unclaimedMs: ms('unclaimed'),
      deliveriesMs: ms('deliveries'),
      messagesMs: ms('messages'),
      subscriptionsMs: ms('subscriptions'),
      pollingMs: ms('polling'),
      proofsMs: ms('proofs'),
      trailsMs: ms('trails'),
      figuresMs: ms('figures'),
      archivesMs: ms('archives'),
      carriersMs: new Map(carriers),
    },
  };
}

/** Parses entries `kind:days`, separated by commas. All faults are reported at once. */
function parseTable(text: string): Table {
  const days = new Map<RetentionKind, number>();
  const carriers = new Map<string, number | null>();
  const faults: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [name = '', value = ''] = entry.split(':').map((part) => part.trim());
    const carrier = CARRIER.exec(name)?.[1];
    const kind = RETENTION_KINDS.find((each) => each === name);
    if (carrier !== undefined) {
      const count = value === 'none' ? null : daysOf(value, DAYS_MAX);
      if (carriers.has(carrier)) faults.push(`expected ${name} once`);
      else if (count === undefined)
        faults.push(`expected ${name}:none or whole days from 1 to ${DAYS_MAX}`);
      else carriers.set(carrier, count);
    } else if (kind === undefined) {
      faults.push(
        `expected kind:days separated by commas; "${name.slice(0, 40)}" is none of ${RETENTION_KINDS.join(', ')}, carrier.<id>`,
      );
    } else {
      const max = daysMaxOf(kind);
      const count = daysOf(value, max);
      if (days.has(kind)) faults.push(`expected ${name} once`);
      else if (count === undefined) faults.push(`expected ${name}: whole days from 1 to ${max}`);
      else days.set(kind, count);
    }
  }
  return { days, carriers, faults };
}

const daysMaxOf = (kind: RetentionKind) => (kind === 'unclaimed' ? UNCLAIMED_DAYS_MAX : DAYS_MAX);

function daysOf(text: string, max: number): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const count = Number(text);
  return count >= 1 && count <= max ? count : undefined;
}

/** Returns the periods of all kinds, in the order of the table. */
export function periodsOf(retention: Retention): readonly (readonly [RetentionKind, number])[] {
  return RETENTION_KINDS.map((kind) => [kind, retention[`${kind}Ms`]]);
}

/** Writes a period for people: `90 days`. */
export function inDays(ms: number): string {
  const days = Math.round(ms / DAY_MS);
  return days === 1 ? '1 day' : `${days} days`;
}
