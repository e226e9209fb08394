import type { ComponentChild } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Session, Snapshot } from '../driver/index.ts';
import { AppContext, type Boot, useApp, type Work, WorkContext } from './app-context.ts';
import { prepareReader } from './phone/code-reader.ts';
import { openDrafts } from './phone/drafts.ts';
import { closeNotifications, renewPush, storePushWords } from './phone/push.ts';
import {
  keepAwake,
  openUnderWay,
  type UnderWay,
  type Updates,
  watchUpdates,
} from './phone/updates.ts';
import { type PositionState, watchPosition } from './phone/watch-position.ts';
import { hashOf, type Screen, SECTIONS, screenOf } from './plan/screens.ts';
import { sayer } from './plan/times.ts';
import { CardScreen } from './screens/card.tsx';
import { DeliveryScreen } from './screens/delivery.tsx';
import { EnrolScreen } from './screens/enrol.tsx';
import { HandInScreen } from './screens/hand-in.tsx';
import { LoadScreen } from './screens/load.tsx';
import { OffersBar, OffersScreen } from './screens/offers.tsx';
import { Glyph } from './screens/pieces.tsx';
import { QueueScreen } from './screens/queue.tsx';
import { SettingsScreen } from './screens/settings.tsx';
import { StatusBar } from './screens/status-bar.tsx';
import { StopScreen } from './screens/stop.tsx';
import { StopsScreen } from './screens/stops.tsx';
import { watchSession } from './watch-session.ts';

const ANNOUNCED_MS = 4_000;

/** The whole app: the current screen of the current courier. */
export function Root({ boot }: { readonly boot: Boot }) {
  const [screen, setScreen] = useState(() => screenOf(location.hash));
  const [words, setWords] = useState({ language: boot.language, texts: boot.texts });
  const [courierId, setCourierId] = useState(boot.courierId);
  // An object, so that repeating the same text announces it again for the full time.
  const [announced, setAnnounced] = useState<{ readonly text: string } | null>(null);
  const say = useMemo(() => sayer(words.texts), [words]);
  const underWay = useMemo(openUnderWay, []);

  // A layout effect, so that it runs before anything can be touched: a tap on a link before the
  // listener exists would lead nowhere.
  useLayoutEffect(() => {
    const onHashChange = () => setScreen(screenOf(location.hash));
    window.addEventListener('hashchange', onHashChange);
    return () => window.removeEventListener('hashchange', onHashChange);
  }, []);
  useEffect(() => {
    document.documentElement.lang = words.language;
    document.title = say('app.name');
  }, [words]);
  useEffect(() => {
    if (announced === null) return;
    const end = window.setTimeout(() => setAnnounced(null), ANNOUNCED_MS);
    return () => window.clearTimeout(end);
  }, [announced]);
  useUpdates(boot.workerUrl, screen, underWay);

  const app = useMemo(
    () => ({
      say,
      language: words.language,
      config: boot.config,
      driver: boot.driver,
      go: (next: Screen) => {
        location.hash = hashOf(next);
      },
      announce: (text: string) => setAnnounced({ text }),
      underWay,
      chooseLanguage: async (language: string) => {
        setWords({ language, texts: await boot.loadTexts(language) });
        await boot.remember({ language });
      },
      chooseCourier: async (next: string | null) => {
        await boot.remember({ courierId: next });
        setCourierId(next);
      },
    }),
    [say, words, boot, underWay],
  );

  return (
    <AppContext.Provider value={app}>
      {courierId === null || screen.name === 'enrol' ? (
        <main class="alone">
          <EnrolScreen code={screen.name === 'enrol' ? screen.code : ''} />
        </main>
      ) : (
        <AtWork key={courierId} boot={boot} courierId={courierId} screen={screen} />
      )}
      <div class="announced" role="status" aria-live="polite">
        {announced !== null && <p key={announced}>{announced.text}</p>}
      </div>
    </AppContext.Provider>
  );
}

/** Starts a newer version of the app between two screens, never while a form is half filled in. */
function useUpdates(workerUrl: string, screen: Screen, underWay: UnderWay): void {
  const [updates, setUpdates] = useState<Updates | null>(null);
  useEffect(() => {
    void watchUpdates(workerUrl, underWay, setUpdates).catch(() => {});
  }, [workerUrl, underWay]);
  useEffect(() => {
    const isBusy = screen.name === 'door' || screen.name === 'enrol';
    if (updates !== null && !isBusy) updates.apply();
  }, [updates, screen]);
}

