import { isDeepStrictEqual } from 'node:util';
import { erasedData, QUIET } from '../../events/event.ts';
import type { FacilityOf } from '../../intake/index.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import { nextSequence } from '../../kernel/sequence-jump.ts';
import type { ReceiptSource } from '../../kernel/trust.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import { appendToShards, type NewLogEntry } from '../../platform/event-log/event-log.ts';
import { isTracing } from '../../platform/tracing/tracing.ts';
import { withFacilityZones } from '../facilities/facility-zone.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { EMPTY_HISTORY, type Fact, foldInput, type History } from '../facts/history.ts';
import { insertAdditions, type ShipmentAdditions } from '../facts/history-insert.sql.ts';
import { type Additions, ingest, withAdditions } from '../facts/ingest.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';
import type { Note } from '../facts/note.ts';
import { noteAdditions } from '../facts/note-additions.ts';
import { fold } from '../fold/fold.ts';
import type { FoldPolicy, FoldState } from '../fold/fold-input.ts';
import { deleteGonePieces, insertLinks, upsertPieces } from '../instances/links.sql.ts';
import { type AddressedReport, type Candidate, route } from '../instances/route.ts';
import { updatesFromSiblings } from '../instances/sibling-updates.ts';
import type { Describe } from '../public/public-track.ts';
import { deletePublicTrack, upsertPublicTracks } from '../public/public-tracks.sql.ts';
import { updateReadings } from '../renormalize/compare/readings.sql.ts';
import {
  isBystander,
  isShownOtherwise,
  type RereadFact,
  type Rereading,
  rereadHistory,
} from '../renormalize/reread.ts';
import { countUnknownCodes, type UnknownCode } from '../review/review.sql.ts';
import type { EstimateOverride, Shipment, ShownEstimate } from '../shipment.ts';
import { updateStates } from '../shipments.sql.ts';
import { insertShipments } from '../shipments-insert.sql.ts';
import { iso, shipmentJson } from '../views/shipment-json.ts';
import { overrideAt } from '../views/shown-estimate.ts';
import { type Change, changes, type DateAnnouncement } from './changes.ts';
import { type Fence, isPossibleRepeat } from './fence.ts';
import { type Followed, publicProjection } from './projection.ts';
import { stateOf } from './state.ts';

/** What recording needs to know besides the database. */
export interface RecordContext {
  readonly nowMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly policyOf: (carrier: string) => FoldPolicy;
  readonly describe: Describe;
  /** How the world reaches us; absent: addresses begin with the path. */
  readonly publicUrl?: string;
  /** Which building an event's place means; absent: nobody knows of any. */
  readonly facilityOf?: FacilityOf;
  /** A reaction weighs dates and tells of moves (`recordPredictions`); absent: told as received. */
  readonly announcesDatesSeparately?: boolean;
  /** The latest restore from a backup; absent: there was none. */
  readonly fence?: Fence | null;
  /** Called for facts that a source reported; `first`: no source had reported them before. */
  readonly onIngested?: (
    carrier: string,
    source: ReceiptSource,
    first: boolean,
    facts: number,
  ) => void;
  /** Given the shipments of which the log tells something new, as they are when the caller commits. */
  readonly onPublished?: (published: readonly Followed[]) => void;
}

/** What is new about one (carrier, number). */
export interface NumberUpdate {
  readonly carrier: string;
  readonly trackingNumber: string;
  /** All undeleted shipments of the number, those without an update too: the public answer needs them. */
  readonly shipments: readonly Shipment[];
  /** The one of them that is not stored yet. */
  readonly begun?: string;
  readonly reports: readonly AddressedReport[];
  /** What the poller tells of one of these shipments. */
  readonly notes?: readonly Note[];
  /** Commands, by shipment. */
  readonly internal?: ReadonlyMap<string, readonly Fact[]>;
  /** The shipment that a command lets go on after trouble; what it changes says so. */
  readonly resumed?: string;
  /** Goes to the log before what the fold changed (created, updated, deleted), by shipment. */
  readonly announce?: ReadonlyMap<string, Change | readonly Change[]>;
  /** Our own dates, by shipment; null: the carrier's stands again. */
  readonly predictions?: ReadonlyMap<string, EstimateOverride | null>;
  /** With them the dates that were announced last, where moves of the day are announced separately. */
  readonly announcedDates?: ReadonlyMap<string, ShownEstimate | null>;
  /** Its facts are to be read again, by these tables. */
  readonly rereading?: Rereading;
  /** It comes back from the archive: nobody is to be told of what was so all the time. */
  readonly quiet?: boolean;
}

