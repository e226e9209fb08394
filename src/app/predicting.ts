import { NO_POSTAL_CODES, type PostalCodes } from '../kernel/places/postal-codes.ts';
import { readPostalCodes } from '../platform/geocoding/postal-codes-file.ts';
import type { Machines } from '../platform/machines.ts';
import {
  type LearningTerms,
  openTerms,
  type PredictionTerms,
  readPredictionPolicy,
} from '../prediction/index.ts';
import { type ActiveModel, openActiveModel } from '../reactions/predictions/index.ts';
import type { TrackingDeps } from '../tracking/index.ts';
import type { Hub } from './hub.ts';

/** What predictions depend on, for all roles. */
export interface PredictingParts {
  readonly terms: () => Promise<PredictionTerms>;
  readonly model: ActiveModel;
  readonly learning: LearningTerms;
  readonly tracking: TrackingDeps;
  readonly randomBytes: Machines['random'];
  /** The coordinates of postal codes, from the configured file. */
  readonly postalCodes: PostalCodes;
}

/** Builds the dependencies. Rejects with the reason if the policy cannot be used. */
export async function composePredicting(
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
  return { terms: openTerms(policy), model, learning, tracking, randomBytes: random, postalCodes };
}
