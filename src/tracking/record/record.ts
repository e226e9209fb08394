import type { InboundMessageSource } from '../../kernel/trust.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import { appendToShards, type NewLogEntry } from '../../platform/event-log/event-log.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { insertAdditions } from '../facts/history-insert.sql.ts';
import { deleteGonePieces, insertLinks, upsertPieces } from '../instances/linked.sql.ts';
import type { Describe } from '../public/public-track.ts';
import { deletePublicTrack, upsertPublicTracks } from '../public/public-tracks.sql.ts';
import { updateReadings } from '../renormalize/compare/readings.sql.ts';
import { countUnknownCodes } from '../review/review.sql.ts';
import { updateStates } from '../shipments.sql.ts';
import { insertShipments } from '../shipments-insert.sql.ts';
import { type NumberUpdate, type PlanContext, planUpdate, type Recorded } from './plan-update.ts';
import { publicProjection } from './projection.ts';

/** What recording needs besides the database. */
export interface RecordContext extends PlanContext {
  readonly describe: Describe;
  /** Where changes are appended; absent: the event log. */
  readonly append?: typeof appendToShards;
}

/**
 * Records updates: adds new facts, folds, stores the state, logs changes and updates the public
 * answer. No other function extends a history. All happens in the caller's transaction, which holds
 * the locks of the shards. Returns all shipments of the numbers in their new state.
 */
export async function record(
  tx: Queryable,
  context: RecordContext,
  updates: readonly NumberUpdate[],
): Promise<readonly Recorded[]> {
  const newIds = new Set(
    updates.flatMap((update) => (update.kind === 'registered' ? [update.shipmentId] : [])),
  );
  const stored = updates.flatMap(({ shipments }) => shipments.map(({ id }) => id));
  const histories = await loadHistories(
    tx,
    stored.filter((id) => !newIds.has(id)),
  );
  const plans = updates.map((update) => ({
    update,
    recorded: planUpdate(update, histories, context),
  }));
  const recorded = plans.flatMap((each) => each.recorded);
  await together([write(tx, context, recorded, newIds), updateAnswers(tx, context, plans)]);
  return recorded;
}

/** The number of facts that a source reported about parcels of a carrier. */
interface IngestedFacts {
  readonly carrier: string;
  readonly source: InboundMessageSource;
  /** Whether no source had reported them before. */
  readonly first: boolean;
  readonly facts: number;
}

/** Counts the facts received for these shipments, by source. Pure. */
export function ingestedFacts(recorded: readonly Recorded[]): readonly IngestedFacts[] {
  return recorded.flatMap(({ shipment: { carrier }, ingested, additions }) => {
    if (ingested.length === 0) return [];
    const counts = new Map<InboundMessageSource, { first: number; again: number }>();
    for (const { facts, observations } of additions) {
      const fresh = new Set(facts.map(({ identity }) => identity));
      for (const { identity, observation } of observations) {
        const count = counts.get(observation.source) ?? { first: 0, again: 0 };
        counts.set(observation.source, count);
        if (fresh.has(identity)) count.first += 1;
        else count.again += 1;
      }
    }
    return [...counts].flatMap(([source, { first, again }]) =>
      [
        { carrier, source, first: true, facts: first },
        { carrier, source, first: false, facts: again },
      ].filter(({ facts }) => facts > 0),
    );
  });
}

/** Writes the planned changes, with all statements in flight at once. */
async function write(
  tx: Queryable,
  { nowMs, append = appendToShards }: RecordContext,
  recorded: readonly Recorded[],
  newIds: ReadonlySet<string>,
): Promise<void> {
  const additions = recorded.flatMap((each) => each.additions);
  const isNew = ({ shipment }: Recorded) => newIds.has(shipment.id);
  const states = recorded
    .filter((each) => each.touched && !isNew(each))
    .map(({ shipment }) => shipment);
  const unknown = recorded.flatMap((each) => each.unknown);
  const reread = recorded
    .filter((each) => each.reread.length > 0)
    .map((each) => ({ ...each, shipmentId: each.shipment.id }));
  await together([
    // First, because the other rows refer to the shipment's row.
    insertShipments(
      tx,
      recorded.filter(isNew).map(({ shipment }) => shipment),
    ),
    insertAdditions(tx, additions, nowMs),
    updateReadings(tx, reread),
    insertLinks(tx, recorded, nowMs),
    upsertPieces(tx, recorded),
    deleteGonePieces(tx, recorded),
    updateStates(tx, states, nowMs),
    append(tx, entriesByShard(recorded), nowMs),
    countUnknownCodes(tx, unknown),
  ]);
}

function entriesByShard(recorded: readonly Recorded[]): Map<number, NewLogEntry[]> {
  const byShard = new Map<number, NewLogEntry[]>();
  for (const { shipment, entries } of recorded) {
    const known = byShard.get(shipment.shard);
    if (known === undefined) byShard.set(shipment.shard, [...entries]);
    else known.push(...entries);
  }
  return byShard;
}

/** Updates the public answers of the numbers; a number without shipments loses its answer. */
async function updateAnswers(
  tx: Queryable,
  { policyOf, describe, nowMs }: RecordContext,
  plans: readonly { readonly update: NumberUpdate; readonly recorded: readonly Recorded[] }[],
): Promise<void> {
  const answers = [];
  const statements = [];
  for (const { update, recorded } of plans) {
    const { carrier, trackingNumber } = update;
    const shown = recorded.filter(({ shipment }) => shipment.deletedAtMs === null);
    const answer = publicProjection(shown, policyOf(carrier), describe);
    if (answer === null) statements.push(deletePublicTrack(tx, carrier, trackingNumber));
    else if (recorded.some(({ touched, grown }) => touched || grown)) answers.push(answer);
  }
  await together([...statements, upsertPublicTracks(tx, answers, nowMs)]);
}