/**
 * The one place where history grows: adds what is new, folds, stores state, appends what changed
 * to the log and renews the public answer. All in the caller's transaction, which holds the
 * locks of the shards. Returns the shipments as they are now.
 */
export async function record(
  tx: Queryable,
  context: RecordContext,
  numbers: readonly NumberUpdate[],
): Promise<Shipment[]> {
  const histories = await loadHistories(
    tx,
    numbers.flatMap(({ shipments, begun }) =>
      shipments.flatMap(({ id }) => (id === begun ? [] : [id])),
    ),
  );
  const recorded = new Map<string, Recorded>();
  for (const number of numbers) {
    for (const each of withSiblingUpdates(
      updatesOf(number, histories).map((update) => grow(update, context)),
      context,
    )) {
      recorded.set(each.shipment.id, recordOne(each, context));
    }
  }
  await together([
    write(tx, context, [...recorded.values()], new Set(numbers.flatMap(({ begun = [] }) => begun))),
    project(tx, context, numbers, recorded),
  ]);
  if (context.onIngested !== undefined)
    countObservations([...recorded.values()], context.onIngested);
  context.onPublished?.([...recorded.values()].filter(isNotified));
  return [...recorded.values()].map(({ after }) => after);
}

function isNotified({ after, entries }: Recorded): boolean {
  return entries.length > 0 && after.deletedAtMs === null;
}

function countObservations(
  recorded: readonly Recorded[],
  onIngested: NonNullable<RecordContext['onIngested']>,
): void {
  for (const { after, ingested, additions } of recorded) {
    if (ingested.length === 0) continue;
    const counts = new Map<ReceiptSource, { first: number; again: number }>();
    for (const { facts, observations } of additions) {
      const fresh = new Set(facts.map(({ identity }) => identity));
      for (const { identity, observation } of observations) {
        const count = counts.get(observation.source) ?? { first: 0, again: 0 };
        counts.set(observation.source, count);
        if (fresh.has(identity)) count.first += 1;
        else count.again += 1;
      }
    }
    for (const [source, { first, again }] of counts) {
      if (first > 0) onIngested(after.carrier, source, true, first);
      if (again > 0) onIngested(after.carrier, source, false, again);
    }
  }
}

/** What is new about one shipment, its reports cut down to the facts of this instance. */
interface Update extends Candidate {
  /** As it lies in the database, before anything was read again. */
  readonly stored: History;
  readonly reread: readonly RereadFact[];
  readonly rereading: Rereading | null;
  readonly ingested: readonly IngestedReport[];
  readonly internal: readonly Fact[];
  readonly notes: readonly Note[];
  readonly announce: readonly Change[];
  readonly predicted: EstimateOverride | null;
  /** Absent: no date is announced now of those that are announced separately. */
  readonly announcedDate?: ShownEstimate | null;
  readonly resumed: boolean;
  readonly quiet: boolean;
}

function updatesOf(number: NumberUpdate, histories: ReadonlyMap<string, History>): Update[] {
  const rereading = number.rereading ?? null;
  const candidates = number.shipments.map((shipment) => {
    const stored = histories.get(shipment.id) ?? EMPTY_HISTORY;
    if (rereading === null) return { shipment, stored, history: stored, reread: [] };
    const again = rereadHistory(stored, shipment.merchantId, rereading, rereading.scope);
    if (again.reread.length > 0) rereading.onReread?.(shipment.id, again.reread);
    return { shipment, stored, ...again };
  });
  const parts = number.reports.map((report) => route(report, candidates));
  return candidates.map(({ shipment, ...known }) => ({
    shipment,
    ...known,
    rereading,
    ingested: parts.flatMap((part) => part.get(shipment.id) ?? []),
    internal: number.internal?.get(shipment.id) ?? [],
    notes: (number.notes ?? []).filter(({ shipmentId }) => shipmentId === shipment.id),
    announce: [number.announce?.get(shipment.id) ?? []].flat(),
    predicted: predictionOf(number, shipment),
    ...announcedDateOf(number, shipment),
    resumed: number.resumed === shipment.id,
    quiet: number.quiet === true,
  }));
}

