import type { EstimateView } from '../../../../events/estimate-view.ts';
import type { ReadStatus } from '../../../../kernel/status.ts';
import { Instant, Tag, type Tone } from '../../../console/parts/pieces.tsx';
import type { SeenShipment } from './seen-shipment.ts';
import type { Sight } from './sight.ts';

interface Props {
  readonly seen: SeenShipment;
  readonly sight: Sight;
  /** Slug of whose it is; null: the reader has but one. */
  readonly merchant: string | null;
  /** The same as the API tells it. */
  readonly shown: {
    readonly tracking_url: string;
    readonly estimated_delivery: EstimateView | null;
    readonly delivered_at: string | null;
    readonly last_event_at: string | null;
    readonly created_at: string;
  };
}

/** What a shipment is and where it stands, in a few lines. */
export function ShipmentFacts({ seen, sight, merchant, shown }: Props) {
  const { shipment, personal } = seen.view;
  const { state } = shipment;
  return (
    <dl class="facts">
      <dt>Carrier</dt>
      <dd>
        {shipment.carrier}
        {shipment.serviceLevel && <span class="soft"> {shipment.serviceLevel}</span>}
      </dd>
      {merchant !== null && (
        <>
          <dt>Merchant</dt>
          <dd>
            {merchant} <span class="soft">{shipment.mode}</span>
          </dd>
        </>
      )}
      <dt>{shown.delivered_at === null ? 'Expected' : 'Delivered'}</dt>
      <dd>
        {shown.delivered_at === null ? (
          <Expected estimate={shown.estimated_delivery} />
        ) : (
          <Instant at={shown.delivered_at} nowMs={sight.nowMs} />
        )}
      </dd>
      <dt>Last event</dt>
      <dd>
        <Instant at={shown.last_event_at} nowMs={sight.nowMs} />
      </dd>
      {shipment.orderIds.length > 0 && (
        <>
          <dt>{shipment.orderIds.length === 1 ? 'Order' : 'Orders'}</dt>
          <dd>{shipment.orderIds.join(', ')}</dd>
        </>
      )}
      {sight.seesPeople && areaOf(personal.destination) !== '' && (
        <>
          <dt>Goes to</dt>
          <dd>{areaOf(personal.destination)}</dd>
        </>
      )}
      {state.pieces !== null && (
        <>
          <dt>Pieces</dt>
          <dd>
            {state.pieces.delivered} of {state.pieces.total} delivered
          </dd>
        </>
      )}
      <dt>Registered</dt>
      <dd>
        <Instant at={shown.created_at} nowMs={sight.nowMs} />
      </dd>
      <dt>Tracking page</dt>
      <dd>
        <a href={shown.tracking_url}>As anyone with the number sees it</a>
      </dd>
      <dt>Id</dt>
      <dd>
        <code>{shipment.id}</code>
      </dd>
    </dl>
  );
}

/** The parts of an address that say which area it is, not which door. */
function areaOf(address: Readonly<Record<string, unknown>> | null): string {
  const parts = ['postal_code', 'city', 'country'].map((name) => address?.[name]);
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' ');
}

const SOURCES: Readonly<Record<EstimateView['source'], string>> = {
  carrier: 'says the carrier',
  model: 'from comparable parcels or the courier’s route',
  rule: 'counted in working days',
};

/** A day or window at the destination, and who says so. */
function Expected({ estimate }: { readonly estimate: EstimateView | null }) {
  if (estimate === null) return <span class="soft">nobody knows</span>;
  const { date, precision, from_local: from, to_local: to, confidence, source, late } = estimate;
  const [firstDay, lastDay] = [from?.slice(0, 10) ?? date, to?.slice(0, 10) ?? date];
  const [begins, ends] = [from?.slice(11, 16), to?.slice(11, 16)];
  const day = firstDay === lastDay ? date : `${firstDay} to ${lastDay}`;
  const hours = precision === 'time' && begins && ends ? ` ${begins}–${ends}` : '';
  const sure = confidence === null ? '' : `, ${Math.round(confidence * 100)} %`;
  return (
    <>
      {day}
      {hours}{' '}
      <span class="soft">
        {[estimate.time_zone, `${SOURCES[source]}${sure}`].filter((part) => part).join(', ')}
      </span>{' '}
      {late && <Tag tone="warn">late</Tag>}
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
  const words = status === 'none' ? 'no status' : status.replaceAll('_', ' ');
  return (
    <Tag tone={TONES[status] ?? 'plain'}>
      {reason === null ? words : `${words}: ${reason.replaceAll('_', ' ')}`}
    </Tag>
  );
}
