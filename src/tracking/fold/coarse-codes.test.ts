import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AdapterManifest, CodeMatch } from '../../adapters/contract/contract.ts';
import { EMPTY_SNAPSHOT } from '../../adapters/contract/contract.ts';
import { loadAdapters, packagedMappings } from '../../adapters/index.ts';
import { RANK } from '../../kernel/status.ts';
import { placeTimeWithOffset } from '../../kernel/time/zoned-time.ts';
import { compileMapping, readFact } from '../../normalization/index.ts';
import { reportPreview } from '../views/preview.ts';

const MAPPINGS = fileURLToPath(new URL('../../../config/carrier-mappings', import.meta.url));
const adapters = await loadAdapters();
const packaged = packagedMappings(adapters);
const carriers = adapters.list().map(({ manifest }) => manifest.name);

/** A code that no carrier uses. */
const UNLISTED = 'ZZ-UNLISTED';

describe.each(carriers)('an unlisted code of %s', (name) => {
  it('moves no status back, whatever its category says', () => {
    const { manifest, mapping } = compiled(name);
    const preview = (reported: readonly CodeMatch[]) =>
      reportPreview(reportOf(reported), mapping, manifest).state.status;
    const coarse = unlistedCodes(manifest, mapping);
    const wrong = mapping.rules.flatMap(({ match, logical }) => {
      if (isCategory(manifest, match) || logical) return [];
      const before = preview([match]);
      return coarse.flatMap((codes) => {
        const after = preview([match, codes]);
        const isBack = before !== 'returning' && rankOf(after) < rankOf(before);
        return isBack ? [`${JSON.stringify([match, codes])}: ${before} to ${after}`] : [];
      });
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});

const rankOf = (status: string) => (status === 'returning' ? 9 : RANK[status as keyof typeof RANK]);

function compiled(name: string) {
  const manifest = adapters.get(name)?.manifest;
  if (manifest === undefined) throw new Error(`no adapter for ${name}`);
  const file = packaged.get(name) ?? join(MAPPINGS, `${name}.yaml`);
  const outcome = compileMapping(readFileSync(file, 'utf8'), file, manifest);
  if (!outcome.ok) throw new Error(`the mapping of ${name} does not compile`);
  return { manifest, mapping: outcome.mapping };
}

const isCategory = ({ categoryKeys = [] }: AdapterManifest, match: CodeMatch) =>
  Object.keys(match).every((key) => categoryKeys.includes(key));

/** Every category alone, and together with a code that no rule lists. */
function unlistedCodes(
  manifest: AdapterManifest,
  mapping: ReturnType<typeof compiled>['mapping'],
): CodeMatch[] {
  const categories = [{}, ...mapping.rules.map(({ match }) => match)].filter((match) =>
    isCategory(manifest, match),
  );
  const keys = manifest.matchKeys.filter((key) => !manifest.categoryKeys?.includes(key));
  return categories.flatMap((category) =>
    [category, ...keys.map((key) => ({ ...category, [key]: UNLISTED }))].filter(
      (codes) =>
        Object.keys(codes).length > 0 && !takesBack(readFact(mapping, { codes, logical: false })),
    ),
  );
}

/** Whether the carrier documents that the category itself ends or undoes something. */
const takesBack = ({ status, correction }: ReturnType<typeof readFact>) =>
  correction || status === 'cancelled';

function reportOf(reported: readonly CodeMatch[]) {
  return {
    ...{ trackingNumber: '1', aliases: [], carrierPieceId: null, asOf: null, links: [] },
    fullHistory: false,
    snapshot: EMPTY_SNAPSHOT,
    facts: reported.map((codes, index) => ({
      codes,
      identity: [String(index)],
      time: placeTimeWithOffset(`2026-03-02T${10 + index * 2}:00`, 'minute', 0),
      ...{ place: null, text: null, piece: null, logical: false },
    })),
  };
}
