import { join } from 'node:path';
import { readSettings, type SettingEntry } from '../src/platform/settings/defaults.ts';
import type { GeneratedFile } from './generated-file.ts';

/**
 * Generates docs/configuration.md from config/defaults.yaml, from which the hub itself reads its
 * defaults.
 */
export async function configurationDoc(root: string): Promise<readonly GeneratedFile[]> {
  const rows = [...readSettings()].map(
    ([name, { default: value, why, secret }]) =>
      `| \`${name}\` | ${shown(value, secret)} | ${cell(why)} |`,
  );
  const content = `<!-- Generated from config/defaults.yaml by \`npm run generate\`; change that file instead. -->

# Configuration

All settings are environment variables; there is no settings file. An invalid value stops the
start with a message, and a name that looks misspelt causes a warning.
\`npx waybill doctor\` checks all settings without starting the hub. \`<CARRIER>\` is the carrier's id in
upper case, with \`_\` for \`-\`. Secrets have no defaults and are never logged.

| setting | default | meaning |
|---|---|---|
${rows.join('\n')}
`;
  return [{ path: join(root, 'docs', 'configuration.md'), content }];
}

function shown(value: SettingEntry['default'], secret: boolean): string {
  if (value !== null) return value === '' ? 'empty' : `\`${value}\``;
  return secret ? 'not set (secret)' : 'not set';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
