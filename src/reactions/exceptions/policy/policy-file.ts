import { parseYamlSettings, readYamlSettings } from '../../../platform/settings/yaml-settings.ts';
import { type ExceptionPolicy, exceptionPolicy } from './policy.ts';

/** Rejects with one sentence a line, each with file, line and what to write instead. */
export function readPolicyFile(file: string): Promise<ExceptionPolicy> {
  return readYamlSettings(file, exceptionPolicy);
}

export function parsePolicy(text: string, file: string): ExceptionPolicy {
  return parseYamlSettings(text, file, exceptionPolicy);
}
