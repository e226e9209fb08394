import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { z } from 'zod';
import { openResultCache, type ResultCache } from '../cached-results.ts';
import { parseYamlSettings } from './yaml-settings.ts';

/**
 * Parses a YAML text that ships with the product, once; the value is cached for the next start.
 * Throws the parser's error on broken syntax.
 */
export function parseYaml(text: string, cache: ResultCache = openResultCache()): unknown {
  const key = ['yaml', text];
  const known = cache.read(key);
  if (typeof known === 'object' && known !== null && 'value' in known) return known.value;
  const value: unknown = parse(text);
  cache.keep(key, { value });
  return value;
}

/**
 * Reads a YAML file that ships with the product and checks it by its schema. Throws one sentence
 * per mistake, each with file, line and column.
 */
export function readShippedYaml<Schema extends z.ZodType>(
  url: URL,
  schema: Schema,
): z.output<Schema> {
  const text = readFileSync(url, 'utf8');
  try {
    return schema.parse(parseYaml(text));
  } catch {
    // Parsed again for positions, which the cached value does not have.
    return parseYamlSettings(text, fileURLToPath(url), schema);
  }
}
