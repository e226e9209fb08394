import { join } from 'node:path';
import { readSettings, type SettingEntry } from '../src/platform/settings/defaults.ts';
import type { GeneratedFile } from './generated-file.ts';

/** docs/configuration.md, from config/defaults.yaml, which the hub itself reads its defaults from. */
export async function configurationDoc(root: string): Promise<readonly GeneratedFile[]> {
  const rows = [...readSettings()].map(
    ([name, { default: value, why, secret }]) =>
      `| \`${name}\` | ${shown(value, secret)} | ${cell(why)} |`,
  );
  const content = `<!-- Made from config/defaults.yaml by \`npm run generate\`; change that file instead. -->

# Configuration

Everything is set in the environment; there is no settings file to keep in step. A value that cannot
be used stops the start with a message that says which and why, a name that is probably misspelt is
warned about, and
\`npx waybill doctor\` checks all of them without starting. \`<CARRIER>\` is the carrier's id in upper
case with \`_\` for \`-\`. Secrets have no defaults and are never logged.

| setting | default | why |
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
