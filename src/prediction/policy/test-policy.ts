import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { readPredictionPolicy } from './policy.ts';

/** The policy that ships. */
export const SHIPPED = await readPredictionPolicy(`${PROJECT_ROOT}config/prediction.yaml`);
