import type { Driver, DriverStorage } from '../driver/index.ts';
import type { PageConfig } from './phone/config.ts';
import type { Texts } from './plan/times.ts';

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
