import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conformanceChecks } from '../src/adapters/conformance.ts';
import type { MappingReader } from '../src/adapters/conformance-check.ts';
import { outcomeProblems } from '../src/adapters/conformance-outcome.ts';
import { type CarrierAdapter, carrierFolders, loadAdapters } from '../src/adapters/index.ts';
import { compileMapping, readFact } from '../src/normalization/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Together: 50,000 forged signatures, and more with every carrier. */
const FORGERIES_EACH = 25_000;

const registry = await loadAdapters();
const folders = carrierFolders();

function readerFor(adapter: CarrierAdapter): MappingReader | null {
  const file = `config/carrier-mappings/${adapter.manifest.name}.yaml`;
  if (!existsSync(join(ROOT, file))) return null;
  const compiled = compileMapping(readFileSync(join(ROOT, file), 'utf8'), file, adapter.manifest);
  if (!compiled.ok) throw new Error(`${file}: ${JSON.stringify(compiled.problems.slice(0, 3))}`);
  return (codes) => readFact(compiled.mapping, { codes, logical: false });
}

it('finds at least two carriers, so that the suites below mean something', () => {
  expect(folders.length).toBeGreaterThanOrEqual(2);
});

for (const adapter of registry.list()) {
  const { name } = adapter.manifest;

  describe(`carrier ${name}`, () => {
    const checks = conformanceChecks({
      adapter,
      folder: join(ROOT, 'src', 'adapters', name),
      reader: readerFor(adapter),
      forgeries: FORGERIES_EACH,
    });

    for (const check of checks) {
      if (check.skip !== null) {
        it.skip(`${check.title} — NOT CHECKED: ${check.skip}`, () => {});
      } else {
        it(check.title, async () => expect(await check.problems()).toEqual([]));
      }
    }

    it('answers any JSON and any text with a well-formed outcome', () => {
      const texts = fc.oneof(fc.json({ maxDepth: 4 }), fc.string({ unit: 'binary' }));
      fc.assert(
        fc.property(texts, (text) => {
          expect(outcomeProblems(adapter, adapter.parse({ text }))).toEqual([]);
        }),
        { seed: 20_261_120, numRuns: 500 },
      );
    });
  });
}
