import { readFile } from 'node:fs/promises';
import { NO_POSTAL_CODES, type PostalCodes } from '../kernel/places/postal-codes.ts';
import { readPostalCodes } from '../platform/geocoding/postal-codes-file.ts';
import type { Machines } from '../platform/machines.ts';
import type { Config } from '../platform/settings/config.ts';
import {
  deliveryTerm,
  type LearningTerms,
  openTerms,
  type PredictionTerms,
  readPredictionPolicy,
} from '../prediction/index.ts';
import {
  type CarrierPort,
  type ExceptionsDeps,
  readPolicyFile,
  withOwnCouriers,
} from '../reactions/exceptions/index.ts';
import { type ActiveModel, openActiveModel } from '../reactions/predictions/index.ts';
import { type PurgerConfig, readPurgers } from '../reactions/purges/index.ts';
import { courierPhotos, proofsOfShipment } from '../tracking/ports/proofs.ts';
import { type TrackingDeps, viewShipment } from '../tracking/ports/shipments.ts';
import { composeHub, type Hub, type HubSurroundings } from './hub.ts';
import { composeNotifying, type Notifying } from './notifying.ts';
import { composePolling, type PollingParts } from './roles/poller.ts';

interface Surroundings extends HubSurroundings {
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
  const hub = await composeHub(machines, around);
  const polling = composePolling(machines, hub, around);
  const exceptions = await composeExceptions(machines, hub, polling.extras);
  hub.templating.usePickups(exceptions);
  const purgers = await loadPurgers(machines.config);
  const notifying = await composeNotifying(machines, hub, around.publicUrl);
  const predicting = await composePredicting(machines, hub);
  return { ...around, hub, polling, exceptions, notifying, predicting, purgers };
}

/**
 * The shared caches in front of us; none unless the operator lists them. Rejects with the list's
 * faults: a hub whose caches store parcels for minutes without being purged must not start.
 */
async function loadPurgers(
  { cachePurge }: Pick<Config, 'cachePurge'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<readonly PurgerConfig[]> {
  if (cachePurge === null) return [];
  const text = await readFile(cachePurge, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`WAYBILL_CACHE_PURGE: ${cachePurge} cannot be read (${error.code})`);
  });
  return readPurgers(text, cachePurge, env);
}

/** Builds what exceptions depend on. Rejects if the policy cannot be used. */
async function composeExceptions(
  { config, log }: Machines,
  { tracking, blobs, proofs, fleet }: Hub,
  carriers: CarrierPort,
): Promise<ExceptionsDeps> {
  return {
    tracking,
    blobs,
    ...(fleet === null
      ? { carriers }
      : {
          carriers: withOwnCouriers(carriers, fleet.requests),
          courierPhotos: courierPhotos({ tracking, proofs }),
          custodyTrouble: fleet.custodyTrouble,
        }),
    log,
    policy: await readPolicyFile(config.exceptionPolicy),
    async hasProof(tenant, shipmentId) {
      const view = await viewShipment(tracking, tenant, shipmentId);
      if (view === null) return false;
      if ((await proofs.list(tenant, view.proofs)).length > 0) return true;
      // A name alone, or a PIN, counts as proof as well.
      const own = await proofsOfShipment({ tracking, proofs }, tenant, shipmentId);
      return own?.proofs.some(({ kinds }) => kinds.length > 0) ?? false;
    },
  };
}

/** What predictions depend on, for all roles. */
interface PredictingParts {
  readonly terms: () => Promise<PredictionTerms>;
  /** When a carrier's deliveries end, by the clocks of the place: `21:00`. */
  readonly lastDelivery: (carrier: string) => string;
  readonly model: ActiveModel;
  readonly learning: LearningTerms;
  readonly tracking: TrackingDeps;
  readonly randomBytes: Machines['random'];
  /** The coordinates of postal codes, from the configured file. */
  readonly postalCodes: PostalCodes;
}

/** Builds what predictions depend on. Rejects with the reason if the policy cannot be used. */
async function composePredicting(
  { config, database: db, listener, log, clock, random, shutdown }: Machines,
  { tracking }: Pick<Hub, 'tracking'>,
): Promise<PredictingParts> {
  const policy = await readPredictionPolicy(config.prediction);
  const model = await openActiveModel({ db, listener, log, clock });
  shutdown.onStop('model', () => model.close());
  const { learning } = policy;
  const { postalCodes: file } = config.geocoding;
  const postalCodes = file === null ? NO_POSTAL_CODES : await readPostalCodes(file);
  if (file !== null) log.info({ file, postal_codes: postalCodes.count }, 'postal codes were read');
  const lastDelivery = (carrier: string) =>
    deliveryTerm(policy, { carrier, serviceLevel: null }, 'last_delivery');
  const terms = openTerms(policy);
  return { terms, lastDelivery, model, learning, tracking, randomBytes: random, postalCodes };
}