function predictionOf({ predictions }: NumberUpdate, shipment: Shipment): EstimateOverride | null {
  const made = predictions?.get(shipment.id);
  return made === undefined ? shipment.predicted : made;
}

function announcedDateOf(
  { announcedDates }: NumberUpdate,
  { id }: Shipment,
): Pick<Update, 'announcedDate'> {
  const announced = announcedDates?.get(id);
  return announced === undefined ? {} : { announcedDate: announced };
}

interface Recorded extends Followed {
  readonly after: Shipment;
  readonly additions: readonly ShipmentAdditions[];
  readonly reread: readonly RereadFact[];
  readonly entries: readonly NewLogEntry[];
  /** Its row has changed. */
  readonly touched: boolean;
  /** Its history has, so what customers see may have. */
  readonly grown: boolean;
  readonly unknown: readonly UnknownCode[];
  readonly ingested: readonly IngestedReport[];
}

/** An instance with everything that is now known of it. */
interface Grown extends Update {
  readonly folded: FoldState;
  /** Received, or said by ourselves. */
  readonly additions: readonly Additions[];
  /** Received in another instance of the number, about this one's parcel. */
  readonly fromSiblings: readonly Additions[];
  /** A pull, or reading it again, took something away that was shown, gave it back or changed it. */
  readonly takenBack: boolean;
}

function grow(update: Update, context: RecordContext): Grown {
  let { history } = update;
  const additions: Additions[] = [];
  for (const ingested of update.ingested) {
    const placed = withFacilityZones(ingested, update.shipment, context.facilityOf);
    const step = ingest(history, placed, update.shipment.merchantId);
    history = step.history;
    additions.push(step.additions);
  }
  if (update.internal.length > 0) {
    const internal = internalAdditions(history, update.internal);
    history = withAdditions(history, [internal]);
    additions.push(internal);
  }
  const movedOn = additions.some(({ facts }) => facts.length > 0);
  let folded = foldOf(update.shipment, history, context);
  for (const note of update.notes) {
    const { sequence } = update.shipment;
    const said = noteAdditions({ sequence, history, folded, movedOn }, note);
    if (said.length === 0) continue;
    additions.push(...said);
    history = withAdditions(history, said);
    folded = foldOf(update.shipment, history, context);
  }
  const pulledBefore =
    update.stored.pulls.length > 0 && additions.some(({ pull }) => pull !== null);
  const { reread } = update;
  const takenBack =
    (pulledBefore || reread.length > 0) &&
    isShownOtherwise(() => foldOf(update.shipment, update.stored, context), folded, reread);
  return { ...update, history, folded, additions, fromSiblings: [], takenBack };
}

function foldOf(shipment: Shipment, history: History, { policyOf }: RecordContext): FoldState {
  return fold(foldInput(history, policyOf(shipment.carrier), shipment.createdAtMs));
}

function withSiblingUpdates(instances: readonly Grown[], context: RecordContext): Grown[] {
  return instances.map((instance) => {
    const { shipment, history, folded } = instance;
    if (folded.carrierPieceId === null) return instance;
    const siblings = instances.filter(
      (other) =>
        other !== instance &&
        other.shipment.merchantId === shipment.merchantId &&
        other.shipment.mode === shipment.mode,
    );
    const fromSiblings = updatesFromSiblings(
      history,
      folded.carrierPieceId,
      siblings.map((other) => ({
        history: other.history,
        carrierPieceId: other.folded.carrierPieceId,
      })),
    );
    if (fromSiblings.length === 0) return instance;
    const grown = withAdditions(history, fromSiblings);
    return { ...instance, history: grown, folded: foldOf(shipment, grown, context), fromSiblings };
  });
}

