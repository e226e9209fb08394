import { STOPS_SHOWN_MAX, shownWindow } from '../../../prediction/index.ts';
import { announceTracks } from '../../../tracking/ports/public-tracks.ts';
import { createServing, type ServingDeps } from '../serving/serve.ts';
import { backdateArrivals, type NewArrival, saveArrivals } from './arrivals.sql.ts';
import { type ArrivingTermsOf, type CourierRoutes, createArriving } from './arriving.ts';

export interface ArrivalPublisherDeps extends ServingDeps {
  readonly routes: CourierRoutes;
  readonly arrivingTerms: ArrivingTermsOf;
}

/**
 * The age at which an arrival is written again even without a change: readers trust one for a
 * quarter of an hour.
 */
const FRESH_MS = 240_000;
/** No reader trusts an arrival of this age. */
const WITHDRAWN_MS = 3_600_000;
/** The maximum number of arrivals in one transaction, for which others wait. */
const SHOWN_AT_ONCE = 50;

/** Creates what stores and shows arrivals, and withdraws them. */
export function createArrivalPublisher(deps: ArrivalPublisherDeps) {
  const { tracking, routes } = deps;
  const { pipeline } = tracking.db;
  const serving = createServing(deps);
  const announced = new Map<string, { readonly key: string; readonly madeMs: number }>();
  const announceArriving = createArriving({ tracking, termsOf: deps.arrivingTerms });

  async function serveAll(ids: readonly string[]): Promise<void> {
    for (let first = 0; first < ids.length; first += SHOWN_AT_ONCE) {
      const some = ids.slice(first, first + SHOWN_AT_ONCE);
      await serving.serve(some);
      // A window that becomes narrower is no event: only this call updates open pages.
      await announceTracks(pipeline, some);
    }
  }

  return {
    /** Stores arrivals, and announces those whose visible part has changed. */
    async publish(made: readonly NewArrival[], nowMs: number): Promise<void> {
      const changed = made.filter(
        (each) => announced.get(each.shipmentId)?.key !== keyOf(each, nowMs),
      );
      const isOld = ({ shipmentId }: NewArrival) =>
        nowMs - (announced.get(shipmentId)?.madeMs ?? 0) >= FRESH_MS;
      await saveArrivals(
        pipeline,
        made.filter((each) => changed.includes(each) || isOld(each)),
      );
      await serveAll(changed.map(({ shipmentId }) => shipmentId));
      for (const each of made) {
        if (!changed.includes(each) && !isOld(each)) continue;
        announced.set(each.shipmentId, { key: keyOf(each, nowMs), madeMs: nowMs });
      }
      // This follows the windows, so that readers of the event get the newest ones; then the page
      // shows it, too.
      const arriving = await announceArriving(made, nowMs);
      if (arriving.length > 0) await serving.serve(arriving);
    },

    /** Withdraws the arrivals of a courier: nobody knows any more when. */
    async withdraw(courierId: string, nowMs: number): Promise<void> {
      const { stops } = await routes.ahead(courierId, nowMs);
      const ids = stops.flatMap(({ shipmentIds }) => shipmentIds);
      await backdateArrivals(pipeline, ids, nowMs - WITHDRAWN_MS);
      for (const id of ids) announced.delete(id);
      await serveAll(ids);
    },

    /** Forgets what was announced before then. */
    forgetBefore(beforeMs: number): void {
      for (const [id, { madeMs }] of announced) if (madeMs < beforeMs) announced.delete(id);
    },
  };
}

/** A key of the visible part of an arrival. */
function keyOf(arrival: NewArrival, nowMs: number): string {
  const { fromMs, toMs } = shownWindow(arrival, nowMs);
  return [fromMs, toMs, Math.min(arrival.stopsBefore, STOPS_SHOWN_MAX + 1)].join();
}
