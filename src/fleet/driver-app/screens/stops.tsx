import { useState } from 'preact/hooks';
import type { StopView } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import { hashOf, inHand } from '../plan/screens.ts';
import { clockOf } from '../plan/times.ts';
import { Glyph, Notice } from './pieces.tsx';

/** The screen with the stops of the day, in driving order. */
export function StopsScreen() {
  const { say, language } = useApp();
  const { snapshot, session } = useWork();
  const [refreshing, setRefreshing] = useState<'no' | 'yes' | 'failed'>('no');
  const { route } = snapshot;
  const stops = route?.stops ?? [];
  const open = stops.filter(({ isDone }) => !isDone);
  const done = stops.filter(({ isDone }) => isDone);
  const time = route === null ? '' : clockOf(route.fetchedAtMs, language, null);

  async function refresh(): Promise<void> {
    setRefreshing('yes');
    await session.flush();
    setRefreshing((await session.refreshRoute()) ? 'no' : 'failed');
  }

  return (
    <>
      <h1 tabIndex={-1}>{say('stops.title')}</h1>
      <Shift />
      {stops.length > 0 && (
        <p class="progress">
          <progress max={stops.length} value={done.length} aria-hidden="true" />
          {say('stops.progress', { done: done.length, all: stops.length })}
        </p>
      )}
      {(route?.notices ?? []).length > 0 && (
        <Notice>
          <h2>{say('stops.news')}</h2>
          <ul>
            {route?.notices.map(({ id, text }) => (
              <li key={id}>{text}</li>
            ))}
          </ul>
        </Notice>
      )}
      {stops.length === 0 && (
        <Notice>
          <h2>{say('stops.none')}</h2>
          <p>{say('stops.none_lead')}</p>
        </Notice>
      )}
      {snapshot.shift === 'on' && !snapshot.isPaused && canReceiveOffers(stops) && (
        <a class="button" href={hashOf({ name: 'offers' })}>
          {say('offers.look')}
        </a>
      )}
      <ol class="stops">
        {open.map((stop, index) => (
          <StopItem key={stop.id} stop={stop} isNext={index === 0} />
        ))}
      </ol>
      {inHand(route).length > 0 && (
        <a class="button" href={hashOf({ name: 'hand-in' })}>
          {say('handin.open')}
        </a>
      )}
      {done.length > 0 && (
        <details>
          <summary>
            {say('stops.done')} ({done.length})
          </summary>
          <ol class="stops done">
            {done.map((stop) => (
              <StopItem key={stop.id} stop={stop} isNext={false} />
            ))}
          </ol>
        </details>
      )}
      <p class="muted" role="status">
        {refreshing === 'failed' && say('stops.not_refreshed', { time })}
        {refreshing !== 'failed' && route !== null && say('stops.as_of', { time })}
      </p>
      <button type="button" onClick={() => void refresh()} disabled={refreshing === 'yes'}>
        {say(refreshing === 'yes' ? 'stops.refreshing' : 'stops.refresh')}
      </button>
    </>
  );
}

/**
 * Whether the courier may get offers: those who deliver from pickup to drop-off may, and those with
 * nothing to do. Depot vans need no such list.
 */
function canReceiveOffers(stops: readonly StopView[]): boolean {
  const parcels = stops.flatMap((stop) => stop.parcels);
  return parcels.length === 0 || parcels.some(({ pickup }) => pickup != null);
}

function Shift() {
  const { say } = useApp();
  const { snapshot, record } = useWork();
  const { isPaused } = snapshot;
  const isOn = snapshot.shift === 'on';
  const shift = isOn ? 'off' : 'on';
  const paused = !isPaused;
  const pausing = { paused, label: say(paused ? 'queue.paused' : 'queue.resumed') };
  return (
    <div class="shift">
      {!isOn && <p>{say('stops.off_shift')}</p>}
      {isPaused && <p role="status">{say('stops.paused')}</p>}
      {isOn && (
        <button
          class={isPaused ? 'main' : 'quiet'}
          type="button"
          onClick={() => void record([{ ...pausing, shift: 'on' }])}
        >
          {say(isPaused ? 'stops.resume' : 'stops.pause')}
        </button>
      )}
      <button
        class={isOn ? 'quiet' : 'main'}
        type="button"
        onClick={() => void record([{ shift, label: say(`queue.${shift}`) }])}
      >
        {say(isOn ? 'stops.end_shift' : 'stops.start_shift')}
      </button>
    </div>
  );
}

function StopItem({ stop, isNext }: { readonly stop: StopView; readonly isNext: boolean }) {
  const { say, language } = useApp();
  const { snapshot } = useWork();
  const { address, window, parcels, recipient } = stop;
  const zone = snapshot.route?.courier.time_zone ?? null;
  const count =
    parcels.length === 1 ? say('stops.parcel') : say('stops.parcels', { count: parcels.length });
  return (
    <li class={isNext ? 'next' : ''}>
      <a href={hashOf({ name: 'stop', stopId: stop.id })}>
        <span class="position">
          {stop.isDone ? <Glyph of="done" /> : <span>{stop.position}</span>}
        </span>
        <span class="what">
          {isNext && <span class="eyebrow">{say('stops.next')}</span>}
          <strong>{address.lines.join(', ')}</strong>
          <span>{[address.postal_code, address.city].filter(Boolean).join(' ')}</span>
          <span class="muted">{recipient.name ?? say('stop.no_name')}</span>
          <span class="facts">
            {window !== null && (
              <span class="window">
                {say('stops.window', {
                  from: clockOf(window.from, language, zone),
                  to: clockOf(window.to, language, zone),
                })}
              </span>
            )}
            <span>{count}</span>
          </span>
        </span>
      </a>
    </li>
  );
}
