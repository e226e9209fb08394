import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModule } from '../platform/import-module.ts';
import type { ShopPlatform } from './contract.ts';

/** The platforms of this installation, by id. */
export type Platforms = ReadonlyMap<string, ShopPlatform>;

const FOLDER = fileURLToPath(new URL('platforms', import.meta.url));

/** Finds every platform by scanning. Rejects with a list of all problems. */
export async function loadPlatforms(folder = FOLDER): Promise<Platforms> {
  const found = new Map<string, ShopPlatform>();
  const problems: string[] = [];
  for (const id of readdirSync(folder).sort()) {
    const path = join(folder, id, 'index.ts');
    if (!existsSync(path)) continue;
    const platform = platformIn(await importModule(path));
    if (platform?.id === id) found.set(id, platform);
    else problems.push(`${path}: export \`platform\`, a ShopPlatform with the id "${id}"`);
  }
  if (problems.length > 0) throw new Error(`Shops cannot be loaded:\n- ${problems.join('\n- ')}`);
  return found;
}

function platformIn(module: unknown): ShopPlatform | null {
  if (typeof module !== 'object' || module === null || !('platform' in module)) return null;
  const { platform } = module;
  const isPlatform = typeof platform === 'object' && platform !== null && 'readEvent' in platform;
  return isPlatform ? (platform as ShopPlatform) : null;
}
