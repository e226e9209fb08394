import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conformanceChecks, outcomeProblems } from '../packages/adapter-kit/checks/conformance.ts';
import { loadAdapters } from '../src/adapters/index.ts';
import { carrierSubject } from '../src/cli/carrier/subject.ts';
import { runs } from '../src/kernel/test-runs.ts';
import { anyText } from '../src/kernel/test-text.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** 50,000 forged signatures in total in `test:all`, and more with every carrier. */
const FORGERIES_EACH = runs(25_000);
const SETTINGS = {
  mappings: join(ROOT, 'config', 'carrier-mappings'),
  env: process.env,
};

const registry = await loadAdapters();
/** Checks that may fail while codes are still being reviewed appear in the scorecard only. */
const COUNTED = /^coverage\./;

it('finds at least two carriers, so that the suites below mean something', () => {
  expect(registry.list().length).toBeGreaterThanOrEqual(2);
});

for (const adapter of registry.list()) {
  const { name } = adapter.manifest;
  const subject = await carrierSubject(name, SETTINGS);

  describe(`carrier ${name}`, () => {
    const checks = conformanceChecks({ ...subject, forgeries: FORGERIES_EACH });

    for (const check of checks) {
      if (COUNTED.test(check.id)) continue;
      if (check.skip !== null) {
        it.skip(`${check.id}: ${check.title} — NOT CHECKED: ${check.skip}`, () => {});
      } else {
        it(`${check.id}: ${check.title}`, async () => expect(await check.problems()).toEqual([]));
      }
    }

    it('answers any JSON and any text with a well-formed outcome', () => {
      const texts = fc.oneof(fc.json({ maxDepth: 4 }), anyText());
      fc.assert(
        fc.property(texts, (text) => {
          expect(outcomeProblems(adapter, adapter.parse({ text }))).toEqual([]);
        }),
        { seed: 20_261_120, numRuns: runs(500) },
      );
    });
  });
}
