import { loadAdapters, packagedMappings } from '../../../adapters/index.ts';
import { openMappingFiles } from '../../../normalization/index.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { loadPlatforms } from '../../../shops/index.ts';
import type { Guide } from '../pages/guides.ts';
import { madeGuides } from './made-guides.ts';

/** Returns the pages of the carriers and shops that come with the hub, without a running one. */
export async function guidesMadeHere(): Promise<readonly Guide[]> {
  const registry = await loadAdapters();
  const mappings = await openMappingFiles({
    folder: `${PROJECT_ROOT}config/carrier-mappings`,
    packaged: packagedMappings(registry),
    carriers: registry.list().map(({ manifest }) => manifest),
    watch: 'off',
  });
  const platforms = (await loadPlatforms()).values();
  return madeGuides({ registry, mapping: (carrier) => mappings.current(carrier), platforms });
}
