import { useRef, useState } from 'preact/hooks';
import type { ParcelView } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import { numberIn, parcelOf } from '../plan/scanned-code.ts';
import { Notice } from './pieces.tsx';
import { Scanner } from './scanner.tsx';

/** Every parcel of the list into the van, and nothing else unseen. */
export function LoadScreen() {
  const { say, announce } = useApp();
  const { snapshot, session, record } = useWork();
  const [isScanning, setScanning] = useState(false);
  const [typed, setTyped] = useState('');
  const [unknown, setUnknown] = useState<string | null>(null);
  /** Read since the last look at the storage: a camera is quicker than it. */
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
      {isScanning && <Scanner onCode={(text) => void take(text)} />}
      <button class="main" type="button" onClick={() => setScanning(!isScanning)}>
        {say(isScanning ? 'load.stop_scanning' : 'load.scan')}
      </button>
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
      <form
        class="typed"
        onSubmit={(event) => {
          event.preventDefault();
          void take(typed);
          setTyped('');
        }}
      >
        <label>
          {say('load.type')}
          <input
            class="code"
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            maxLength={64}
          />
        </label>
        <button type="submit">{say('load.add')}</button>
      </form>
      {parcels.length > 0 && missing.length === 0 && <Notice kind="good">{say('load.all')}</Notice>}
      <Numbers title={say('load.missing')} parcels={missing} />
      <Numbers title={say('load.in_van')} parcels={inVan} />
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

function Numbers({
  title,
  parcels,
}: {
  readonly title: string;
  readonly parcels: readonly ParcelView[];
}) {
  const { say } = useApp();
  if (parcels.length === 0) return null;
  return (
    <>
      <h2>
        {title} ({parcels.length})
      </h2>
      <ul class="parcels">
        {parcels.map(({ shipment_id, tracking_number, shown }) => (
          <li key={shipment_id}>
            <span class="number">{tracking_number}</span>
            <span class={`state ${shown}`}>{say(`state.${shown}`)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
