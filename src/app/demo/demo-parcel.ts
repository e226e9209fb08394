import type { CodeMatch } from '../../adapters/index.ts';
import type { DemoService, Meaning } from './demo-service.ts';
import type { DemoScan } from './plan-journey.ts';
import type { Place, World } from './world.ts';

/** A parcel of the demo history, with everything that has happened to it so far. */
export interface DemoParcel {
  readonly service: DemoService;
  readonly trackingNumber: string;
  readonly orderId: string;
  readonly createdAtMs: number;
  readonly recipient: Readonly<Record<'name' | 'email' | 'phone' | 'locale', string>>;
  readonly origin: Place;
  readonly destination: Place & { readonly line1: string };
  readonly promisedOn: string;
  readonly weightG: number;
  readonly tags: readonly string[];
  readonly scans: readonly (DemoScan & { readonly codes: CodeMatch })[];
}

export interface HistoryParts {
  readonly world: World;
  readonly services: readonly DemoService[];
  /** Codes of a service's carrier that mean this; null: it never says that. */
  readonly codes: (service: DemoService, meaning: Meaning) => CodeMatch | null;
  /** Whether the carrier's number has a valid check digit. */
  readonly fits: (service: DemoService, trackingNumber: string) => boolean;
}
