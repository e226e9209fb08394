import type { Queryable } from '../database/database.ts';
import { memberOf, queryRows } from '../database/query-rows.ts';

/**
 * A table whose rows are processed by one process at a time, without a lock that lasts as long as
 * the work. A claim leases a row until a time stored in it, so a dead process releases it
 * automatically. A process that was only slow is fenced: each claim increments the row's token, and
 * no change by an earlier holder finds the row any more.
 */
interface LeasedTable<Held> {
  readonly table: string;
  /** The alias of a row in the statements. */
  readonly alias: string;
  /** The columns of its key, in the order in which all callers lock several rows. */
  readonly key: Readonly<Record<string, Column<Held>>>;
  /**
   * The column with the time until which a row is leased: a column of its own, or the one that says
   * when the row is due next. Then a dead holder's row is simply due.
   */
  readonly until: string;
  /** The number that each claim increments. Null: late changes are fenced in another way. */
  readonly token: (Column<Held> & { readonly column: string }) | null;
}

/** A value of each row that is passed to a statement. */
export interface Column<Given> {
  /** The type's name in PostgreSQL. */
  readonly type: string;
  readonly of: (given: Given) => unknown;
}

interface Claim {
  /** The name of the prepared statement. */
  readonly name: string;
  /** Which rows, in which order: the text from after `from <table> <alias>` to its limit. */
  readonly find: string;
  /** The end of the lease: an SQL expression. */
  readonly until: string;
  /**
   * Columns of the row before the claim, and of what `find` joins, for `returning` as
   * `found.<name>`.
   */
  readonly also?: string;
  /** Other changes made with the claim, such as `tries = tries + 1`. */
  readonly set?: string;
  readonly returning: string;
  /** The values of `$1` and so on, in all of these. */
  readonly values: readonly unknown[];
}

/** Which rows are claimed: some of those that are due, until a time in ms. */
export interface DueRows {
  readonly nowMs: number;
  readonly untilMs: number;
  readonly limit: number;
}

interface Change<Given> {
  readonly name: string;
  /** The changes, such as `due_at = given.due_at`; null: the rows are deleted. */
  readonly set: string | null;
  /** The values of each row, by the names under which `set` finds them in `given`. */
  readonly given?: Readonly<Record<string, Column<Given>>>;
  /** Default: the columns of the key. */
  readonly returning?: string;
}

class LeasedRows<Held> {
  readonly #table: LeasedTable<Held>;
  readonly #keys: readonly string[];

  constructor(table: LeasedTable<Held>) {
    this.#table = table;
    this.#keys = Object.keys(table.key);
  }

  /** Claims rows that nobody else is claiming at this moment: locked rows are skipped. */
  async claim<Row extends object>(db: Queryable, claim: Claim): Promise<Row[]> {
    const { table, alias, until, token } = this.#table;
    const tokenIncrement = token === null ? '' : `, ${token.column} = ${alias}.${token.column} + 1`;
    return queryRows<Row>(db, {
      name: claim.name,
      text: `
        with found as (
          select ${this.#keysOf(alias)}${asMoreColumns(claim.also)} from ${table} ${alias} ${claim.find}
          for no key update of ${alias} skip locked)
        update ${table} ${alias} set ${until} = ${claim.until}${tokenIncrement}${asMoreColumns(claim.set)}
        from found where ${this.#match('found')} returning ${claim.returning}`,
      values: [...claim.values],
    });
  }

  /**
   * Changes those of the rows that their holders still lease, and returns them; others stay as they
   * are.
   */
  async change<Row extends object, Given extends Held = Held>(
    db: Queryable,
    held: readonly Given[],
    { name, set, given = {}, returning }: Change<Given>,
  ): Promise<Row[]> {
    if (held.length === 0) return [];
    const { table, alias, key, token } = this.#table;
    const columns: Readonly<Record<string, Column<Given>>> = {
      ...key,
      ...(token === null ? {} : { [token.column]: token }),
      ...given,
    };
    const all = Object.entries(columns);
    const fence = [...this.#keys, ...(token === null ? [] : [token.column])];
    const [verb, from] =
      set === null
        ? [`delete from ${table} ${alias}`, 'using']
        : [`update ${table} ${alias} set ${set}`, 'from'];
    return queryRows<Row>(db, {
      name,
      text: `
        with given as (
          select g.* from ${table} ${alias}
          join unnest(${all.map(([, { type }], index) => `$${index + 1}::${type}[]`).join(', ')})
            as g(${all.map(([column]) => column).join(', ')})
            on ${fence.map((each) => `${alias}.${each} = g.${each}`).join(' and ')}
          order by ${this.#keysOf(alias)}
          for ${set === null ? '' : 'no key '}update of ${alias})
        ${verb} ${from} given where ${this.#match('given')}
        returning ${returning ?? this.#keysOf(alias)}`,
      values: all.map(([, { of }]) => held.map((each) => of(each))),
    });
  }

  /**
   * Extends leases until `untilMs`.
   *
   * @returns the rows that another process leases by now.
   */
  async extend(db: Queryable, held: readonly Held[], untilMs: number): Promise<Held[]> {
    const { table, until, key } = this.#table;
    const renewed = await this.change<Record<string, unknown>>(db, held, {
      name: `extend_${table}`,
      set: `${until} = to_timestamp(given.until_ms / 1000.0)`,
      given: { until_ms: { type: 'float8', of: () => untilMs } },
    });
    const stays = new Set(
      renewed.map((row) => JSON.stringify(this.#keys.map((each) => row[memberOf(each, false)]))),
    );
    return held.filter(
      (each) => !stays.has(JSON.stringify(Object.values(key).map(({ of }) => of(each)))),
    );
  }

  #keysOf(name: string): string {
    return this.#keys.map((each) => `${name}.${each}`).join(', ');
  }

  #match(other: string): string {
    return this.#keys
      .map((each) => `${this.#table.alias}.${each} = ${other}.${each}`)
      .join(' and ');
  }
}

export function leasedRows<Held>(table: LeasedTable<Held>): LeasedRows<Held> {
  return new LeasedRows(table);
}

function asMoreColumns(columns: string | undefined): string {
  return columns === undefined ? '' : `, ${columns}`;
}
