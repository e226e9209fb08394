import type { Machines } from '../platform/machines.ts';
import type { ExceptionsDeps } from '../reactions/exceptions/index.ts';
import type { PurgerConfig } from '../reactions/purges/index.ts';
import { loadPurgers } from './cache-purge.ts';
import { composeExceptions } from './exceptions.ts';
import { composeHub, type Hub } from './hub.ts';
import { composeNotifying, type Notifying } from './notifying.ts';
import { composePredicting, type PredictingParts } from './predicting.ts';
import { composePolling, type PollingParts, type SandboxOrigin } from './roles/poller.ts';

/** What a process knows about its surroundings only later, because ports are assigned late. */
export interface Surroundings {
  /** The hub's public URL, without a slash at the end. */
  readonly publicUrl: () => string;
  readonly sandboxOrigin: SandboxOrigin;
  /** The number of each sandbox carrier's demo parcel, by carrier; empty without a sandbox. */
  readonly demos: () => Readonly<Record<string, string>>;
  /**
   * The token of the demo recipient's own page, by carrier; if absent, the public page is shown.
   */
  readonly demoTokens?: () => Readonly<Record<string, string>>;
}

/** What both the answering and the working process of a hub are built from. */
export interface Parts extends Surroundings {
  readonly hub: Hub;
  readonly polling: PollingParts;
  readonly exceptions: ExceptionsDeps;
  readonly notifying: Notifying;
  readonly predicting: PredictingParts;
  /** The shared caches in front of us. */
  readonly purgers: readonly PurgerConfig[];
}

/** Builds the parts. Rejects with the faults of settings and files. */
export async function composeParts(machines: Machines, around: Surroundings): Promise<Parts> {
  const hub = await composeHub(machines, around.publicUrl);
  const polling = composePolling(machines, hub, around);
  const exceptions = await composeExceptions(machines, hub, polling.extras);
  hub.templating.tellPickups(exceptions);
  const purgers = await loadPurgers(machines.config);
  const notifying = await composeNotifying(machines, hub, around.publicUrl);
  const predicting = await composePredicting(machines, hub);
  return { ...around, hub, polling, exceptions, notifying, predicting, purgers };
}
