import { parse } from 'yaml';
import { openResultCache, type ResultCache } from '../cached-results.ts';

/**
 * The value of a YAML text that ships with the product, read once and kept for the next start.
 * Throws as the reader does on broken syntax.
 */
export function parseYaml(text: string, kept: ResultCache = openResultCache()): unknown {
  const key = ['yaml', text];
  const known = kept.read(key);
  if (typeof known === 'object' && known !== null && 'value' in known) return known.value;
  const value: unknown = parse(text);
  kept.keep(key, { value });
  return value;
}
