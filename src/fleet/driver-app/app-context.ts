import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type {
  Driver,
  DriverEvent,
  DriverStorage,
  NewEntry,
  Session,
  Snapshot,
} from '../driver/index.ts';
import type { PageConfig } from './phone/config.ts';
import type { Drafts } from './phone/drafts.ts';
import type { UnderWay } from './phone/updates.ts';
import type { Screen } from './plan/screens.ts';
import type { Say, Texts } from './plan/times.ts';

/** What every screen can use. */
interface App {
  readonly say: Say;
  readonly language: string;
  readonly config: PageConfig;
  readonly driver: Driver;
  readonly go: (screen: Screen) => void;
  /** Announces a text briefly, to screen readers as well. */
  readonly announce: (text: string) => void;
  /** Tracks storing in progress: page updates and reopened delivery screens wait for it. */
  readonly underWay: UnderWay;
  readonly chooseLanguage: (language: string) => Promise<void>;
  /** Switches to another courier of this phone; null: to none. */
  readonly chooseCourier: (courierId: string | null) => Promise<void>;
}

/** What the screens of an enrolled courier can use, too. */
export interface Work {
  readonly session: Session;
  readonly snapshot: Snapshot;
  readonly drafts: Drafts;
  /** Stores the entries. Returns false, after reporting it, if the phone could not store them. */
  readonly record: (entries: readonly NewEntry[]) => Promise<boolean>;
  readonly again: (itemId: string, change?: (event: DriverEvent) => DriverEvent) => Promise<void>;
}

export const AppContext = createContext<App | null>(null);
export const WorkContext = createContext<Work | null>(null);

/** Returns what every screen can use. Throws outside of the app. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('A screen is used outside of the app.');
  return app;
}

/** Returns what a courier's screens can use. Throws if no courier is enrolled. */
export function useWork(): Work {
  const work = useContext(WorkContext);
  if (work === null) throw new Error('This screen needs a courier.');
  return work;
}

/** The parts that are ready before the first screen is shown. */
export interface Boot {
  readonly config: PageConfig;
  readonly storage: DriverStorage;
  readonly driver: Driver;
  readonly language: string;
  readonly texts: Texts;
  readonly courierId: string | null;
  readonly workerUrl: string;
  readonly loadTexts: (language: string) => Promise<Texts>;
  readonly remember: (change: Partial<Preferences>) => Promise<void>;
}

/** The courier's choices, stored on the phone. */
export interface Preferences {
  readonly language: string;
  readonly courierId: string | null;
}
