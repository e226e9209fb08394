import type { PageTexts } from '../texts.ts';
import type { Arrival } from '../view/arrival.ts';
import type { TrackView } from '../view/track-view.ts';
import { Glyph } from './glyph.tsx';
import { PickupPlace } from './pickup-place.tsx';
import { Progress } from './progress.tsx';

interface SummaryProps {
  readonly view: TrackView;
  readonly texts: PageTexts;
}

/** The two questions a reader has, in order: where is it, and when does it arrive. */
export function Summary({ view, texts }: SummaryProps) {
  return (
    <section class="summary card" aria-labelledby="headline">
      <p class="number">
        <span class="carrier">{view.carrier.name}</span>
        <span class="unseen">{`, ${texts.number} `}</span>
        <span class="digits">{view.number}</span>
      </p>
      {view.isTest && <p class="test">{texts.test_parcel}</p>}
      <div class="status">
        <Glyph name={view.glyph} />
        <h1 id="headline">{view.headline}</h1>
      </div>
      {view.reason && <p class="reason">{view.reason}</p>}
      <p class="lead">{view.lead}</p>
      {!view.confirmed && <Unconfirmed texts={texts} />}
      {view.pickup && <PickupPlace pickup={view.pickup} texts={texts} />}
      {view.arrival && <When arrival={view.arrival} />}
      <Progress steps={view.steps} texts={texts.progress} />
      <div class="foot">
        <p class="live" data-live-note hidden>
          {texts.live.on}
        </p>
        {view.carrier.url && (
          <a class="elsewhere" href={view.carrier.url} rel="noreferrer">
            {texts.carrier_link({ carrier: view.carrier.name })}
          </a>
        )}
      </div>
    </section>
  );
}

function Unconfirmed({ texts }: { readonly texts: PageTexts }) {
  return (
    <p class="unconfirmed">
      <strong>{texts.unconfirmed.title}</strong> {texts.unconfirmed.text}
    </p>
  );
}

function When({ arrival }: { readonly arrival: Arrival }) {
  return (
    <p class="arrival">
      <span class="label">{arrival.label}</span>{' '}
      <time class="day" dateTime={arrival.datetime}>
        {arrival.day}
      </time>{' '}
      {arrival.detail && <span class="window">{arrival.detail}</span>}{' '}
      {arrival.before && (
        <time
          class={arrival.before.isLate ? 'before late' : 'before'}
          dateTime={arrival.before.datetime}
        >
          {arrival.before.label}
        </time>
      )}{' '}
      {arrival.why && <span class="window why">{arrival.why}</span>}{' '}
      {arrival.saidBy && <span class="label">{arrival.saidBy}</span>}
    </p>
  );
}
