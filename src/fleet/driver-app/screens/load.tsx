import { useRef, useState } from 'preact/hooks';
import { useApp, useWork } from '../app-context.ts';
import { numberIn, parcelOf } from '../plan/screens.ts';
import { ParcelEntry, ParcelList } from './parcel-entry.tsx';
import { Notice } from './pieces.tsx';

/**
 * The screen for loading: it loads every scanned parcel of the list into the van, and shows any
 * other.
 */
export function LoadScreen() {
  const { say, announce } = useApp();
  const { snapshot, session, record } = useWork();
  const [unknown, setUnknown] = useState<string | null>(null);
  /** Numbers scanned since the storage was last read: a camera is faster than that. */
  const justLoaded = useRef(new Set<string>());
  const parcels = snapshot.route?.stops.flatMap((stop) => stop.parcels) ?? [];
  const missing = parcels.filter(({ shown }) => shown === 'to_load');
  const inVan = parcels.filter(({ shown }) => shown !== 'to_load');

  async function load(number: string, shipmentId: string | null): Promise<void> {
    justLoaded.current.add(number);
    const isStored = await record([
      {
        event: { type: 'scan', tracking_number: number, code: 'LOAD' },
        label: `${number}: ${say('app.load')}`,
        ...(shipmentId === null
          ? {}
          : { marks: { shipmentIds: [shipmentId], state: 'loaded' as const } }),
      },
    ]);
    if (!isStored) {
      justLoaded.current.delete(number);
      return;
    }
    navigator.vibrate?.(60);
    announce(say('load.loaded', { number }));
  }

  async function take(text: string): Promise<void> {
    const number = numberIn(text);
    if (number === '') return;
    const { route } = await session.snapshot();
    const parcel = parcelOf(route, number);
    if (parcel === undefined) {
      if (!justLoaded.current.has(number)) setUnknown(number);
    } else if (parcel.shown !== 'to_load' || justLoaded.current.has(number)) {
      announce(say('load.again', { number: parcel.tracking_number }));
    } else {
      await load(parcel.tracking_number, parcel.shipment_id);
    }
  }

  return (
    <>
      <h1 tabIndex={-1}>{say('load.title')}</h1>
      <p class="progress">
        <progress max={Math.max(1, parcels.length)} value={inVan.length} aria-hidden="true" />
        {say('load.progress', { done: inVan.length, all: parcels.length })}
      </p>
      <ParcelEntry submit={say('load.add')} onCode={(text) => void take(text)}>
        {unknown !== null && (
          <UnknownNumber
            number={unknown}
            onTake={() => {
              setUnknown(null);
              void load(unknown, null);
            }}
            onSkip={() => setUnknown(null)}
          />
        )}
      </ParcelEntry>
      {parcels.length > 0 && missing.length === 0 && <Notice kind="good">{say('load.all')}</Notice>}
      <ParcelList title={say('load.missing')} parcels={missing} />
      <ParcelList title={say('load.in_van')} parcels={inVan} />
    </>
  );
}

function UnknownNumber({
  number,
  onTake,
  onSkip,
}: {
  readonly number: string;
  readonly onTake: () => void;
  readonly onSkip: () => void;
}) {
  const { say } = useApp();
  return (
    <div role="alert">
      <Notice kind="bad">
        <h2>{say('load.unknown_title', { number })}</h2>
        <p>{say('load.unknown')}</p>
        <div class="row">
          <button type="button" onClick={onTake}>
            {say('load.take')}
          </button>
          <button type="button" onClick={onSkip}>
            {say('load.skip')}
          </button>
        </div>
      </Notice>
    </div>
  );
}
