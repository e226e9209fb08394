import type { EstimateView } from '../../../../events/shipment-view.ts';
import { mayArrive, type ReadStatus } from '../../../../kernel/status.ts';
import { useMessages, useReason } from '../../kit/language.ts';
import { Instant, ModeName, Tag, type Tone } from '../../kit/pieces.tsx';
import type { ShipmentSnapshot, Sight } from './shipment-snapshot.ts';

interface Props {
  readonly snapshot: ShipmentSnapshot;
  readonly sight: Sight;
  /** Slug of its merchant; null: the reader has only one. */
  readonly merchant: string | null;
  /** Its carrier's name; absent: the carrier's id is shown. */
  readonly carrier?: string;
  /** The same as in the API. */
  readonly shown: {
    readonly tracking_url: string;
    readonly estimated_delivery: EstimateView | null;
    readonly delivered_at: string | null;
    readonly last_event_at: string | null;
    readonly created_at: string;
  };
}

/** A summary of a shipment and its state. */
export function ShipmentFacts({ snapshot, sight, merchant, carrier, shown }: Props) {
  const words = useMessages().shipmentPage.headline;
  const { shipment, personal } = snapshot.view;
  const { state } = shipment;
  return (
    <dl class="facts">
      <dt>{words.carrier}</dt>
      <dd>
        {carrier ?? shipment.carrier}
        {shipment.serviceLevel && <span class="soft"> {shipment.serviceLevel}</span>}
      </dd>
      {merchant !== null && (
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
            <Instant at={shown.delivered_at} nowMs={sight.nowMs} />
          </dd>
        </>
      )}
      {mayArrive(state.status, state.subStatus) && (
        <>
          <dt>{words.expected}</dt>
          <dd>
            <Expected estimate={shown.estimated_delivery} />
          </dd>
        </>
      )}
      <dt>{words.last}</dt>
      <dd>
        <Instant at={shown.last_event_at} nowMs={sight.nowMs} />
      </dd>
      {shipment.orderIds.length > 0 && (
        <>
          <dt>{shipment.orderIds.length === 1 ? words.order : words.orders}</dt>
          <dd>{shipment.orderIds.join(', ')}</dd>
        </>
      )}
      {sight.seesPeople && areaOf(personal.destination) !== '' && (
        <>
          <dt>{words.goesTo}</dt>
          <dd>{areaOf(personal.destination)}</dd>
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
        <Instant at={shown.created_at} nowMs={sight.nowMs} />
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

/** The parts of an address that name its area, not the door. */
function areaOf(address: Readonly<Record<string, unknown>> | null): string {
  const parts = ['postal_code', 'city', 'country'].map((name) => address?.[name]);
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' ');
}

/** The estimate at the destination, with its source. */
function Expected({ estimate }: { readonly estimate: EstimateView | null }) {
  const words = useMessages().shipmentPage.headline;
  if (estimate === null) return <span class="soft">{words.nobodyKnows}</span>;
  const { date, precision, from_local: from, to_local: to, confidence, source, late } = estimate;
  const [firstDay, lastDay] = [from?.slice(0, 10) ?? date, to?.slice(0, 10) ?? date];
  const [begins, ends] = [from?.slice(11, 16), to?.slice(11, 16)];
  const day = firstDay === lastDay ? date : words.days({ first: firstDay, last: lastDay });
  const hours = precision === 'time' && begins && ends ? ` ${begins}–${ends}` : '';
  const sure = confidence === null ? '' : `, ${Math.round(confidence * 100)} %`;
  return (
    <>
      {day}
      {hours}{' '}
      <span class="soft">
        {[estimate.time_zone, `${words.sources[source]}${sure}`].filter((part) => part).join(', ')}
      </span>{' '}
      {late && <Tag tone="warn">{words.late}</Tag>}
    </>
  );
}

const TONES: Partial<Readonly<Record<ReadStatus, Tone>>> = {
  delivered: 'good',
  delivery_attempted: 'warn',
  exception: 'bad',
  returning: 'warn',
  returned_to_sender: 'warn',
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
  return <Tag tone={TONES[status] ?? 'plain'}>{why === null ? words : `${words}: ${why}`}</Tag>;
}
