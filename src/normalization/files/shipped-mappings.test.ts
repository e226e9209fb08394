import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadAdapters, packagedMappings } from '../../adapters/index.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { mappingJsonSchema } from '../mapping/document.ts';
import { compileMapping } from '../mapping/mapping.ts';
import { formatProblem } from '../mapping/problem.ts';
import type { Mapping } from '../mapping/rule.ts';
import { showCodes } from '../mapping/rule.ts';

const CONFIG = fileURLToPath(new URL('../../../config', import.meta.url));
const MAPPINGS = join(CONFIG, 'carrier-mappings');

const adapters = await loadAdapters();
const files = readdirSync(MAPPINGS).filter((name) => name.endsWith('.yaml'));
const packaged = packagedMappings(adapters);

function compiled(name: string): Mapping {
  const carrier = adapters.get(name);
  if (carrier === undefined) throw new Error(`no adapter for ${name}`);
  const file = packaged.get(name) ?? join(MAPPINGS, `${name}.yaml`);
  const outcome = compileMapping(readFileSync(file, 'utf8'), file, carrier.manifest);
  if (!outcome.ok) throw new Error(outcome.problems.map(formatProblem).join('\n'));
  return outcome.mapping;
}

describe.each(files)('the file %s', (name) => {
  it('links the schema on its first line', () => {
    const [first] = readFileSync(join(MAPPINGS, name), 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=../carrier-mappings.schema.json');
  });
});

const carriers = [...files.map((name) => basename(name, '.yaml')), ...packaged.keys()];
describe.each(carriers)('the mapping of %s', (name) => {
  it('compiles without a warning, and its tests pass', () => {
    expect(compiled(name).rules.length).toBeGreaterThan(0);
  });

  it('reads a parcel as delivered or returned only where a person has judged it', () => {
    const wrong = compiled(name).rules.filter(
      ({ status, reviewed }) =>
        !reviewed && (status === 'delivered' || status === 'returned_to_sender'),
    );
    expect(wrong.map(({ match }) => showCodes(match))).toEqual([]);
  });

  it('has an English text for each of its reasons and milestones', () => {
    const english = messagesIn('en').status;
    const missing = compiled(name).rules.flatMap(({ reason, milestone, text }) => [
      ...(reason === null || reason in english.reasons ? [] : [`reasons.${reason}`]),
      ...(milestone === null || milestone in english.milestones ? [] : [`milestones.${milestone}`]),
      ...(text === null || text in english.texts ? [] : [`texts.${text}`]),
    ]);
    expect([...new Set(missing)]).toEqual([]);
  });
});

describe('the mappings together', () => {
  it('are there for every carrier of this installation', () => {
    const installed = adapters.list().map(({ manifest }) => manifest.name);
    expect(carriers).toEqual(expect.arrayContaining(installed));
  });

  it('share the committed schema, which is generated from the code', () => {
    const committed: unknown = JSON.parse(
      readFileSync(join(CONFIG, 'carrier-mappings.schema.json'), 'utf8'),
    );
    expect(committed).toEqual(mappingJsonSchema());
  });
});
