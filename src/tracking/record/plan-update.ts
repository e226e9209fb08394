import { isDeepStrictEqual } from 'node:util';
import { erasedData, QUIET } from '../../events/event.ts';
import { storedShipment } from '../../events/shipment-view.ts';
import type { FacilityOf } from '../../intake/index.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import { nextSequence } from '../../kernel/sequence-jump.ts';
import type { NewLogEntry } from '../../platform/event-log/event-log.ts';
import { isTracing } from '../../platform/tracing/tracing.ts';
import { withFacilityZones } from '../facilities/facility-zone.ts';
import { EMPTY_HISTORY, type Fact, foldInput, type History } from '../facts/history.ts';
import type { ShipmentAdditions } from '../facts/history-insert.sql.ts';
import { type Additions, ingest, withAdditions } from '../facts/ingest.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';
import type { Note } from '../facts/note.ts';
import { noteAdditions } from '../facts/note-additions.ts';
import { fold } from '../fold/fold.ts';
import type { FoldPolicy, FoldState } from '../fold/fold-input.ts';
import { type AddressedReport, type Candidate, route } from '../instances/route.ts';
import { updatesFromSiblings } from '../instances/sibling-updates.ts';
import {
  isBystander,
  isTimelineChanged,
  type RereadFact,
  type Rereading,
  rereadHistory,
} from '../renormalize/reread.ts';
import type { UnknownCode } from '../review/review.sql.ts';
import type { EstimateOverride, Shipment, ShownEstimate } from '../shipment.ts';
import { iso, shipmentJson } from '../views/shipment-json.ts';
import { overrideAt } from '../views/shown-estimate.ts';
import { type Change, changes, type DateAnnouncement } from './changes.ts';
import { type Fence, importedAt, isImportedHistory, isPossibleRepeat } from './fence.ts';
import type { RecordedShipment } from './projection.ts';
import { stateOf } from './state.ts';

/** The input of planning besides stored data. */
export interface PlanContext {
  readonly nowMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly policyOf: (carrier: string) => FoldPolicy;
  /** The hub's public URL; empty: links begin with the path. */
  readonly publicUrl: string;
  /** Finds the facility that an event's place means; undefined when no facilities are known. */
  readonly facilityOf: FacilityOf | undefined;
  /**
   * Whether a reaction weighs estimates and announces changed days (`recordPredictions`); if false,
   * they are announced as received.
   */
  readonly announcesDatesSeparately: boolean;
  /** The latest restore from a backup; null: there was none. */
  readonly fence: Fence | null;
  /** Whether nobody is notified of what is recorded, because it is history; absent: no. */
  readonly quiet?: true;
}

/** The outcome of a prediction for one shipment. */
export interface Prediction {
  /** The predicted estimate; null when the carrier's estimate applies again. */
  readonly predicted: EstimateOverride | null;
  /** The estimate announced last, if changed days are announced separately. */
  readonly announced: ShownEstimate | null;
  readonly changes: readonly Change[];
}

/** An update about one carrier's number. */
export type NumberUpdate = {
  readonly carrier: string;
  readonly trackingNumber: string;
  /**
   * All undeleted shipments of the number, including those without an update: the public answer
   * needs them.
   */
  readonly shipments: readonly Shipment[];
} & (
  | {
      readonly kind: 'received';
      readonly reports: readonly AddressedReport[];
      /** Notes from the poller about these shipments. */
      readonly notes: readonly Note[];
    }
  /** One of the shipments is new and not stored yet; the reports came before it was registered. */
  | {
      readonly kind: 'registered';
      readonly shipmentId: string;
      readonly reports: readonly AddressedReport[];
    }
  /**
   * One shipment was restored from the archive. Nobody is notified, because nothing has changed.
   */
  | { readonly kind: 'restored'; readonly shipmentId: string }
  | {
      readonly kind: 'commanded';
      readonly shipmentId: string;
      readonly facts: readonly Fact[];
      /** Whether the shipment continues after a problem; its events then say `resumed`. */
      readonly isResumed: boolean;
    }
  /**
   * The merchant changed or deleted shipments, or a reaction announced something about them. The
   * changes are keyed by shipment.
   */
  | { readonly kind: 'changed'; readonly changes: ReadonlyMap<string, readonly Change[]> }
  | { readonly kind: 'predicted'; readonly predictions: ReadonlyMap<string, Prediction> }
  /** The stored facts are read again with other mapping versions. */
  | { readonly kind: 'reread'; readonly rereading: Rereading }
);

