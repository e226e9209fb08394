import type { EstimateView } from '../../../../events/shipment-view.ts';
import type { ReadStatus } from '../../../../kernel/status.ts';
import { percentIn } from '../../../../platform/messages/catalogue.ts';
import { spanText, useDates } from '../../kit/dates.ts';
import { useMessages, useReason, useSpoken } from '../../kit/language.ts';
import { useAreaNames } from '../../kit/names.ts';
import { ModeName, Moment, type Tone } from '../../kit/pieces.tsx';
import type { ShipmentSnapshot, Sight } from './shipment-snapshot.ts';

interface Props {
  readonly snapshot: ShipmentSnapshot;
  readonly sight: Sight;
  /** What everyone sees; absent: nothing is expected any more. */
  readonly estimate?: EstimateView | null;
  /** Slug of its merchant; absent: the reader has only one. */
  readonly merchant?: string;
  /** The same as in the API. */
  readonly shown: {
    readonly tracking_url: string;
    readonly delivered_at: string | null;
    readonly last_event_at: string | null;
    readonly created_at: string;
  };
}

/** A summary of a shipment and its state. */
export function ShipmentFacts({ snapshot, sight, estimate, merchant, shown }: Props) {
  const words = useMessages().shipmentPage.headline;
  const { shipment, personal } = snapshot.view;
  const { state } = shipment;
  const areaOf = useAreaNames();
  const goesTo = sight.seesPeople ? areaOf(personal.destination) : '';
  return (
    <dl class="facts">
      {merchant !== undefined && (
        <>
          <dt>{words.merchant}</dt>
          <dd>
            {merchant} <ModeName mode={shipment.mode} />
          </dd>
        </>
      )}
      {shown.delivered_at !== null && (
        <>
          <dt>{words.delivered}</dt>
          <dd>
            <Moment at={shown.delivered_at} nowMs={sight.nowMs} />
          </dd>
        </>
      )}
      {estimate !== undefined && (
        <>
          <dt>{words.expected}</dt>
          <dd>
            <Expected estimate={estimate} nowMs={sight.nowMs} />
          </dd>
        </>
      )}
      <dt>{words.last}</dt>
      <dd>
        <Moment at={shown.last_event_at} nowMs={sight.nowMs} />
      </dd>
      {shipment.orderIds.length > 0 && (
        <>
          <dt>{shipment.orderIds.length === 1 ? words.order : words.orders}</dt>
          <dd>{shipment.orderIds.join(', ')}</dd>
        </>
      )}
      {goesTo !== '' && (
        <>
          <dt>{words.goesTo}</dt>
          <dd>{goesTo}</dd>
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
        <Moment at={shown.created_at} nowMs={sight.nowMs} />
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

/** The estimate at the destination, with its source. */
function Expected(props: { readonly estimate: EstimateView | null; readonly nowMs: number }) {
  const { estimate, nowMs } = props;
  const words = useMessages().shipmentPage.headline;
  const { language } = useSpoken();
  const dates = useDates(nowMs);
  if (estimate === null) return <span class="soft">{words.nobodyKnows}</span>;
  const { confidence, source, late } = estimate;
  const sure =
    confidence === null ? '' : `, ${words.sure({ percent: percentIn(language, confidence) })}`;
  return (
    <>
      <time dateTime={estimate.date}>{spanText(estimate, dates)}</time>{' '}
      {late && <span class="late">{words.late}</span>}
      <div class="soft" title={estimate.time_zone ?? undefined}>
        {`${words.sources[source]}${sure}`}
      </div>
    </>
  );
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

export function StatusTag({
  status,
  reason,
}: {
  readonly status: ReadStatus;
  readonly reason: string | null;
}) {
  const words = useMessages().status.short[status];
  const why = useReason(reason);
  return (
    <span class={`pill ${TONES[status] ?? ''}`}>{why === null ? words : `${words}: ${why}`}</span>
  );
}
