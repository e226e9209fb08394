import type { ParcelView, StopView } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import { OUTCOMES } from '../plan/delivery-plan.ts';
import { hashOf } from '../plan/screens.ts';
import { clockOf } from '../plan/times.ts';
import { Glyph, Header, Notice } from './pieces.tsx';

const BACK = { name: 'stops' } as const;

/** The screen of one address: recipient, place, parcels, and what happened there. */
export function StopScreen({ stopId }: { readonly stopId: string }) {
  const { say } = useApp();
  const stop = useStop(stopId);
  if (stop === undefined) {
    return (
      <>
        <Header title={say('stops.title')} back={BACK} />
        <Notice>{say('stop.gone')}</Notice>
      </>
    );
  }
  return (
    <>
      <Header title={say('stop.title', { number: stop.position })} back={BACK} />
      <Address stop={stop} />
      {stop.notes.length > 0 && (
        <Notice>
          <h2>{say('stop.notes')}</h2>
          {stop.notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </Notice>
      )}
      <Pickup stop={stop} />
      <h2>{say('stop.parcels')}</h2>
      <Parcels stop={stop} />
      {stop.isDone ? (
        <Notice kind="good">{say('stop.all_done')}</Notice>
      ) : (
        <>
          <h2>{say('stop.choose')}</h2>
          <div class="outcomes">
            {OUTCOMES.map((outcome) => (
              <a
                key={outcome}
                class={`button ${outcome === 'delivered' && awaitingPickup(stop).length === 0 ? 'main' : ''}`}
                href={hashOf({ name: 'door', stopId, outcome })}
              >
                {say(`stop.${outcome}`)}
              </a>
            ))}
          </div>
        </>
      )}
    </>
  );
}

export function useStop(stopId: string): StopView | undefined {
  return useWork().snapshot.route?.stops.find(({ id }) => id === stopId);
}

/** The name of the stop in the queue. */
export function labelOf({ address, recipient }: StopView): string {
  return address.lines.join(', ') || (recipient.name ?? address.postal_code ?? '');
}

function Address({ stop }: { readonly stop: StopView }) {
  const { say, language } = useApp();
  const { snapshot } = useWork();
  const { recipient, address, location, window } = stop;
  const zone = snapshot.route?.courier.time_zone ?? null;
  const place = [address.postal_code, address.city].filter(Boolean).join(' ');
  const target =
    location === null
      ? encodeURIComponent([...address.lines, place, address.country].filter(Boolean).join(', '))
      : `${location.lat},${location.lng}`;
  return (
    <div class="card">
      <p class="name">{recipient.name ?? say('stop.no_name')}</p>
      <address>
        {address.lines.map((line) => (
          <span key={line}>{line}</span>
        ))}
        <span>{place}</span>
      </address>
      {window !== null && (
        <p class="window">
          {say('stops.window', {
            from: clockOf(window.from, language, zone),
            to: clockOf(window.to, language, zone),
          })}
        </p>
      )}
      <div class="row">
        {recipient.phone !== null && (
          <a class="button" href={`tel:${recipient.phone.replace(/[^+\d]/g, '')}`}>
            <Glyph of="call" />
            {say('stops.call')}
          </a>
        )}
        <a class="button" href={`geo:${location === null ? '0,0' : target}?q=${target}`}>
          <Glyph of="route" />
          {say('stops.navigate')}
        </a>
      </div>
    </div>
  );
}

/** The parcels of a stop that are still at the pickup: collecting them is the next step. */
function awaitingPickup({ parcels }: StopView): readonly ParcelView[] {
  return parcels.filter(({ shown, pickup }) => shown === 'to_load' && pickup != null);
}

/** The pickup of a stop's parcels: where it is, and a button for having collected them. */
function Pickup({ stop }: { readonly stop: StopView }) {
  const { say, announce } = useApp();
  const { record } = useWork();
  const parcels = awaitingPickup(stop);
  const pickup = parcels[0]?.pickup;
  if (pickup == null) return null;
  // An address given in one line already contains its town.
  const { postal_code: code, city } = pickup;
  const isTownInAddress =
    code !== null && city === null && pickup.lines.some((line) => line.includes(code));
  const town = isTownInAddress ? '' : [code, city].filter(Boolean).join(' ');
  const lines = town === '' ? pickup.lines : [...pickup.lines, town];
  const target = encodeURIComponent([...lines, pickup.country].filter(Boolean).join(', '));

  async function markPickedUp(): Promise<void> {
    const isStored = await record(
      parcels.map(({ shipment_id: id }) => ({
        label: labelOf(stop),
        event: { type: 'status' as const, shipment_id: id, status: 'picked_up' },
        marks: { shipmentIds: [id], state: 'loaded' as const },
      })),
    );
    if (isStored) announce(say('stop.picked_up'));
  }

  return (
    <>
      <h2>{say('stop.pickup')}</h2>
      <div class="card">
        <address>
          {lines.map((line) => (
            <span key={line}>{line}</span>
          ))}
        </address>
        <div class="row">
          <a class="button" href={`geo:0,0?q=${target}`}>
            <Glyph of="route" />
            {say('stops.navigate')}
          </a>
          <a class="button" href={hashOf({ name: 'load' })}>
            <Glyph of="load" />
            {say('load.scan')}
          </a>
          <button class="main" type="button" onClick={() => void markPickedUp()}>
            {say('stop.fetched')}
          </button>
        </div>
      </div>
    </>
  );
}

function Parcels({ stop }: { readonly stop: StopView }) {
  const { say } = useApp();
  return (
    <ul class="parcels">
      {stop.parcels.map((parcel) => (
        <li key={parcel.shipment_id}>
          <span class="number">{parcel.tracking_number}</span>
          <span class={`state ${parcel.shown}`}>{say(`state.${parcel.shown}`)}</span>
          <span class="more">
            {[
              ...(hasOthers(stop) && parcel.recipient?.name ? [parcel.recipient.name] : []),
              ...parcel.require_proof.map((kind) => say(`proof.${kind}`)),
              ...(parcel.isWaiting ? [say('stop.waiting')] : []),
            ].join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Whether several people get parcels at this address; then each parcel names its recipient. */
function hasOthers({ recipient, parcels }: StopView): boolean {
  return parcels.some((each) => each.recipient && each.recipient.name !== recipient.name);
}
