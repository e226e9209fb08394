import type { ShopPlatform } from '../../../shops/index.ts';
import { table } from './table.ts';

/** Returns the page of a platform as Markdown, as if it were `docs/shops/ID.md`. Pure. */
export function shopPage(platform: ShopPlatform): string {
  const { id, name, settings = [], urlForm } = platform;
  const example = urlForm?.example ?? 'https://shop.example';
  return [
    `# ${name}`,
    `What the hub does with a shop on ${name}, and what a connection needs. [shops.md](../shops.md) says what is ` +
      'the same for all shops, and has a section with the details of each.',
    '## What it does',
    table(abilities(platform)),
    '## What it needs',
    table([
      ['address', urlForm === undefined ? 'that of the shop' : `like \`${example}\``],
      ['credentials', credentialNames(platform)],
      ['its own settings', settings.map((each) => `\`${each}\``).join(', ') || 'none'],
      ['signature of its webhooks', signature(platform)],
    ]),
    '## Connect it',
    'In the console at *Settings → Shops*, or with a key that has the scope `accounts:write`:',
    `\`\`\`text\nPOST /v1/shops {"platform": "${id}", "url": "${example}"}\n\`\`\``,
    '## Check it',
    'The page of the shop in the console, and `GET /v1/shops/{id}`, say when something was last received, read and ' +
      'written, what waits, and the last failure. `GET /v1/shops/{id}/writes` lists what was written.',
  ].join('\n\n');
}

function abilities(platform: ShopPlatform) {
  const { authorization, api } = platform;
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  return [
    ['orders', waysOfOrders(platform)],
    ['statuses are written back', yes(api !== undefined)],
    ["permission on the shop's own page", yes(authorization !== undefined)],
  ];
}

/** How the hub gets the orders of such a shop. */
export function waysOfOrders({ webhook, readOrdersFile, api }: ShopPlatform): string {
  return [
    webhook === undefined ? null : 'by webhook',
    api?.canRead ? 'by reading them' : null,
    readOrdersFile === undefined ? null : 'from CSV files',
  ]
    .filter((each) => each !== null)
    .join(', ');
}

/** What a merchant enters to connect such a shop. */
export function credentialNames({ credentials }: ShopPlatform): string {
  const names = credentials.map(
    ({ name, isRequired }) => `\`${name}\`${isRequired ? '' : ' (optional)'}`,
  );
  return names.join(', ') || 'none';
}

function signature({ webhook, signingCredential }: ShopPlatform): string {
  if (webhook === undefined) return 'it sends none';
  if (signingCredential === undefined) return 'with a secret that the hub makes';
  return `with \`${signingCredential}\`; without it, the shop is polled`;
}