function recordOne(instance: Grown, context: RecordContext): Recorded {
  const { shipment: before, history, folded, ingested } = instance;
  if (instance.rereading !== null && isBystander(instance.rereading.scope, before.merchantId)) {
    return asItWas(instance);
  }
  const owner = {
    shipmentId: before.id,
    tenant: { merchantId: before.merchantId, mode: before.mode },
  };
  const additions = [...instance.additions, ...instance.fromSiblings];
  const known: Shipment = {
    ...before,
    carrierPieceId: folded.carrierPieceId,
    state: stateOf(history, folded),
    predicted: instance.predicted,
  };
  const moved = { ...known, predicted: overrideAt(known, context.nowMs) };
  const found = [
    ...instance.announce,
    ...changes(
      before,
      moved,
      instance.takenBack || timelineGrew(before, folded, additions),
      announcedDatesOf(instance, context),
    ),
  ];
  const first = nextSequence(before.sequence, context.fence?.sequenceFloor ?? 0);
  const after: Shipment = {
    ...moved,
    sequence: found.length === 0 ? before.sequence : first + found.length - 1,
    updatedAtMs: found.length > 0 ? context.nowMs : before.updatedAtMs,
  };
  return {
    shipment: after,
    after,
    history,
    folded,
    additions: additions.map((each) => ({ ...owner, ...each })),
    ingested,
    reread: instance.reread,
    entries: found.map((change, nr) => logEntry(after, change, first + nr, instance, context)),
    touched:
      found.length > 0 ||
      moved.carrierPieceId !== before.carrierPieceId ||
      !isDeepStrictEqual(moved.state, before.state) ||
      !isDeepStrictEqual(moved.predicted, before.predicted),
    grown:
      instance.takenBack ||
      instance.reread.length > 0 ||
      additions.some((a) => a.facts.length > 0 || a.observations.length > 0),
    unknown: [
      ...unknownCodes(before, instance.additions, ingested),
      ...becameUnknown(before, instance.reread),
    ],
  };
}

function announcedDatesOf(
  { announcedDate }: Grown,
  { announcesDatesSeparately }: RecordContext,
): DateAnnouncement {
  if (announcesDatesSeparately !== true) return 'as_heard';
  return announcedDate === undefined ? 'apart' : { published: announcedDate };
}

/** Nothing is written of it, but the number's public answer is made of it too. */
function asItWas({ shipment, history, folded }: Grown): Recorded {
  return {
    shipment,
    after: shipment,
    history,
    folded,
    additions: [],
    ingested: [],
    reread: [],
    entries: [],
    touched: false,
    grown: false,
    unknown: [],
  };
}

/** There is something to see that was not there, or another parcel's timeline altogether. */
function timelineGrew(
  before: Shipment,
  folded: FoldState,
  additions: readonly Additions[],
): boolean {
  if (before.carrierPieceId !== null && before.carrierPieceId !== folded.carrierPieceId)
    return true;
  const elsewhere = new Set(
    folded.verdicts
      .filter(({ verdict }) => verdict === 'other_instance')
      .map(({ identity }) => identity),
  );
  return additions.some((a) =>
    a.facts.some((fact) => !fact.reading.hidden && !elsewhere.has(fact.identity)),
  );
}

function internalAdditions(history: History, internal: readonly Fact[]): Additions {
  const fresh = internal.filter((fact) => !history.facts.has(fact.identity));
  return {
    facts: fresh.map((fact) => ({ ...fact, observations: [] })),
    observations: fresh.flatMap((fact) =>
      fact.observations.map((observation) => ({ identity: fact.identity, observation })),
    ),
    snapshot: null,
    pull: null,
  };
}

function logEntry(
  shipment: Shipment,
  change: Change,
  sequence: number,
  {
    rereading,
    resumed,
    quiet,
    additions,
    ingested,
  }: Pick<Grown, 'rereading' | 'resumed' | 'quiet' | 'additions' | 'ingested'>,
  context: RecordContext,
): NewLogEntry {
  const isQuiet =
    quiet ||
    rereading?.quiet === true ||
    isPossibleRepeat(context.fence ?? null, change.type, {
      lastEventAtMs: shipment.state.lastEventAtMs,
      isReceived: additions.length > 0,
      nowMs: context.nowMs,
    });
  return {
    id: uuidV7(context.nowMs, context.randomBytes(10)),
    tenant: { merchantId: shipment.merchantId, mode: shipment.mode },
    subjectId: shipment.id,
    sequence,
    type: change.type,
    occurredAtMs: context.nowMs,
    data:
      shipment.deletedAtMs !== null
        ? erasedData(shipment.id)
        : {
            ...shipmentJson(shipment, context.publicUrl ?? ''),
            ...change.also,
            updated_at: iso(context.nowMs),
            ...(resumed ? { resumed: true } : {}),
            ...(rereading === null ? {} : { remapped: true }),
            ...(isQuiet ? QUIET : {}),
          },
    previousAttributes: shipment.deletedAtMs !== null ? {} : change.previousAttributes,
    ...(isTracing() ? { traceId: ingested.at(-1)?.receiptId ?? null } : {}),
  };
}

