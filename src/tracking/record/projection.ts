import { mayArrive } from '../../kernel/status.ts';
import { type Fact, foldInput, type History, ingestionKey } from '../facts/history.ts';
import { fold } from '../fold/fold.ts';
import type { FoldEstimate, FoldPolicy, FoldState } from '../fold/fold-input.ts';
import { previousEstimate } from '../fold/snapshots.ts';
import {
  type Describe,
  type PublicAnswer,
  type PublicTrack,
  publicAnswer,
  publicTrack,
} from '../public/public-track.ts';
import type { Shipment, ShownEstimate } from '../shipment.ts';
import { movedEstimate, overrideForAll, shownEstimate } from '../views/shown-estimate.ts';
import { timeline } from '../views/timeline.ts';
import { stateOf } from './state.ts';

/** A shipment with everything received about it, and the state folded from that. */
export interface RecordedShipment {
  readonly shipment: Shipment;
  readonly history: History;
  readonly folded: FoldState;
}

/**
 * Returns the public answer for one (carrier, number), from all its shipments; null when there are
 * none. Live parcels hide test ones, and a merchant's newest instance hides its older ones. With
 * one merchant, its parcel is shown as it is. With several, the answer is neutral: it is based only
 * on carriers' facts that no merchant could have forged, so that no merchant can change what
 * another's customers see. So when a second merchant registers the number, a state that only a
 * command of the first produced disappears from here; a personal link still shows it
 * (`trackOfShipment`).
 */
export function publicProjection(
  recorded: readonly RecordedShipment[],
  policy: FoldPolicy,
  describe: Describe,
): PublicAnswer | null {
  const newest = newestInstances(recorded);
  const first = newest[0];
  if (first === undefined) return null;
  const alone = newest.length === 1;
  const history = alone ? first.history : neutralHistory(newest);
  const folded = alone
    ? first.folded
    : fold(foldInput(history, policy, newestRegistration(newest)));
  return publicAnswer(
    trackOf({ shipment: shipmentForAll(newest, first.shipment), history, folded }, describe),
    alone ? { merchantId: first.shipment.merchantId, mode: first.shipment.mode } : null,
  );
}

/**
 * Returns the shipment to show for several merchants: the prediction is combined and the
 * destination left out, because both also depend on data of one merchant.
 */
function shipmentForAll(all: readonly RecordedShipment[], first: Shipment): Shipment {
  if (all.length === 1) return first;
  const predicted = overrideForAll(all.map(({ shipment }) => shipment.predicted));
  return { ...first, predicted, destinationZone: null };
}

/** Returns the public part of one shipment, whoever else has registered its number. */
export function trackOf(
  { shipment, history, folded }: RecordedShipment,
  describe: Describe,
): PublicTrack {
  const state = stateOf(history, folded);
  const shown = { state, predicted: shipment.predicted };
  const estimate = shownEstimate(shown);
  const moved = movedEstimate(shown);
  return publicTrack(
    {
      trackingNumber: shipment.trackingNumber,
      carrier: shipment.carrier,
      status: state.status,
      subStatus: state.subStatus,
      confirmed: state.confirmed,
      estimatedDelivery: estimate,
      destinationZone: shipment.destinationZone,
      ...(mayArrive(state.status, state.subStatus)
        ? {
            previousEstimate: previousOf(
              { shipment, history, folded },
              estimate,
              moved?.previous ?? null,
            ),
            moved: moved?.why ?? null,
          }
        : { previousEstimate: null, moved: null }),
      events: timeline(history, folded, shipment.destinationZone),
    },
    describe,
  );
}

/** Returns the estimate before the shown one; if no date is shown any more, the carrier's. */
function previousOf(
  { shipment: { predicted }, history, folded }: RecordedShipment,
  shown: ShownEstimate | null,
  moved: FoldEstimate | null,
): FoldEstimate | null {
  if (shown === null) return folded.estimatedDelivery;
  if (predicted !== null && predicted.date !== null) return moved;
  return previousEstimate([...history.snapshots.values()], folded);
}

/** Returns each merchant's newest shipment; test shipments only if there are no live ones. */
function newestInstances(recorded: readonly RecordedShipment[]): RecordedShipment[] {
  const live = recorded.filter(({ shipment }) => shipment.mode === 'live');
  const byMerchant = new Map<string, RecordedShipment>();
  for (const each of live.length > 0 ? live : recorded) {
    const other = byMerchant.get(each.shipment.merchantId);
    if (other === undefined || startsLater(each.shipment, other.shipment)) {
      byMerchant.set(each.shipment.merchantId, each);
    }
  }
  return [...byMerchant.values()];
}

function startsLater(a: Shipment, b: Shipment): boolean {
  return a.factsFromMs > b.factsFromMs || (a.factsFromMs === b.factsFromMs && a.id > b.id);
}

/**
 * Returns the latest registration (epoch ms): that merchant knows best which parcel the number
 * means.
 */
function newestRegistration(recorded: readonly RecordedShipment[]): number {
  return Math.max(...recorded.map(({ shipment }) => shipment.createdAtMs));
}

/**
 * Combines the facts of carriers and bridges of all merchants, without those known only from an account's push.
 * They are read without any merchant's own rules, and timed without any merchant's own facilities.
 * What a merchant's account with a bridge answers counts only for the merchant who registered the
 * number first: at some bridges, the owner of an account can add events of their own.
 */
function neutralHistory(recorded: readonly RecordedShipment[]): History {
  const facts = new Map<string, Fact>();
  const inboundMessages = new Set<string>();
  const first = recorded.map(({ shipment }) => shipment.id).sort()[0];
  for (const { history, shipment } of recorded) {
    for (const fact of history.facts.values()) {
      if (fact.source !== 'carrier' && fact.source !== 'bridge') continue;
      const isTrusted = fact.source === 'carrier' || shipment.id === first;
      const observations = fact.observations
        .filter((s) => !s.byAccount || (isTrusted && s.trust === 'pulled'))
        .map((s) => (s.neutralTime === undefined ? s : { ...s, time: s.neutralTime }));
      if (observations.length === 0) continue;
      const known = facts.get(fact.identity);
      const all = new Map(
        [...(known?.observations ?? []), ...observations].map((s) => [ingestionKey(s), s]),
      );
      const neutral = known ?? { ...fact, reading: fact.neutral ?? fact.reading };
      facts.set(fact.identity, { ...neutral, observations: [...all.values()] });
      for (const observation of observations) inboundMessages.add(observation.inboundMessageId);
    }
  }
  const snapshots = recorded.flatMap(({ history }) => [...history.snapshots]);
  return {
    facts,
    snapshots: new Map(
      snapshots.filter(([, snapshot]) => inboundMessages.has(snapshot.inboundMessageId)),
    ),
    pulls: [],
  };
}
