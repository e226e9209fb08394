import { loadAdapters, packagedMappings } from '../../adapters/index.ts';
import { compileWithCache, openMappingFiles } from '../../normalization/index.ts';
import { openResultCache } from '../../platform/cached-results.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { historyParts } from './history-parts.ts';

/** The installed carriers, their mappings, and what the history is planned from. */
export async function testHistoryParts() {
  const registry = await loadAdapters();
  const mappings = await openMappingFiles({
    folder: `${PROJECT_ROOT}config/carrier-mappings`,
    packaged: packagedMappings(registry),
    carriers: registry.list().map(({ manifest }) => manifest),
    compile: compileWithCache(openResultCache()),
    watch: 'off',
  });
  const mapping = (carrier: string) => mappings.current(carrier) ?? null;
  return { registry, mappings, mapping, parts: historyParts(registry, { mapping }) };
}
