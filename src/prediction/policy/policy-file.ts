import { parseYamlSettings, readYamlSettings } from '../../platform/settings/yaml-settings.ts';
import { type PredictionPolicy, predictionPolicy } from './policy.ts';

/**
 * Reads the policy. Rejects with one sentence per line, each with file, line and what to write
 * instead.
 */
export function readPredictionPolicy(file: string): Promise<PredictionPolicy> {
  return readYamlSettings(file, predictionPolicy);
}

export function parsePredictionPolicy(text: string, file: string): PredictionPolicy {
  return parseYamlSettings(text, file, predictionPolicy);
}
