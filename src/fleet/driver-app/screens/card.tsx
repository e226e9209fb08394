import { useApp, useWork } from '../app-context.ts';
import { nowMs } from '../phone/ports.ts';
import type { Outcome } from '../plan/delivery-plan.ts';
import { dayAndClockOf } from '../plan/times.ts';
import { Header, Notice } from './pieces.tsx';
import { useStop } from './stop.tsx';

/** The notice for the recipient: to print, or to copy onto a paper card. */
export function CardScreen({
  stopId,
  outcome,
  neighbour,
}: {
  readonly stopId: string;
  readonly outcome: Outcome;
  readonly neighbour: string;
}) {
  const { say, language } = useApp();
  const { snapshot } = useWork();
  const stop = useStop(stopId);
  if (stop === undefined) return <Notice>{say('stop.gone')}</Notice>;
  const { time_zone: zone } = snapshot.route?.courier ?? snapshot.enrolment.courier;
  return (
    <>
      <Header title={say('card.title')} back={{ name: 'stops' }} />
      <article class="leave">
        <h2>{say('card.headline')}</h2>
        <p>
          {outcome === 'neighbour'
            ? say('card.at_neighbour_name', { name: neighbour })
            : say('card.lead')}
        </p>
        <dl>
          <dt>{say('card.when')}</dt>
          <dd>{dayAndClockOf(nowMs(), language, zone)}</dd>
          <dt>{say('card.number')}</dt>
          {stop.parcels.map(({ tracking_number }) => (
            <dd class="number" key={tracking_number}>
              {tracking_number}
            </dd>
          ))}
        </dl>
        {outcome !== 'neighbour' && <p>{say('card.track')}</p>}
        <p class="link">{`${location.host}/track`}</p>
      </article>
      <button class="main" type="button" onClick={() => window.print()}>
        {say('card.print')}
      </button>
      <a class="button" href="#/stops">
        {say('stops.title')}
      </a>
    </>
  );
}