/** A shipment as it is recorded, with everything that is written for it. */
export interface Recorded extends RecordedShipment {
  readonly additions: readonly ShipmentAdditions[];
  readonly reread: readonly RereadFact[];
  readonly entries: readonly NewLogEntry[];
  /** Whether the shipment's row has changed. */
  readonly touched: boolean;
  /** Whether the history has changed, so that the visible timeline may have changed. */
  readonly grown: boolean;
  readonly unknown: readonly UnknownCode[];
  readonly ingested: readonly IngestedReport[];
}

/** Plans what to record for each shipment of a number, from its stored data. Pure. */
export function planUpdate(
  update: NumberUpdate,
  histories: ReadonlyMap<string, History>,
  context: PlanContext,
): Recorded[] {
  const extended = splitUpdate(update, histories).map((part) => addUpdate(part, context));
  return withSiblingUpdates(extended, context).map((each) => planShipment(each, context));
}

/**
 * The part of an update about one shipment, with the reports reduced to the facts of this instance.
 */
interface Part extends Candidate {
  readonly update: NumberUpdate;
  /** The history as stored, before anything was read again. */
  readonly stored: History;
  readonly reread: readonly RereadFact[];
  readonly ingested: readonly IngestedReport[];
}

/**
 * Distributes an update over the shipments of its number: the reports, or the facts that are read
 * again.
 */
function splitUpdate(update: NumberUpdate, histories: ReadonlyMap<string, History>): Part[] {
  const candidates = update.shipments.map((shipment) => {
    const stored = histories.get(shipment.id) ?? EMPTY_HISTORY;
    if (update.kind !== 'reread') return { shipment, stored, history: stored, reread: [] };
    const { rereading } = update;
    return {
      shipment,
      stored,
      ...rereadHistory(stored, shipment, rereading, rereading.scope),
    };
  });
  const reports = 'reports' in update ? update.reports : [];
  const routed = reports.map((report) => route(report, candidates));
  return candidates.map((candidate) => ({
    ...candidate,
    update,
    ingested: routed.flatMap((part) => part.get(candidate.shipment.id) ?? []),
  }));
}

/** Returns the events of the update itself, which come before those that follow from the fold. */
function changesOf(update: NumberUpdate, id: string): readonly Change[] {
  switch (update.kind) {
    case 'registered':
    case 'restored':
      return update.shipmentId === id ? [{ type: 'shipment.created', previousAttributes: {} }] : [];
    case 'changed':
      return update.changes.get(id) ?? [];
    case 'predicted':
      return update.predictions.get(id)?.changes ?? [];
    default:
      return [];
  }
}

/** Returns the update if it is a command for this shipment; otherwise null. */
function commandOf(update: NumberUpdate, id: string) {
  return update.kind === 'commanded' && update.shipmentId === id ? update : null;
}

function predictionOf(update: NumberUpdate, id: string): Prediction | undefined {
  return update.kind === 'predicted' ? update.predictions.get(id) : undefined;
}

/** An instance with everything now known about it. */
interface Extended extends Part {
  readonly folded: FoldState;
  /** What was received, or added by the hub. */
  readonly additions: readonly Additions[];
  /** What another instance of the number received about this instance's parcel. */
  readonly fromSiblings: readonly Additions[];
  /** Whether a pull or a renormalization removed, restored or changed something that was shown. */
  readonly shownChanged: boolean;
}

/**
 * Adds the reports, commands and timers of an update to a shipment's history, and folds it.
 * `shownChanged`: what customers saw has changed, not just grown.
 */
