/** What decides whether a table can be spread over servers. */
export interface Catalog {
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly uniques: readonly Constraint[];
  readonly references: readonly (Constraint & { readonly target: string })[];
}

interface Constraint {
  readonly table: string;
  readonly name: string;
  /** As the index or key has them, in order. */
  readonly columns: readonly string[];
}

export interface DistributionPlan {
  /** Copied to every server, in this order. */
  readonly copied: readonly string[];
  /** Spread over the servers. */
  readonly spread: readonly { readonly table: string; readonly by: string }[];
  /** They grow with parcels and stay on one server: why. */
  readonly staying: readonly { readonly table: string; readonly because: readonly string[] }[];
}

/** Tables that are spread, and by what. Each row is written and read by this column. */
const SPREAD: Readonly<Record<string, string>> = { public_tracks: 'tracking_number' };
/** What a parcel's rows would be spread by, so that a transaction about it stays on one server. */
const SHARD = 'shard';
/** Rows in these name a parcel, or what came about one. */
const OF_PARCELS = ['shipment_id', 'receipt_id', SHARD];
const PARCELS = 'shipments';

/**
 * Which tables an engine such as Citus could spread as the schema stands: it wants the column they are
 * spread by in every unique key, and in every foreign key between tables that are spread. Pure.
 */
export function distributionPlan(catalog: Catalog): DistributionPlan {
  const spread = Object.entries(SPREAD)
    .filter(([table, by]) => unfit(catalog, table, by).length === 0)
    .map(([table, by]) => ({ table, by }));
  const done = new Set(spread.map(({ table }) => table));
  const growing = growingTables(catalog);
  return {
    copied: referred(catalog, [...done]).filter((table) => !done.has(table)),
    spread,
    staying: [...growing]
      .filter((table) => !done.has(table))
      .map((table) => ({ table, because: unfit(catalog, table, SHARD, growing) })),
  };
}

function growingTables({ tables, references }: Catalog): ReadonlySet<string> {
  const found = new Set(
    tables
      .filter(
        ({ name, columns }) => name === PARCELS || OF_PARCELS.some((c) => columns.includes(c)),
      )
      .map(({ name }) => name),
  );
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { table, target } of references) if (found.has(target)) found.add(table);
  }
  return new Set([...found].sort());
}

/** What stands in the way of spreading a table, in words; none: nothing does. */
function unfit(
  { tables, uniques, references }: Catalog,
  table: string,
  by: string,
  alsoSpread: ReadonlySet<string> = new Set(),
): string[] {
  const found = tables.find(({ name }) => name === table);
  if (found === undefined) return ['there is no such table'];
  if (!found.columns.includes(by)) return [`it has no column ${by}`];
  const lacks = (each: Constraint) => each.table === table && !each.columns.includes(by);
  return [
    ...uniques.filter(lacks).map(({ name }) => `${name} is unique without ${by}`),
    ...references
      .filter((each) => lacks(each) && alsoSpread.has(each.target))
      .map(({ name, target }) => `${name} refers to ${target} without ${by}`),
  ];
}

/** All that these tables refer to, what is referred to first. */
function referred({ references }: Catalog, tables: readonly string[]): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (table: string): void => {
    if (seen.has(table)) return;
    seen.add(table);
    for (const each of references) if (each.table === table) visit(each.target);
    order.push(table);
  };
  for (const table of tables) visit(table);
  return order.filter((table) => !tables.includes(table));
}
