import { useState } from 'preact/hooks';
import type { ParcelView } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import { handInEntries, inHand, numberIn } from '../plan/screens.ts';
import { ParcelEntry, ParcelList } from './parcel-entry.tsx';
import { Header, Notice } from './pieces.tsx';

/** The screen for handing in undelivered parcels at the end of the day. */
export function HandInScreen() {
  const { say, announce } = useApp();
  const { snapshot, session, record } = useWork();
  const home = snapshot.route?.courier.home_facility ?? '';
  const [facility, setFacility] = useState(home);
  const [isSure, setSure] = useState(false);
  const parcels = inHand(snapshot.route);
  const hasFacility = facility.trim() !== '';

  async function handIn(those: readonly ParcelView[]): Promise<void> {
    if (!hasFacility || those.length === 0) return;
    if (!(await record(handInEntries(those, facility, say('handin.title'))))) return;
    navigator.vibrate?.(60);
    const [only] = those;
    announce(
      those.length === 1 && only !== undefined
        ? say('handin.one_done', { number: only.tracking_number })
        : say('handin.many_done', { count: those.length }),
    );
  }

  async function take(text: string): Promise<void> {
    const number = numberIn(text);
    if (number === '') return;
    const { route } = await session.snapshot();
    const found = inHand(route).find((each) => numberIn(each.tracking_number) === number);
    if (found === undefined) announce(say('handin.not_in_van', { number }));
    else await handIn([found]);
  }

  return (
    <>
      <Header title={say('handin.title')} back={{ name: 'stops' }} />
      <p>{say('handin.lead')}</p>
      <label>
        {say('handin.facility')}
        <input
          class="code"
          value={facility}
          onInput={({ currentTarget }) => setFacility(currentTarget.value)}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={120}
        />
      </label>
      {parcels.length === 0 && <Notice kind="good">{say('handin.none')}</Notice>}
      {parcels.length > 0 && !hasFacility && <Notice>{say('handin.no_facility')}</Notice>}
      {parcels.length > 0 && hasFacility && (
        <>
          <ParcelEntry submit={say('handin.one')} onCode={(text) => void take(text)} />
          <ParcelList title={say('load.in_van')} parcels={parcels} />
          {isSure ? (
            <Sure
              text={say('handin.sure', { count: parcels.length, facility: facility.trim() })}
              onYes={() => {
                setSure(false);
                void handIn(parcels);
              }}
              onNo={() => setSure(false)}
            />
          ) : (
            <button type="button" onClick={() => setSure(true)}>
              {say('handin.all', { count: parcels.length })}
            </button>
          )}
        </>
      )}
    </>
  );
}

function Sure({
  text,
  onYes,
  onNo,
}: {
  readonly text: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}) {
  const { say } = useApp();
  return (
    <div role="alert">
      <Notice>
        <p>{text}</p>
        <div class="row">
          <button class="main" type="button" onClick={onYes}>
            {say('handin.yes')}
          </button>
          <button type="button" onClick={onNo}>
            {say('app.back')}
          </button>
        </div>
      </Notice>
    </div>
  );
}