function AtWork({
  boot,
  courierId,
  screen,
}: {
  readonly boot: Boot;
  readonly courierId: string;
  readonly screen: Screen;
}) {
  const { say, announce, config, underWay } = useApp();
  const [open, setOpen] = useState<{ session: Session; snapshot: Snapshot } | null>(null);
  useEffect(
    () =>
      watchSession(
        boot,
        courierId,
        setOpen,
        (text) => {
          navigator.vibrate?.([80, 80, 80]);
          announce(text);
        },
        () => {
          navigator.vibrate?.([200, 100, 200]);
          announce(say('offers.one'));
        },
      ),
    [boot, courierId],
  );
  const session = open?.session ?? null;
  useEffect(() => {
    if (session !== null) void renewPush(session).catch(() => {});
  }, [session]);
  useEffect(() => {
    const words = { title: say('offers.one'), body: say('push.open_app') };
    void storePushWords(words).catch(() => {});
  }, [say]);
  useEffect(() => {
    const close = () => {
      if (document.visibilityState === 'visible') void closeNotifications().catch(() => {});
    };
    close();
    document.addEventListener('visibilitychange', close);
    return () => document.removeEventListener('visibilitychange', close);
  }, []);
  const isOnShift = open?.snapshot.shift === 'on';
  useEffect(() => (isOnShift ? keepAwake() : undefined), [isOnShift]);
  useEffect(() => void prepareReader(config.readerUrl), [config]);
  const position = usePosition(open?.session ?? null, isOnShift);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    window.scrollTo(0, 0);
    main.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }, [hashOf(screen), open === null]);

  const drafts = useMemo(() => openDrafts(boot.storage, courierId), [boot, courierId]);
  const stopIds = open?.snapshot.route?.stops.map(({ id }) => id).join(' ');
  useEffect(() => {
    // The courier can still finish the draft on the screen.
    if (stopIds === undefined || screen.name === 'door') return;
    void drafts.keepOnly(stopIds.split(' ')).catch(() => {});
  }, [drafts, stopIds, screen.name]);
  if (open === null) return <main class="alone">{say('app.loading')}</main>;
  const work: Work = {
    ...open,
    drafts,
    async record(entries) {
      try {
        await underWay.run(() => open.session.record(entries));
        return true;
      } catch {
        announce(say('app.not_stored'));
        return false;
      }
    },
    again: (itemId, change) => open.session.again(itemId, change),
  };
  return (
    <WorkContext.Provider value={work}>
      <header>
        <StatusBar position={position} />
        {screen.name !== 'door' && screen.name !== 'offers' && <OffersBar />}
      </header>
      <main ref={main}>{screenFor(screen)}</main>
      <Sections screen={screen} />
    </WorkContext.Provider>
  );
}

/** How each state is reported to the dispatcher. */
const LOCATION_OF = { found: 'on', denied: 'denied', lost: 'off' } as const;

/**
 * Reports the phone's position during the shift only, so that the dispatcher sees the courier only
 * then.
 */
function usePosition(session: Session | null, isOnShift: boolean): PositionState | null {
  const [state, setState] = useState<PositionState | null>(null);
  useEffect(() => {
    if (session === null || !isOnShift) return setState(null);
    return watchPosition(
      (fix, battery) => void session.reportPosition(fix, battery).catch(() => {}),
      (found) => {
        setState(found);
        if (found !== 'searching') void session.reportLocation(LOCATION_OF[found]).catch(() => {});
      },
    );
  }, [session, isOnShift]);
  return state;
}

function Sections({ screen }: { readonly screen: Screen }) {
  const { say } = useApp();
  return (
    <nav aria-label={say('app.menu')}>
      {SECTIONS.map((name) => (
        <a
          key={name}
          href={hashOf({ name })}
          aria-current={screen.name === name ? 'page' : undefined}
        >
          <Glyph of={name} />
          {say(`app.${name}`)}
        </a>
      ))}
    </nav>
  );
}

function screenFor(screen: Screen): ComponentChild {
  switch (screen.name) {
    case 'stop':
      return <StopScreen stopId={screen.stopId} />;
    case 'door':
      return (
        <DeliveryScreen key={hashOf(screen)} stopId={screen.stopId} outcome={screen.outcome} />
      );
    case 'card':
      return <CardScreen {...screen} />;
    case 'load':
      return <LoadScreen />;
    case 'hand-in':
      return <HandInScreen />;
    case 'offers':
      return <OffersScreen />;
    case 'queue':
      return <QueueScreen />;
    case 'settings':
      return <SettingsScreen />;
    default:
      return <StopsScreen />;
  }
}
