import { withTenant, withTransaction } from '../../platform/database/database.ts';
import { isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import {
  type NewShipment,
  nameOf,
  type Registered,
  registerShipments,
} from '../commands/register.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import type { ImportCounts, ImportError, ReadImportRow } from './import.ts';
import {
  dropImportsBefore,
  finishImport,
  giveBackImport,
  type HeldImport,
  IMPORTS_CHANNEL,
  ImportLeaseLost,
  type ImportPart,
  leaseImport,
  nextPart,
  settlePart,
} from './imports.sql.ts';

export interface RunImportsDeps {
  readonly tracking: TrackingDeps;
  /** Asked with each file. */
  readonly rowReader: () => Promise<ReadImportRow>;
  readonly listener: Pick<Listener, 'on'> | null;
  readonly log: Pick<Logger, 'warn' | 'debug'>;
}

/** An import is whoever's holds it for so long, and is held anew with each part. */
const LEASE_MS = 30_000;
const LOOK_EVERY_MS = 5_000;
/** How long a report of a file that is done can be asked for. */
const KEPT_MS = 30 * 86_400_000;
const DROPPED_AT_ONCE = 100;

/**
 * Files worked on in turn, of each tenant one: a part of each, then the next part of each. All their turns
 * together take less than a lease.
 */
const FILES_AT_ONCE = 20;

/** A file in work. */
interface Turn {
  readonly held: HeldImport;
  readonly readRow: ReadImportRow;
  /** In a dry run, the numbers of the rows before. */
  readonly seen: Set<string>;
}

/**
 * Registers the rows of files for as long as it runs, a part of one merchant's file after a part of
 * another's, so that a large one holds up nobody else's. Any number of processes may. A part's rows, its
 * counts and its removal are one transaction: whoever is killed, each row is registered and counted once.
 */
export function startImports({ tracking, rowReader, listener, log }: RunImportsDeps): Loop {
  const { db, clock } = tracking;

  async function look(): Promise<void> {
    let turns: readonly Turn[] = [];
    for (;;) {
      turns = [...turns, ...(await begin(turns))];
      if (turns.length === 0) break;
      const left: Turn[] = [];
      for (const [at, turn] of turns.entries()) {
        if (loop.stopping) return giveBack([...left, ...turns.slice(at)]);
        if (await isLeftAfterPart(turn)) left.push(turn);
      }
      turns = left;
    }
    await dropImportsBefore(db.pipeline, clock.nowMs() - KEPT_MS, DROPPED_AT_ONCE);
  }

  async function begin(turns: readonly Turn[]): Promise<Turn[]> {
    const begun: Turn[] = [];
    while (turns.length + begun.length < FILES_AT_ONCE && !loop.stopping) {
      const nowMs = clock.nowMs();
      const except = [...turns, ...begun].map(({ held }) => held.tenant);
      const held = await leaseImport(db.pipeline, { nowMs, untilMs: nowMs + LEASE_MS, except });
      if (held === null) break;
      begun.push({ held, readRow: await rowReader(), seen: new Set() });
    }
    return begun;
  }

  /** One that fails is worked on again when its lease is over, and keeps no other from its turn. */
  async function isLeftAfterPart(turn: Turn): Promise<boolean> {
    try {
      return await work(turn);
    } catch (error) {
      if (!(error instanceof ImportLeaseLost)) onFailure(error);
      return false;
    }
  }

  /** False: it is done. */
  async function work({ held, readRow, seen }: Turn): Promise<boolean> {
    const part = await nextPart(db.pipeline, tracking.sealer, held.id);
    if (part === null) {
      await finishImport(db.pipeline, held, clock.nowMs());
      return false;
    }
    if (held.dryRun) await rehearsePart(tracking, readRow, held, part, seen);
    else await registerPart(tracking, readRow, held, part);
    return true;
  }

  async function giveBack(turns: readonly Turn[]): Promise<void> {
    for (const { held } of turns) await giveBackImport(db.pipeline, held, clock.nowMs());
  }

  function onFailure(err: unknown): void {
    const level = isDatabaseUnavailable(err) ? 'debug' : 'warn';
    log[level]({ err }, 'a file of shipments could not be worked on; retrying');
  }

  const loop: Loop = startLoop({
    look,
    everyMs: LOOK_EVERY_MS,
    onFailure,
    wokenBy: listener === null ? null : { listener, channel: IMPORTS_CHANNEL },
  });
  loop.wake();
  return loop;
}

interface ReadPart {
  readonly shipments: readonly NewShipment[];
  readonly errors: readonly ImportError[];
}

function readPart(readRow: ReadImportRow, held: HeldImport, { rows }: ImportPart): ReadPart {
  const shipments: NewShipment[] = [];
  const errors: ImportError[] = [];
  for (const { line, fields } of rows) {
    const read = readRow(held.columns, fields);
    if ('shipment' in read) shipments.push(read.shipment);
    else errors.push({ line, reason: read.reason });
  }
  return { shipments, errors };
}

async function registerPart(
  tracking: TrackingDeps,
  readRow: ReadImportRow,
  held: HeldImport,
  part: ImportPart,
): Promise<void> {
  const { shipments, errors } = readPart(readRow, held, part);
  const settle = (counts: ImportCounts) => ({
    ...{ counts, errors },
    untilMs: tracking.clock.nowMs() + LEASE_MS,
  });
  if (shipments.length === 0) {
    const counts = { created: 0, existing: 0, rejected: errors.length };
    await withTransaction(tracking.db.pipeline, (tx) =>
      settlePart(tx, held, part.nr, settle(counts)),
    );
    return;
  }
  await registerShipments(tracking, held.tenant, shipments, (tx, registered) =>
    settlePart(tx, held, part.nr, settle(countsOf(registered, errors))),
  );
}

function countsOf(registered: readonly Registered[], errors: readonly ImportError[]): ImportCounts {
  const created = registered.filter((each) => each.created).length;
  return { created, existing: registered.length - created, rejected: errors.length };
}

/** Counts what would become of the rows. `seen`: numbers of the rows before. */
async function rehearsePart(
  tracking: TrackingDeps,
  readRow: ReadImportRow,
  held: HeldImport,
  part: ImportPart,
  seen: Set<string>,
): Promise<void> {
  const { shipments, errors } = readPart(readRow, held, part);
  const known = await withTenant(tracking.db.app, held.tenant, (tx) =>
    shipmentsByNumber(tx, shipments),
  );
  for (const each of known) seen.add(nameOf(each));
  let existing = 0;
  for (const each of shipments) {
    if (seen.has(nameOf(each))) existing += 1;
    seen.add(nameOf(each));
  }
  await withTransaction(tracking.db.pipeline, (tx) =>
    settlePart(tx, held, part.nr, {
      counts: { created: shipments.length - existing, existing, rejected: errors.length },
      errors,
      untilMs: tracking.clock.nowMs() + LEASE_MS,
    }),
  );
}