function addUpdate(part: Part, context: PlanContext): Extended {
  const { shipment, update, reread } = part;
  let { history } = part;
  const additions: Additions[] = [];
  for (const ingested of part.ingested) {
    const placed = withFacilityZones(ingested, shipment, context.facilityOf);
    const step = ingest(history, placed, shipment.merchantId);
    history = step.history;
    additions.push(step.additions);
  }
  const command = commandOf(update, shipment.id);
  if (command !== null) {
    const internal = internalAdditions(history, command.facts);
    history = withAdditions(history, [internal]);
    additions.push(internal);
  }
  const movedOn = additions.some(({ facts }) => facts.length > 0);
  let folded = foldOf(shipment, history, context);
  for (const note of update.kind === 'received' ? update.notes : []) {
    if (note.shipmentId !== shipment.id) continue;
    const { sequence } = shipment;
    const noted = noteAdditions({ sequence, history, folded, movedOn }, note);
    if (noted.length === 0) continue;
    additions.push(...noted);
    history = withAdditions(history, noted);
    folded = foldOf(shipment, history, context);
  }
  const pulledBefore = part.stored.pulls.length > 0 && additions.some(({ pull }) => pull !== null);
  const shownChanged =
    (pulledBefore || reread.length > 0) &&
    isTimelineChanged(() => foldOf(shipment, part.stored, context), folded, reread);
  return { ...part, history, folded, additions, fromSiblings: [], shownChanged };
}

function foldOf(shipment: Shipment, history: History, { policyOf }: PlanContext): FoldState {
  return fold(foldInput(history, policyOf(shipment.carrier), shipment.createdAtMs));
}

/**
 * Copies to each shipment the updates that carry its piece id but were stored with another shipment
 * of the same number and tenant, because they arrived before it was known whose id it is.
 */
function withSiblingUpdates(instances: readonly Extended[], context: PlanContext): Extended[] {
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
    const extended = withAdditions(history, fromSiblings);
    return {
      ...instance,
      history: extended,
      folded: foldOf(shipment, extended, context),
      fromSiblings,
    };
  });
}

/**
 * Plans what is written about a shipment: its new state, the additions to its history, and the
 * events.
 */
function planShipment(instance: Extended, context: PlanContext): Recorded {
  const { shipment: before, history, folded, ingested, reread, update } = instance;
  if (update.kind === 'reread' && isBystander(update.rereading.scope, before.merchantId)) {
    return unchanged(instance);
  }
  const owner = {
    shipmentId: before.id,
    tenant: { merchantId: before.merchantId, mode: before.mode },
  };
  const additions = [...instance.additions, ...instance.fromSiblings];
  const prediction = predictionOf(update, before.id);
  const known: Shipment = {
    ...before,
    carrierPieceId: folded.carrierPieceId,
    state: stateOf(history, folded),
    predicted: prediction === undefined ? before.predicted : prediction.predicted,
  };
  const moved = { ...known, predicted: overrideAt(known, context.nowMs) };
  const found = [
    ...changesOf(update, before.id),
    ...changes(
      before,
      moved,
      instance.shownChanged || timelineGrew(before, folded, additions),
      announcedDates(prediction, context),
      folded.verdicts,
    ),
  ];
  const first = nextSequence(before.sequence, context.fence?.sequenceFloor ?? 0);
  // Once for all entries: histories are long.
  const importedAtMs = found.length === 0 ? null : importedAt(history.facts.values());
  const after: Shipment = {
    ...moved,
    sequence: found.length === 0 ? before.sequence : first + found.length - 1,
    updatedAtMs: found.length > 0 ? context.nowMs : before.updatedAtMs,
  };
  return {
    shipment: after,
    history,
    folded,
    additions: additions.map((each) => ({ ...owner, ...each })),
    ingested,
    reread,
    entries: found.map((change, index) =>
      logEntry(after, change, first + index, { ...instance, importedAtMs }, context),
    ),
    touched:
      found.length > 0 ||
      moved.carrierPieceId !== before.carrierPieceId ||
      !isDeepStrictEqual(moved.state, before.state) ||
      !isDeepStrictEqual(moved.predicted, before.predicted),
    grown:
      instance.shownChanged ||
      reread.length > 0 ||
      additions.some((a) => a.facts.length > 0 || a.observations.length > 0),
    unknown: [
      ...unknownCodes(before, instance.additions, ingested),
      ...becameUnknown(before, reread),
    ],
  };
}

/** Returns how a changed day is announced: see `DateAnnouncement`. */
function announcedDates(
  prediction: Prediction | undefined,
  { announcesDatesSeparately }: PlanContext,
): DateAnnouncement {
  if (!announcesDatesSeparately) return 'as_received';
  return prediction === undefined ? 'apart' : { published: prediction.announced };
}

/**
 * Returns the shipment unchanged: nothing is written for it, but the number's public answer needs
 * it.
 */
