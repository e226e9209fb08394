import type { Clock } from '../clock.ts';
import type { Queryable } from '../database/database.ts';
import type { Logger } from '../observability/log.ts';
import { type Loop, startLoop } from '../work/loop.ts';
import {
  dropEmptyPartition,
  dropPartition,
  makePartition,
  type Partition,
  partitionsOf,
} from './partitions.sql.ts';
import { type Period, partitionName, periodAt, periodsFrom, uncovered } from './period.ts';

/**
 * Processes a partition's rows in chunks before it is dropped, such as into another format or
 * place. It removes processed rows from the partition, which is dropped when it is empty.
 */
export interface Archiver {
  /** Resolves when the partition is empty, or the work was stopped. */
  archive(partition: Partition, isStopping: () => boolean): Promise<void>;
}

/** A table partitioned by time, and what happens to its old partitions. */
export interface PartitionedTable {
  readonly table: string;
  readonly period: Period;
  /** A partition is removed this long after its end. */
  readonly retentionMs: number;
  /** Null: its rows are dropped with it. */
  readonly archiver: Archiver | null;
}

/**
 * Partitions are created for this many periods ahead, so that a hub may be down for one without
 * harm.
 */
const PERIODS_AHEAD = 2;
const EVERY_MS = 10 * 60_000;

interface PartitionDeps {
  /** A connection of the owner: only it may create and drop tables. */
  readonly owner: Queryable;
  readonly tables: readonly PartitionedTable[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Creates partitions ahead and removes old ones, until stopped; the first time at once. */
export function startPartitions(deps: PartitionDeps): Loop {
  const { owner, tables, clock, log } = deps;
  const loop = startLoop({
    run: async () => {
      for (const table of tables) {
        await makeAhead(owner, table, clock.nowMs());
        await retire(deps, table, () => loop.stopping);
      }
    },
    everyMs: EVERY_MS,
    onFailure: (err) =>
      log.warn({ err }, 'partitions could not be made or retired; will be retried'),
  });
  loop.wake();
  return loop;
}

/** Creates the missing partitions from now on. */
export async function makeAhead(
  owner: Queryable,
  { table, period }: Pick<PartitionedTable, 'table' | 'period'>,
  nowMs: number,
): Promise<void> {
  const existing = await partitionsOf(owner, table);
  for (const wanted of periodsFrom(period, nowMs, PERIODS_AHEAD)) {
    const span = uncovered(wanted, existing);
    if (span === null) continue;
    await makePartition(owner, { table, name: partitionName(table, span), ...span });
  }
}

/** Returns the name of the partition that holds an instant; creates it if there is none. */
export async function ensurePartitionAt(
  owner: Queryable,
  { table, period }: Pick<PartitionedTable, 'table' | 'period'>,
  atMs: number,
): Promise<string> {
  const holds = ({ fromMs, toMs }: Partition) => fromMs <= atMs && atMs < toMs;
  const existing = await partitionsOf(owner, table);
  const found = existing.find(holds);
  if (found !== undefined) return found.name;
  const span = uncovered(periodAt(period, atMs), existing);
  if (span === null) throw new Error(`${table} has no room for ${new Date(atMs).toISOString()}`);
  const made = { table, name: partitionName(table, span), ...span };
  await makePartition(owner, made);
  return made.name;
}

/** Archives and drops the partitions that are older than the table's retention, oldest first. */
async function retire(
  { owner, clock, log }: PartitionDeps,
  { table, retentionMs, archiver }: PartitionedTable,
  isStopping: () => boolean,
): Promise<void> {
  for (const partition of await partitionsOf(owner, table)) {
    if (isStopping()) return;
    if (partition.toMs > clock.nowMs() - retentionMs) return;
    if (archiver === null) await dropPartition(owner, partition);
    else {
      await archiver.archive(partition, isStopping);
      if (isStopping() || !(await dropEmptyPartition(owner, partition))) continue;
    }
    log.info({ partition: partition.name }, 'a partition was retired');
  }
}

/** Describes missing partitions, so that an operator checks why the job does not run. */
export async function partitionProblems(
  db: Queryable,
  tables: readonly Pick<PartitionedTable, 'table' | 'period'>[],
  nowMs: number,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { table, period } of tables) {
    const existing = await partitionsOf(db, table);
    const missing = periodsFrom(period, nowMs, PERIODS_AHEAD).flatMap(
      (span) => uncovered(span, existing) ?? [],
    );
    const [first] = missing;
    if (first === undefined) continue;
    const from = new Date(first.fromMs).toISOString().slice(0, 10);
    problems.push(
      `partitions: ${table} has none from ${from} on (does the role worker run? Its log says why)`,
    );
  }
  return problems;
}
