import { useEffect, useRef, useState } from 'preact/hooks';
import type { Offer, TakeAnswer } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import { hashOf, offersLeft } from '../plan/screens.ts';
import { clockOf } from '../plan/times.ts';
import { Header, Notice } from './pieces.tsx';

/** The screen with the courier's offers, and open deliveries nearby. */
export function OffersScreen() {
  const { say } = useApp();
  const { snapshot } = useWork();
  return (
    <>
      <Header title={say('offers.title')} back={{ name: 'stops' }} />
      {snapshot.offers.length === 0 && (
        <Notice>
          <p>{say('offers.none')}</p>
        </Notice>
      )}
      <Offers offers={snapshot.offers} />
      <Near offers={snapshot.offers} />
    </>
  );
}

/** The courier's offers, each answered with one tap. */
function Offers({ offers }: { readonly offers: readonly Offer[] }) {
  return (
    <ul class="offers">
      {offers.map((offer) => (
        <OfferCard key={offer.id} offer={offer} onGone={() => {}} />
      ))}
    </ul>
  );
}

/** The bar that shows waiting offers, on every screen except a delivery form. */
export function OffersBar() {
  const { say } = useApp();
  const { offers } = useWork().snapshot;
  if (offers.length === 0) return null;
  const [first] = offers;
  return (
    <a class="offered" href={hashOf({ name: 'offers' })}>
      <strong>
        {offers.length === 1 ? say('offers.one') : say('offers.many', { count: offers.length })}
      </strong>
      <span>{first?.origin.address ?? ''}</span>
    </a>
  );
}

function Near({ offers }: { readonly offers: readonly Offer[] }) {
  const { say } = useApp();
  const { session } = useWork();
  const [found, setFound] = useState<readonly Offer[] | 'asking' | 'no_answer'>('asking');
  // Offers that were withdrawn went to someone else, even if an earlier list still has them.
  const gone = useRef(new Set<string>());
  const before = useRef(offers);
  async function refresh(): Promise<void> {
    gone.current = new Set();
    setFound('asking');
    setFound((await session.deliveriesNear()) ?? 'no_answer');
  }
  useEffect(() => void refresh(), [session]);
  for (const id of offersLeft(before.current, offers)) gone.current.add(id);
  before.current = offers;
  const isOther = ({ id }: Offer) =>
    !gone.current.has(id) && !offers.some((each) => each.id === id);
  const others = typeof found === 'string' ? [] : found.filter(isOther);
  const removeOffer = (offerId: string) =>
    setFound((now) => (typeof now === 'string' ? now : now.filter(({ id }) => id !== offerId)));
  return (
    <>
      <h2>{say('offers.near')}</h2>
      <p class="muted" role="status">
        {found === 'no_answer' && say('offers.no_answer')}
        {found === 'asking' && say('offers.looking')}
        {typeof found !== 'string' && others.length === 0 && say('offers.none_near')}
      </p>
      <ul class="offers">
        {others.map((offer) => (
          <OfferCard key={offer.id} offer={offer} onGone={() => removeOffer(offer.id)} />
        ))}
      </ul>
      <button type="button" onClick={() => void refresh()} disabled={found === 'asking'}>
        {say('offers.look')}
      </button>
    </>
  );
}

function OfferCard({ offer, onGone }: { readonly offer: Offer; readonly onGone: () => void }) {
  const { say, go, announce } = useApp();
  const { session } = useWork();
  const [isAnswering, setAnswering] = useState(false);
  const [refused, setRefused] = useState('');

  async function take(): Promise<void> {
    setAnswering(true);
    const answer = await session.take(offer.id);
    setAnswering(false);
    if (answer.outcome === 'taken') {
      navigator.vibrate?.(60);
      announce(say('offers.taken'));
      onGone();
      go({ name: 'stops' });
    } else if (answer.outcome === 'gone') {
      announce(say('offers.gone'));
      onGone();
    } else {
      setRefused(refusalText(answer, say('offers.no_answer')));
    }
  }

  async function decline(): Promise<void> {
    setAnswering(true);
    const isAnswered = await session.decline(offer.id);
    setAnswering(false);
    if (isAnswered) onGone();
    else setRefused(say('offers.no_answer'));
  }

  return (
    <li class="card offer">
      <Facts offer={offer} />
      {refused !== '' && (
        <p class="notice bad" role="alert">
          {refused}
        </p>
      )}
      <div class="row">
        <button class="main" type="button" disabled={isAnswering} onClick={() => void take()}>
          {say('offers.take')}
        </button>
        <button type="button" disabled={isAnswering} onClick={() => void decline()}>
          {say('offers.decline')}
        </button>
      </div>
    </li>
  );
}

function refusalText(answer: TakeAnswer, noAnswer: string): string {
  if (answer.outcome !== 'refused') return noAnswer;
  return [answer.refusal.reason, answer.refusal.fix].filter((part) => part !== '').join(' ');
}

/** An offer's origin, destination, distance and times. */
function Facts({ offer }: { readonly offer: Offer }) {
  const { say, language } = useApp();
  const { snapshot } = useWork();
  const zone = snapshot.route?.courier.time_zone ?? null;
  const at = (instant: string) => clockOf(instant, language, zone);
  const km = (kilometres: number) =>
    say('offers.km', { km: new Intl.NumberFormat(language).format(kilometres) });
  const weight =
    offer.weight_g === null
      ? []
      : [
          say('offers.kg', {
            kg: new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(
              offer.weight_g / 1000,
            ),
          }),
        ];
  return (
    <dl class="way">
      <dt>{say('offers.from')}</dt>
      <dd>
        <strong>{offer.origin.address ?? placeOf(offer.origin)}</strong>
        <span class="muted">
          {[
            ...(offer.distance_km === null ? [] : [km(offer.distance_km)]),
            say('offers.pickup_at', { time: at(offer.estimated_pickup_time) }),
          ].join(' · ')}
        </span>
      </dd>
      <dt>{say('offers.to')}</dt>
      <dd>
        <strong>{offer.destination.address ?? placeOf(offer.destination)}</strong>
        <span class="muted">
          {[
            say('offers.trip', { km: km(offer.trip_km) }),
            ...(offer.deliver_by === null
              ? []
              : [say('offers.deliver_by', { time: at(offer.deliver_by) })]),
            say(`offers.${offer.package_size}`),
            ...weight,
          ].join(' · ')}
        </span>
      </dd>
    </dl>
  );
}

function placeOf({ lat, lng }: { readonly lat: number; readonly lng: number }): string {
  return `${lat.toFixed(3)}, ${lng.toFixed(3)}`;
}
