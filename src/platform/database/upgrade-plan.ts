/** What a statement of a migration does to a table that may have many rows. */
export type Effect =
  | 'adds'
  | 'removes'
  | 'builds_index'
  | 'builds_index_in_use'
  | 'reads_rows'
  | 'changes_rows';

export interface Change {
  readonly effect: Effect;
  readonly table: string;
}

/** A migration that is missing, and what it will do. */
export interface PlannedMigration {
  readonly name: string;
  /** Changes of tables that exist already; those of functions and rights take no time. */
  readonly changes: readonly Change[];
  /** Estimated from the rows of the tables, in seconds. */
  readonly durationS: number;
  /** Whether `waybill migrate --down` can undo it. */
  readonly isReversible: boolean;
}

/**
 * Rows a second on two cores, rounded down from a million parcels in `bench/retention/upgrade.ts`. What
 * only adds or removes takes no time.
 */
const ROWS_PER_S: Readonly<Record<Effect, number>> = {
  adds: Number.POSITIVE_INFINITY,
  removes: Number.POSITIVE_INFINITY,
  builds_index: 200_000,
  builds_index_in_use: 100_000,
  reads_rows: 1_000_000,
  changes_rows: 20_000,
};

const TABLE = String.raw`(?:if (?:not )?exists )?(?:only )?(\w+)`;
const STATEMENTS: readonly (readonly [RegExp, Effect])[] = [
  [new RegExp(`^alter table ${TABLE} add column`), 'adds'],
  [new RegExp(`^alter table ${TABLE} (?:drop column|rename)`), 'removes'],
  [new RegExp(`^drop table ${TABLE}`), 'removes'],
  [new RegExp(`^alter table ${TABLE} (?:add|validate|alter column)`), 'reads_rows'],
  [new RegExp(`^update ${TABLE}`), 'changes_rows'],
  [new RegExp(`^delete from ${TABLE}`), 'changes_rows'],
  [/^create (?:unique )?index concurrently [^;]*? on (?:only )?(\w+)/, 'builds_index_in_use'],
  [/^create (?:unique )?index [^;]*? on (?:only )?(\w+)/, 'builds_index'],
];
const NEW_TABLE = /^create (?:unlogged )?table (?:if not exists )?(\w+)/;

/**
 * Plans missing migrations. Pure.
 *
 * @param rowsOf estimates the rows of a table; 0 for one that does not exist yet.
 */
export function planUpgrade(
  missing: readonly { readonly name: string; readonly up: string; readonly down: string | null }[],
  rowsOf: (table: string) => number,
): readonly PlannedMigration[] {
  const made = new Set<string>();
  return missing.map(({ name, up, down }) => {
    const changes: Change[] = [];
    for (const statement of statementsIn(up)) {
      const table = NEW_TABLE.exec(statement)?.[1];
      if (table !== undefined) made.add(table);
      const change = changeOf(statement);
      if (change !== null && !made.has(change.table)) changes.push(change);
    }
    const seconds = changes.map(({ effect, table }) => rowsOf(table) / ROWS_PER_S[effect]);
    return {
      name,
      changes,
      durationS: seconds.reduce((sum, each) => sum + each, 0),
      isReversible: down !== null,
    };
  });
}

/** Whether the previous version can work on the database meanwhile: nothing is removed or renamed. Pure. */
export function isForBothVersions(plan: readonly PlannedMigration[]): boolean {
  return plan.every(({ changes }) => changes.every(({ effect }) => effect !== 'removes'));
}

function changeOf(statement: string): Change | null {
  for (const [pattern, effect] of STATEMENTS) {
    const table = pattern.exec(statement)?.[1];
    if (table !== undefined) return { effect, table };
  }
  return null;
}

/** The statements, in lower case, without comments, bodies of functions and repeated blanks. */
function statementsIn(sql: string): readonly string[] {
  return sql
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replaceAll(/'[^']*'/g, "''")
    .split(';')
    .map((each) => each.trim().replaceAll(/\s+/g, ' ').toLowerCase())
    .filter((each) => each !== '');
}