function unknownCodes(
  { carrier, id: shipmentId }: Shipment,
  additions: readonly Additions[],
  ingested: readonly IngestedReport[],
): UnknownCode[] {
  const seen = new Map(ingested.map((each) => [each.receiptId, each.receivedAtMs]));
  const readers = new Map(ingested.map((each) => [each.receiptId, each.readBy]));
  return additions.flatMap((a) =>
    a.facts
      .filter(({ reading }) => !reading.known || (reading.unheard?.length ?? 0) > 0)
      .map((fact) => {
        const receiptId =
          a.observations.find(({ identity }) => identity === fact.identity)?.observation
            .receiptId ?? '';
        const seenAtMs = seen.get(receiptId) ?? 0;
        const readBy = readers.get(receiptId) ?? carrier;
        return { carrier: readBy, codes: fact.codes, receiptId, shipmentId, seenAtMs };
      }),
  );
}

function becameUnknown(
  { carrier, id: shipmentId }: Shipment,
  reread: readonly RereadFact[],
): UnknownCode[] {
  return reread.flatMap(({ fact, before }) => {
    const [seen] = fact.observations;
    if (fact.reading.known || !before.known || seen === undefined) return [];
    const { receiptId, receivedAtMs } = seen;
    return [{ carrier, codes: fact.codes, receiptId, shipmentId, seenAtMs: receivedAtMs }];
  });
}

async function write(
  tx: Queryable,
  context: RecordContext,
  recorded: readonly Recorded[],
  begun: ReadonlySet<string>,
): Promise<void> {
  const additions = recorded.flatMap((each) => each.additions);
  const isBegun = ({ after }: Recorded) => begun.has(after.id);
  const states = recorded
    .filter((each) => each.touched && !isBegun(each))
    .map(({ after }) => after);
  const unknown = recorded.flatMap((each) => each.unknown);
  const reread = recorded
    .filter((each) => each.reread.length > 0)
    .map((each) => ({ ...each, shipmentId: each.after.id }));
  await together([
    // First: what is written of a shipment refers to its row.
    insertShipments(
      tx,
      recorded.filter(isBegun).map(({ after }) => after),
    ),
    insertAdditions(tx, additions, context.nowMs),
    updateReadings(tx, reread),
    insertLinks(tx, recorded, context.nowMs),
    upsertPieces(tx, recorded),
    deleteGonePieces(tx, recorded),
    updateStates(tx, states, context.nowMs),
    appendToShards(tx, entriesByShard(recorded), context.nowMs),
    countUnknownCodes(tx, unknown),
  ]);
}

function entriesByShard(recorded: readonly Recorded[]): Map<number, NewLogEntry[]> {
  const byShard = new Map<number, NewLogEntry[]>();
  for (const { after, entries } of recorded) {
    const known = byShard.get(after.shard);
    if (known === undefined) byShard.set(after.shard, [...entries]);
    else known.push(...entries);
  }
  return byShard;
}

async function project(
  tx: Queryable,
  context: RecordContext,
  numbers: readonly NumberUpdate[],
  recorded: ReadonlyMap<string, Recorded>,
): Promise<void> {
  const answers = [];
  const statements = [];
  for (const { carrier, trackingNumber, shipments } of numbers) {
    const followed = shipments.flatMap(({ id }) => recorded.get(id) ?? []);
    const shown = followed.filter(({ after }) => after.deletedAtMs === null);
    const answer = publicProjection(shown, context.policyOf(carrier), context.describe);
    if (answer === null) statements.push(deletePublicTrack(tx, carrier, trackingNumber));
    else if (followed.some(({ touched, grown }) => touched || grown)) answers.push(answer);
  }
  await together([...statements, upsertPublicTracks(tx, answers, context.nowMs)]);
}
