import type { EstimateView } from '../../../../events/shipment-view.ts';
import type { ReadStatus } from '../../../../kernel/status.ts';
import { hasPassed } from '../../kit/dates.ts';
import { useMessages, useReason } from '../../kit/language.ts';
import { Moment, type Tone } from '../../kit/pieces.tsx';
import type { ShipmentSnapshot, Viewer } from './shipment-snapshot.ts';

interface Props {
  readonly snapshot: ShipmentSnapshot;
  readonly viewer: Viewer;
  /** The same as in the API. */
  readonly shown: {
    readonly tracking_url: string;
    readonly delivered_at: string | null;
    readonly last_event_at: string | null;
    readonly created_at: string;
  };
}

/** A summary of a shipment and its state. */
export function ShipmentFacts({ snapshot, viewer, shown }: Props) {
  const words = useMessages().shipmentPage.headline;
  const { shipment } = snapshot.view;
  const { state } = shipment;
  return (
    <dl class="facts">
      {shown.delivered_at !== null && (
        <>
          <dt>{words.delivered}</dt>
          <dd>
            <Moment at={shown.delivered_at} nowMs={viewer.nowMs} />
          </dd>
        </>
      )}
      {shown.last_event_at !== shown.delivered_at && (
        <>
          <dt>{words.last}</dt>
          <dd>
            <Moment at={shown.last_event_at} nowMs={viewer.nowMs} />
          </dd>
        </>
      )}
      {shipment.orderIds.length > 0 && (
        <>
          <dt>{shipment.orderIds.length === 1 ? words.order : words.orders}</dt>
          <dd>{shipment.orderIds.join(', ')}</dd>
        </>
      )}
      {state.pieces !== null && (
        <>
          <dt>{words.pieces}</dt>
          <dd>
            {words.piecesOf({ delivered: state.pieces.delivered, total: state.pieces.total })}
          </dd>
        </>
      )}
      <dt>{words.registered}</dt>
      <dd>
        <Moment at={shown.created_at} nowMs={viewer.nowMs} />
      </dd>
      <dt>{words.page}</dt>
      <dd>
        <a href={shown.tracking_url}>{words.pageLink}</a>
      </dd>
      <dt>{words.id}</dt>
      <dd>
        <code>{shipment.id}</code>
      </dd>
    </dl>
  );
}

interface PunctualityInput {
  readonly status: ReadStatus;
  readonly late: number | null;
  readonly promised: string | null;
  readonly estimate: EstimateView | null;
  /** At the destination. */
  readonly today: string;
}

/**
 * How a parcel arrived, is expected or stands against the promised day: a forecast never reads like
 * a result. Null if nobody can say; inside components only.
 */
export function usePunctuality({ status, late, promised, estimate, today }: PunctualityInput) {
  const { daysLate, onTime } = useMessages().desk.shipments;
  const isForecast = estimate !== null && !hasPassed(estimate, today);
  const how = status === 'delivered' ? 'arrived' : isForecast ? 'expected' : 'is';
  if (late !== null) {
    return { text: daysLate({ how, count: late }), tone: how === 'is' ? 'bad' : 'warn' } as const;
  }
  // A parcel that is held is not on time, whatever day is still announced.
  if (promised === null || how === 'is' || status === 'exception') return null;
  return { text: onTime({ how }), tone: 'plain' } as const;
}

export const TONES: Partial<Readonly<Record<ReadStatus, Tone>>> = {
  delivered: 'good',
  delivery_attempted: 'warn',
  exception: 'bad',
  returning: 'warn',
  returned_to_sender: 'plain',
  created: 'plain',
  cancelled: 'plain',
  none: 'plain',
};

interface StatusProps {
  readonly status: ReadStatus;
  /** Of an unfinished delivery by own couriers; null: it is none. */
  readonly hasCourier?: boolean | null;
}

/** A status in a word and its tone. A delivery that is not picked up shows whether it has a courier. */
export function useShownStatus({ status, hasCourier = null }: StatusProps) {
  const { status: texts, dispatch, shipmentPage } = useMessages();
  if (status !== 'created' || hasCourier === null) {
    return { word: texts.short[status], tone: TONES[status] ?? '' };
  }
  return hasCourier
    ? { word: shipmentPage.headline.assigned, tone: '' }
    : { word: dispatch.board.phases.pending, tone: 'warn' };
}

export function StatusTag({
  status,
  reason,
  hasCourier = null,
}: StatusProps & { readonly reason: string | null }) {
  const { word, tone } = useShownStatus({ status, hasCourier });
  const why = useReason(reason);
  return <span class={`pill ${tone}`}>{why === null ? word : `${word}: ${why}`}</span>;
}
