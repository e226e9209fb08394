import { describe, expect, it } from 'vitest';
import { loadAdapters } from '../../adapters/index.ts';
import { compileMapping } from '../mapping/mapping.ts';
import type { MappedCarrier, Mapping } from '../mapping/rule.ts';
import { readFact } from '../read-fact.ts';
import { contentOf, mappingFrom } from './mapping-content.ts';
import { openMappingFiles } from './mapping-files.ts';

const ACME: MappedCarrier = {
  name: 'acme',
  matchKeys: ['event', 'exception'],
  matchOrder: [['event', 'exception'], ['event']],
  // The longer key first: a JSON store would reorder them.
  corrections: [{ exception: '1', event: 'UN' }],
  returnCancelled: [{ event: 'RC' }],
};

const TEXT = `carrier: acme
rules:
  - { match: { exception: "03", event: "DE" }, status: exception, reason: lost, text: gone }
  - { match: { event: "DE" }, status: exception, reviewed: false, logical: true }
  - { match: { event: "N" }, status: none, hidden: true, milestone: noted }
tests:
  - { given: { event: "DE" }, then: { status: exception } }
`;

function compiled(text = TEXT, base?: Mapping): Mapping {
  const outcome = compileMapping(text, 'acme.yaml', ACME, base);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.mapping;
}

/** Through JSON with the members of each object in another order, as jsonb gives them back. */
function stored(mapping: Mapping): unknown {
  return JSON.parse(JSON.stringify(contentOf(mapping)), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value,
  );
}

describe('the content of a mapping', () => {
  it('restores the same mapping, with its version and the places of its rules', () => {
    const mapping = compiled();
    expect(mappingFrom(stored(mapping))).toEqual(mapping);
  });

  it('records the file of each rule when there is an overlay', () => {
    const text = 'carrier: acme\nrules:\n  - { match: { event: "DE" }, status: in_transit }\n';
    const outcome = compileMapping(text, 'own.yaml', ACME, compiled());
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    const back = mappingFrom(stored(outcome.mapping));
    expect(back).toEqual(outcome.mapping);
    expect(new Set(back?.rules.map(({ file }) => file))).toEqual(
      new Set(['acme.yaml', 'own.yaml']),
    );
  });

  it('restores corrections and called-off returns as they were, whatever the adapter says today', () => {
    const back = mappingFrom(stored(compiled()));
    const codes = { event: 'UN', exception: '1' };
    expect(back && readFact(back, { codes, logical: false }).correction).toBe(true);
  });

  it.each([
    ['nothing', null],
    ['a text', 'acme'],
    ['another format', { ...contentOf(compiled()), format: 2 }],
    ['an unknown status', JSON.parse(JSON.stringify(contentOf(compiled())).replace('none', 'nun'))],
    ['rules cut off', { ...contentOf(compiled()), rules: undefined }],
  ])('is nothing when it is %s', (_, value) => {
    expect(mappingFrom(value)).toBeNull();
  });

  it('restores every mapping that ships', async () => {
    const files = await openMappingFiles({
      folder: new URL('../../../config/carrier-mappings', import.meta.url).pathname,
      carriers: (await loadAdapters()).list().map(({ manifest }) => manifest),
      watch: 'off',
    });
    expect(files.all().length).toBeGreaterThan(3);
    for (const mapping of files.all()) {
      const back = mappingFrom(stored(mapping));
      expect([back?.carrier.name, back?.version]).toEqual([mapping.carrier.name, mapping.version]);
    }
  });
});
