/** The facts that decide whether a table can be spread over servers. */
export interface Catalog {
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly triggers: readonly string[];
    readonly hasPrimaryKey: boolean;
  }[];
  readonly uniques: readonly Constraint[];
  readonly references: readonly Reference[];
}

interface Constraint {
  readonly table: string;
  readonly name: string;
  /** The columns of an index or key, in its order. */
  readonly columns: readonly string[];
}

interface Reference extends Constraint {
  readonly target: string;
  /** One for each of `columns`. */
  readonly targetColumns: readonly string[];
}

export interface DistributionPlan {
  /**
   * Tables that are spread over the servers; rows with the same value of `by` are on the same
   * server.
   */
  readonly spread: readonly SpreadTable[];
  /** Tables that grow with parcels and stay on one server, with the reason. */
  readonly staying: readonly StayingTable[];
}

export interface SpreadTable {
  readonly table: string;
  readonly by: string;
  /** The table with whose rows those of the same value are colocated; null: it is the first. */
  readonly beside: string | null;
  /** Whether a key identifies its rows while a shard moves to another server. */
  readonly hasPrimaryKey: boolean;
}

interface StayingTable {
  readonly table: string;
  /** The column by which to spread it, so that one parcel's rows are together. */
  readonly by: string;
  /** The obstacles in words. */
  readonly because: readonly string[];
}

/**
 * Which tables an engine such as Citus could spread with the current schema: the largest set that
 * needs nothing of the others. The engine requires the distribution column in every unique key, and
 * in every foreign key between spread tables, which are colocated; foreign keys to or from the
 * remaining tables are not allowed. Only tables of parcels are spread, so that a parcel's rows are on
 * one server. No table is copied to all servers: Citus would take over every
 * table that refers to it, `shipments` included, and run its statements by its own rules. Pure.
 */
export function distributionPlan(catalog: Catalog): DistributionPlan {
  const growing = growingTables(catalog);
  const spread = new Set(growing);
  const because = (table: string) => obstaclesTo(catalog, table, { growing, spread });
  for (let before = -1; before !== spread.size; ) {
    before = spread.size;
    for (const table of [...spread]) if (because(table).length > 0) spread.delete(table);
  }
  return {
    spread: inColocatedOrder(catalog, [...spread]),
    staying: [...growing]
      .filter((table) => !spread.has(table))
      .map((table) => ({ table, by: columnOf(catalog, table).by, because: because(table) })),
  };
}

/**
 * Returns the tables that have a row for each parcel, scan, message or similar, and those that
 * refer to them.
 */
export function growingTables({ tables, references }: Catalog): ReadonlySet<string> {
  const found = new Set(
    tables
      .filter(({ name, columns }) => SPREAD_BY.some((each) => isSpreadBy(each, name, columns)))
      .map(({ name }) => name),
  );
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { table, target } of references) if (found.has(target)) found.add(table);
  }
  return new Set([...found].sort());
}

function isSpreadBy(
  { only, by }: SpreadColumn,
  table: string,
  columns: readonly string[],
): boolean {
  return only === undefined ? columns.includes(by) : only.includes(table);
}

function columnOf({ tables }: Catalog, table: string): SpreadColumn {
  const columns = tables.find(({ name }) => name === table)?.columns ?? [];
  const found = SPREAD_BY.find((each) => isSpreadBy(each, table, columns));
  // A table with none of these columns refers to one that has: it would be spread with the parcel.
  return found ?? { by: 'shipment_id', of: 'parcel' };
}

interface Sets {
  readonly growing: ReadonlySet<string>;
  readonly spread: ReadonlySet<string>;
}

/** Returns the obstacles to spreading a table along with the others, in words; empty: none. */
function obstaclesTo(catalog: Catalog, table: string, sets: Sets): string[] {
  const { tables, uniques } = catalog;
  const { by, of } = columnOf(catalog, table);
  const found = tables.find(({ name }) => name === table);
  if (found === undefined) return ['there is no such table'];
  if (!found.columns.includes(by)) return [`it has no column ${by}`];
  return [
    ...(of === 'parcel' ? [] : [APART]),
    ...uniques
      .filter((each) => each.table === table && !each.columns.includes(by))
      .map(({ name }) => `${name} is unique without ${by}`),
    ...catalog.references.flatMap((each) => objectionsTo(catalog, table, each, sets)),
    ...found.triggers.map((name) => `trigger ${name} writes elsewhere`),
    ...(UNFIT_STATEMENTS[table] ?? []).map((kind) => STATEMENTS[kind](by)),
  ];
}

/**
 * If it were spread, the transaction that records a scan would write on two servers, and each would
 * stop parcels of the other when it dies.
 */
const APART = 'its rows would be on other servers than those of the parcel';

/** Returns an engine's objections to a foreign key from this table or to it. */
function objectionsTo(
  catalog: Catalog,
  table: string,
  reference: Reference,
  { growing, spread }: Sets,
): string[] {
  const { name, target } = reference;
  if (target === table && reference.table !== table) {
    return spread.has(reference.table)
      ? []
      : [`${name} of ${reference.table}, which stays, refers to it`];
  }
  if (reference.table !== table) return [];
  if (!growing.has(target)) return [`${name} refers to ${target}, which stays`];
  if (!isColocated(catalog, reference)) {
    return [`${name} refers to ${target} without ${columnOf(catalog, table).by}`];
  }
  return spread.has(target) ? [] : [`${name} refers to ${target}, which stays`];
}

/** Whether referring and referenced rows are always on the same server. */
function isColocated(catalog: Catalog, reference: Reference): boolean {
  const from = columnOf(catalog, reference.table);
  const to = columnOf(catalog, reference.target);
  const index = reference.columns.indexOf(from.by);
  return from.of === to.of && index >= 0 && reference.targetColumns[index] === to.by;
}