function unchanged({ shipment, history, folded }: Extended): Recorded {
  return {
    shipment,
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

/** Whether the visible timeline has a new fact, or has become that of another parcel. */
function timelineGrew(
  before: Shipment,
  folded: FoldState,
  additions: readonly Additions[],
): boolean {
  if (before.carrierPieceId !== null && before.carrierPieceId !== folded.carrierPieceId)
    return true;
  const elsewhere = new Set(
    folded.verdicts
      .filter(({ verdict }) => verdict === 'other_instance' || verdict === 'same_fact')
      .map(({ identity }) => identity),
  );
  return additions.some((a) =>
    a.facts.some((fact) => !fact.reading.hidden && !elsewhere.has(fact.identity)),
  );
}

/** Returns those of the hub's own facts that the history does not have, as additions. */
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

/**
 * Creates the event of a change. It is quiet if nobody is to be notified: after a restore, a quiet
 * renormalization, or as a possible repeat.
 */
function logEntry(
  shipment: Shipment,
  change: Change,
  sequence: number,
  {
    update,
    additions,
    ingested,
    folded,
    importedAtMs,
  }: Extended & { readonly importedAtMs: number | null },
  context: PlanContext,
): NewLogEntry {
  const { lastEventAtMs } = shipment.state;
  const { nowMs } = context;
  const isQuiet =
    context.quiet === true ||
    isImportedHistory(importedAtMs, change.type, {
      lastEventAtMs,
      isReceived: ingested.length > 0,
      nowMs,
    }) ||
    update.kind === 'restored' ||
    (update.kind === 'reread' && update.rereading.quiet) ||
    isPossibleRepeat(context.fence, change.type, {
      lastEventAtMs,
      isReceived: additions.length > 0,
      nowMs,
    });
  const isErased = shipment.deletedAtMs !== null;
  const entry = {
    tenant: { merchantId: shipment.merchantId, mode: shipment.mode },
    subjectId: shipment.id,
    occurredAtMs: context.nowMs,
  };
  const shown = { ...shipmentJson(shipment, context.publicUrl), updated_at: iso(context.nowMs) };
  return {
    ...entry,
    id: uuidV7(context.nowMs, context.randomBytes(10)),
    sequence,
    type: change.type,
    data: isErased
      ? erasedData(shipment.id)
      : {
          ...storedShipment(shown, entry),
          ...change.also,
          ...(commandOf(update, shipment.id)?.isResumed && { resumed: true }),
          ...(update.kind === 'reread' && { remapped: true }),
          ...(folded.via !== null && { via: folded.via }),
          ...(isQuiet && QUIET),
        },
    previousAttributes: isErased ? {} : change.previousAttributes,
    ...(isTracing() && { traceId: ingested.at(-1)?.inboundMessageId ?? null }),
  };
}

/** Returns the codes of new facts for which the carrier's mapping has no rule. */
function unknownCodes(
  { carrier, id: shipmentId }: Shipment,
  additions: readonly Additions[],
  ingested: readonly IngestedReport[],
): UnknownCode[] {
  const seen = new Map(ingested.map((each) => [each.inboundMessageId, each.receivedAtMs]));
  const readers = new Map(ingested.map((each) => [each.inboundMessageId, each.readBy]));
  return additions.flatMap((a) =>
    a.facts
      .filter(({ reading }) => !reading.known || (reading.unheard?.length ?? 0) > 0)
      .map((fact) => {
        const inboundMessageId =
          a.observations.find(({ identity }) => identity === fact.identity)?.observation
            .inboundMessageId ?? '';
        const observedAtMs = seen.get(inboundMessageId) ?? 0;
        const readBy = readers.get(inboundMessageId) ?? carrier;
        return { carrier: readBy, codes: fact.codes, inboundMessageId, shipmentId, observedAtMs };
      }),
  );
}

/** Returns the codes of facts that the earlier mapping version knew and the new one does not. */
function becameUnknown(
  { carrier, id: shipmentId }: Shipment,
  reread: readonly RereadFact[],
): UnknownCode[] {
  return reread.flatMap(({ fact, before }) => {
    const [seen] = fact.observations;
    if (fact.reading.known || !before.known || seen === undefined) return [];
    const { inboundMessageId, receivedAtMs } = seen;
    return [
      {
        carrier: fact.bridge ?? carrier,
        codes: fact.codes,
        inboundMessageId,
        shipmentId,
        observedAtMs: receivedAtMs,
      },
    ];
  });
}
