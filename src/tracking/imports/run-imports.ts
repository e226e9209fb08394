import { createHmac } from 'node:crypto';
import { setImmediate as letOthers } from 'node:timers/promises';
import { withTenant, withTransaction } from '../../platform/database/database.ts';
import { isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { hashKey } from '../../platform/sealing/hash-key.sql.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import { ordersOfOthers, usedByReason } from '../commands/other-customer.ts';
import {
  type NewShipment,
  type Registered,
  registerShipments,
  withSealed,
} from '../commands/register.ts';
import { nameOf } from '../shipment.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import type { ImportCounts, ImportError, ImportedRow, ReadImportRow } from './import.ts';
import {
  dropImportsBefore,
  finishImport,
  type HeldImport,
  IMPORTS_CHANNEL,
  ImportLeaseLost,
  type ImportPart,
  leaseImport,
  nextPart,
  noteRehearsed,
  releaseImport,
  settlePart,
} from './imports.sql.ts';

interface RunImportsDeps {
  readonly tracking: TrackingDeps;
  readonly keyring: Keyring;
  /** Returns the function that reads rows. It is called once per file. */
  readonly rowReader: () => Promise<ReadImportRow>;
  readonly listener: Pick<Listener, 'on'> | null;
  readonly log: Pick<Logger, 'warn' | 'debug'>;
}

/** The lease of an import; it is renewed with each part. */
const LEASE_MS = 30_000;
const CHECK_EVERY_MS = 5_000;
/** How long the report of a finished file is stored. */
const RETENTION_MS = 30 * 86_400_000;
/** How long a file waits for somebody to match its columns. */
const DRAFT_MS = 86_400_000;
const DROPPED_AT_ONCE = 100;
/** Rows read before yielding to the event loop: a few milliseconds of work. */
const READ_AT_ONCE = 20;

/**
 * Limit of files in progress at once, one per tenant. They advance in turn, by one part each; one
 * round of all takes less than a lease. While this many are in progress, one goes back to the queue
 * after each round.
 */
const FILES_AT_ONCE = 10;

/** The worker that registers the rows of files. */
interface Imports extends Loop {
  /**
   * Whether it is registering, and not in a dry run: thousands of rows take locks of shards, which
   * delay consumers of the log.
   */
  isRegistering(): boolean;
}

/** A file in progress. */
interface Turn {
  readonly held: HeldImport;
  readonly readRow: ReadImportRow;
  /**
   * Its next part, read ahead while the database worked on another file; null if it is not read
   * yet.
   */
  ahead: Promise<ReadPart | null> | null;
}

/**
 * Registers the rows of files until it is stopped, alternating between merchants part by part, so
 * that a large file does not block the others. Any number of processes may run it. A part's rows,
 * its counts and its removal are one transaction: even after a crash, each row is registered and
 * counted once.
 */
export function startImports(deps: RunImportsDeps): Imports {
  const { tracking, rowReader, listener, log } = deps;
  const { db, clock } = tracking;
  let isRegistering = false;

  async function check(): Promise<void> {
    try {
      await processAll();
    } finally {
      isRegistering = false;
    }
    const nowMs = clock.nowMs();
    const before = { beforeMs: nowMs - RETENTION_MS, draftsBeforeMs: nowMs - DRAFT_MS };
    await dropImportsBefore(db.pipeline, before, DROPPED_AT_ONCE);
  }

  /**
   * Processes all waiting imports, one part of each in turn, so that a large one does not delay
   * small ones.
   */
  async function processAll(): Promise<void> {
    let turns: readonly Turn[] = [];
    for (;;) {
      turns = [...turns, ...(await leaseMore(turns))];
      if (turns.length === 0) return;
      isRegistering = turns.some(({ held }) => !held.dryRun);
      const left: Turn[] = [];
      for (const [at, turn] of turns.entries()) {
        if (loop.stopping) return releaseAll(tracking, [...left, ...turns.slice(at)]);
        const next = turns[at + 1] ?? (hasRoom(turns) ? (left[0] ?? turn) : null);
        if (await processPart(turn, next)) left.push(turn);
      }
      turns = await withRoom(tracking, left);
    }
  }

  /** Leases waiting files of merchants that have none in `turns`, up to `FILES_AT_ONCE` in all. */
  async function leaseMore(turns: readonly Turn[]): Promise<Turn[]> {
    const begun: Turn[] = [];
    while (turns.length + begun.length < FILES_AT_ONCE && !loop.stopping) {
      const nowMs = clock.nowMs();
      const except = [...turns, ...begun].map(({ held }) => held.tenant);
      const held = await leaseImport(db.pipeline, { nowMs, untilMs: nowMs + LEASE_MS, except });
      if (held === null) break;
      begun.push({ held, readRow: await rowReader(), ahead: null });
    }
    return begun;
  }

  /**
   * Works on one part; returns whether more may follow. A failed import is retried after its lease
   * expires and does not block the others.
   */
  async function processPart(turn: Turn, next: Turn | null): Promise<boolean> {
    try {
      return await processOrFail(turn, next);
    } catch (error) {
      if (!(error instanceof ImportLeaseLost)) onFailure(error);
      return false;
    }
  }

  /**
   * Processes one part; returns false if the import is finished.
   *
   * @param next the import that follows: its part is read ahead.
   */
  async function processOrFail(turn: Turn, next: Turn | null): Promise<boolean> {
    const { held } = turn;
    const part = await (turn.ahead ?? readNext(tracking, turn, -1));
    turn.ahead = null;
    if (part === null) {
      await withTransaction(db.pipeline, (tx) => finishImport(tx, held, clock.nowMs()));
      return false;
    }
    if (next !== null) {
      next.ahead ??= readNext(tracking, next, next === turn ? part.nr : -1);
      // The later await of the promise reports the failure.
      next.ahead.catch(() => {});
    }
    if (held.dryRun) await rehearsePart(deps, held, part);
    else await registerPart(tracking, held, part);
    return true;
  }

  function onFailure(err: unknown): void {
    const level = isDatabaseUnavailable(err) ? 'debug' : 'warn';
    log[level]({ err }, 'a file of shipments could not be worked on; retrying');
  }

  const loop: Loop = startLoop({
    run: check,
    everyMs: CHECK_EVERY_MS,
    onFailure,
    wokenBy: listener === null ? null : { listener, channel: IMPORTS_CHANNEL },
  });
  loop.wake();
  return Object.assign(loop, { isRegistering: () => isRegistering });
}

/**
 * Makes room for another file: ten large files would otherwise block an eleventh until they end.
 * The one leased longest is released.
 */
async function withRoom(tracking: TrackingDeps, turns: readonly Turn[]): Promise<readonly Turn[]> {
  const [longest, ...others] = turns;
  if (longest === undefined || hasRoom(turns)) return turns;
  await releaseAll(tracking, [longest]);
  return others;
}

async function releaseAll({ db, clock }: TrackingDeps, turns: readonly Turn[]): Promise<void> {
  for (const { held } of turns) await releaseImport(db.pipeline, held, clock.nowMs());
}

const hasRoom = ({ length }: readonly Turn[]): boolean => length < FILES_AT_ONCE;

interface ReadPart {
  readonly nr: number;
  readonly shipments: readonly NewShipment[];
  /** The line on which the row of each shipment begins. */
  readonly lines: readonly number[];
  readonly errors: readonly ImportError[];
  readonly warnings: readonly ImportError[];
}

/** Reads the first part after number `behindNr`; null if there is none. */
async function readNext(
  tracking: TrackingDeps,
  { held, readRow }: Turn,
  behindNr: number,
): Promise<ReadPart | null> {
  const part = await nextPart(tracking.db.pipeline, tracking.sealer, held.id, behindNr);
  return part === null ? null : await readPart(tracking, readRow, held, part);
}

/**
 * Parses the rows of a part into shipments and errors, pausing regularly so that others get the
 * processor.
 */
async function readPart(
  tracking: TrackingDeps,
  readRow: ReadImportRow,
  held: HeldImport,
  { nr, rows }: ImportPart,
): Promise<ReadPart> {
  const shipments: NewShipment[] = [];
  const lines: number[] = [];
  const errors: ImportError[] = [];
  const warnings: ImportError[] = [];
  for (const [at, { line, fields }] of rows.entries()) {
    if (at > 0 && at % READ_AT_ONCE === 0) await letOthers();
    const read = readRow(held.columns, fields);
    if ('shipments' in read) {
      if (read.warning !== undefined) warnings.push({ line, reason: read.warning });
      for (const shipment of read.shipments) {
        shipments.push(held.dryRun ? shipment : withSealed(tracking, held.tenant, shipment));
        lines.push(line);
      }
    } else errors.push({ line, reason: read.reason });
  }
  return { nr, shipments, lines, errors, warnings };
}

/**
 * Registers the shipments of a part. In the same transaction, the part is settled with its counts
 * and errors, so that it is never registered twice.
 */
async function registerPart(
  tracking: TrackingDeps,
  held: HeldImport,
  { nr, shipments, lines, errors, warnings }: ReadPart,
): Promise<void> {
  const settle = (counts: ImportCounts, imported: readonly ImportedRow[]) => ({
    counts,
    errors,
    warnings,
    imported,
    untilMs: tracking.clock.nowMs() + LEASE_MS,
  });
  if (shipments.length === 0) {
    const counts = { created: 0, existing: 0, rejected: errors.length };
    await withTransaction(tracking.db.pipeline, (tx) =>
      settlePart(tx, held, nr, settle(counts, [])),
    );
    return;
  }
  await registerShipments(tracking, held.tenant, shipments, {
    alongside: (tx, registered) => {
      const usedBy = registered.map((each) => each.usedBy);
      return settlePart(tx, held, nr, {
        ...settle(countsOf(registered, errors), []),
        ...withUsed({ errors, warnings, lines }, usedBy),
        imported: nr === 0 ? rowsToList(registered, lines) : [],
      });
    },
    announced: 'later',
  });
}

/** Adds the rows that name another customer's number: one error per row, also for several numbers. */
function withUsed(
  { errors, warnings, lines }: Pick<ReadPart, 'errors' | 'warnings' | 'lines'>,
  usedBy: readonly (string | null)[],
): Pick<ReadPart, 'errors' | 'warnings'> {
  const used = usedBy.flatMap((order, index) =>
    order === null ? [] : [{ line: lines[index] ?? 0, reason: usedByReason(order) }],
  );
  const lost = new Map(used.map((each) => [each.line, each]));
  return {
    errors: [...errors, ...lost.values()],
    warnings: warnings.filter(({ line }) => !lost.has(line)),
  };
}

/**
 * How many registered rows a report lists, all from the first part: people check the beginning of a
 * file.
 */
const ROWS_NAMED_MAX = 200;

function rowsToList(
  registered: readonly Registered[],
  lines: readonly number[],
): readonly ImportedRow[] {
  return registered
    .slice(0, ROWS_NAMED_MAX)
    .flatMap(({ created, usedBy, shipment: { id } }, index) =>
      usedBy === null ? [{ line: lines[index] ?? 0, shipmentId: id, created }] : [],
    );
}

function countsOf(registered: readonly Registered[], errors: readonly ImportError[]): ImportCounts {
  const created = registered.filter((each) => each.created).length;
  const refused = registered.filter(({ usedBy }) => usedBy !== null).length;
  const existing = registered.length - created - refused;
  return { created, existing, rejected: errors.length + refused };
}

/** The name of the installation's key with which names are hashed in dry runs. */
const NAMES_KEY = 'import_names';

/** Counts what would happen to the rows of a part if they were registered. */
async function rehearsePart(
  { tracking, keyring }: RunImportsDeps,
  held: HeldImport,
  { nr, shipments, ...rows }: ReadPart,
): Promise<void> {
  const known = await withTenant(tracking.db.app, held.tenant, (tx) =>
    shipmentsByNumber(tx, shipments),
  );
  const registered = new Set(known.map(nameOf));
  const names = [...new Set(shipments.map(nameOf))].filter((name) => !registered.has(name));
  const key = await hashKey(tracking.db.pipeline, keyring, tracking.randomBytes, NAMES_KEY);
  // The hash differs per file, so it does not reveal who else asked for the same number.
  const hashes = names.map((name) =>
    createHmac('sha256', key).update(`${held.id} ${name}`).digest(),
  );
  await withTransaction(tracking.db.pipeline, async (tx) => {
    const created = await noteRehearsed(tx, held, hashes);
    const usedBy = ordersOfOthers(known, shipments, tracking.sealer);
    const refused = usedBy.filter((order) => order !== null).length;
    const existing = shipments.length - created - refused;
    const counts = { created, existing, rejected: rows.errors.length + refused };
    const untilMs = tracking.clock.nowMs() + LEASE_MS;
    const reported = withUsed(rows, usedBy);
    await settlePart(tx, held, nr, { counts, ...reported, imported: [], untilMs });
  });
}