/** Statements that do not work on a table whose rows are on several servers. */
const STATEMENTS: Readonly<Record<Unfit, (by: string) => string>> = {
  locks: () => 'statements lock rows of several servers',
  rows: () => 'statements look from row to row into another table',
  nested: () => 'statements write to it within others',
  asks: (by: string) => `statements that run for each scan read it without ${by}`,
};

/** Referenced tables come first; of colocated ones each is placed beside the first. */
function inColocatedOrder(catalog: Catalog, tables: readonly string[]): SpreadTable[] {
  const ordered = withReferenced(catalog, tables)
    .concat(tables)
    .filter((table, index, all) => tables.includes(table) && all.indexOf(table) === index);
  const [first = null] = ordered;
  return ordered.map((table) => ({
    table,
    by: columnOf(catalog, table).by,
    beside: table === first ? null : first,
    hasPrimaryKey: catalog.tables.find(({ name }) => name === table)?.hasPrimaryKey ?? false,
  }));
}

/** Returns these and all tables they refer to, referenced ones first. */
function withReferenced({ references }: Catalog, tables: readonly string[]): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (table: string): void => {
    if (seen.has(table)) return;
    seen.add(table);
    for (const each of references) if (each.table === table) visit(each.target);
    order.push(table);
  };
  for (const table of tables) visit(table);
  return order;
}

/** The column by which rows would be spread. */
interface SpreadColumn {
  readonly by: string;
  /** The kind of thing that it identifies. */
  readonly of: 'parcel' | 'number' | 'shard' | 'inbound_message' | 'courier' | 'order';
  /** Tables for which it precedes the later entries; absent: all that have the column. */
  readonly only?: readonly string[];
}

/** The first match applies. A table without a match does not grow with parcels. */
const SPREAD_BY: readonly SpreadColumn[] = [
  { by: 'id', of: 'parcel', only: ['shipments'] },
  { by: 'id', of: 'inbound_message', only: ['inbound_messages'] },
  /** Spread by the order of the log, not by parcels. */
  { by: 'shard', of: 'shard', only: ['event_log'] },
  /** Polls, look-ups and proofs are keyed by number, whichever parcel has it. */
  {
    by: 'tracking_number',
    of: 'number',
    only: ['poll_targets', 'proof_requests', 'proofs', 'public_tracks'],
  },
  /** With the parcel that they are about, which they do not name. */
  { by: 'shipment_id', of: 'parcel', only: ['notification_attempts'] },
  { by: 'subject_id', of: 'parcel', only: ['webhook_attempts'] },
  /** Reports of phones are read by courier. */
  {
    by: 'courier_id',
    of: 'courier',
    only: ['courier_notices', 'courier_silences', 'driver_events'],
  },
  /** An order may have several parcels. */
  { by: 'order_id', of: 'order', only: ['shop_orders'] },
  { by: 'shipment_id', of: 'parcel' },
  { by: 'subject_id', of: 'parcel' },
  { by: 'shard', of: 'shard' },
  { by: 'inbound_message_id', of: 'inbound_message' },
];

/**
 * Statements that do not work on a table whose rows are on several servers: `locks` several rows,
 * copies all `rows` of one thing into another, `asks` for each scan without the distribution
 * column, or writes to it while `nested` in another.
 */
export type Unfit = 'locks' | 'rows' | 'asks' | 'nested';

/** As test/distributed-statements.test.ts finds it. May only become shorter, but for new tables. */
export const UNFIT_STATEMENTS: Readonly<Record<string, readonly Unfit[]>> = {
  archived_parcels: ['locks', 'rows'],
  bulk_job_rows: ['nested'],
  case_events: ['locks'],
  case_evidence: ['locks'],
  claims: ['locks'],
  command_attempts: ['locks'],
  consumer_cursors: ['rows'],
  courier_arrivals: ['rows'],
  courier_parcels: ['locks', 'rows'],
  courier_silences: ['rows'],
  dead_log_entries: ['nested'],
  deliveries: ['locks', 'nested', 'rows'],
  delivery_offers: ['locks'],
  delivery_proofs: ['locks'],
  delivery_requests: ['locks'],
  driver_events: ['locks'],
  edd_journeys: ['rows'],
  edd_predictions: ['rows'],
  edd_promises: ['locks', 'nested', 'rows'],
  erasures: ['asks'],
  erasures_to_list: ['locks', 'rows'],
  event_log: ['rows'],
  exception_cases: ['locks', 'rows'],
  inbound_messages: ['asks', 'locks', 'rows'],
  notification_attempts: ['locks', 'nested', 'rows'],
  notification_windows: ['locks', 'nested', 'rows'],
  notifications: ['locks', 'nested', 'rows'],
  offer_pushes: ['locks', 'nested'],
  parked_reports: ['asks', 'locks'],
  poll_targets: ['locks', 'nested', 'rows'],
  proof_requests: ['locks', 'nested'],
  proofs: ['asks', 'locks'],
  shipment_notes: ['locks'],
  shipment_people: ['rows'],
  shipment_places: ['locks'],
  shipment_terms: ['rows'],
  shipments: ['asks', 'locks', 'rows'],
  shop_orders: ['locks', 'rows'],
  shop_parcels: ['rows'],
  shop_writes: ['rows'],
  subscriptions: ['locks', 'rows'],
  waiting_inbound_messages: ['asks', 'locks', 'nested', 'rows'],
  webhook_attempts: ['nested'],
  webhook_deliveries: ['locks', 'nested', 'rows'],
  webhook_queues: ['locks', 'nested', 'rows'],
};
