import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { credentialNames, waysOfOrders } from '../src/http/docs/made/shop-page.ts';
import { table } from '../src/http/docs/made/table.ts';
import { loadPlatforms } from '../src/shops/index.ts';
import { replaceBetween } from './replace-between.ts';
import type { GeneratedFile } from './scorecards.ts';

/**
 * Generates the table in docs/shops.md. The pages of the shops are made when they are read
 * (src/http/docs/made).
 */
export async function shopsDoc(root: string): Promise<readonly GeneratedFile[]> {
  const path = join(root, 'docs', 'shops.md');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return [];
  const rows = [...(await loadPlatforms()).values()].map((platform) => [
    `[${platform.name}](../src/shops/platforms/${platform.id}/index.ts)`,
    `\`${platform.id}\``,
    waysOfOrders(platform),
    credentialNames(platform),
  ]);
  const content = `${table(rows, ['shop', '`platform`', 'orders', 'credentials'])}\n`;
  return [{ path, content: replaceBetween(text, 'shops', content) }];
}
