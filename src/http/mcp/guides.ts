import { readFileSync } from 'node:fs';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { guideNames, guideTitle } from '../docs/pages/guides.ts';

const URI = /^waybill:\/\/docs\/([a-z0-9/-]+)$/;
/** The longest guide is a third of it. */
const GUIDE_CHARS_MAX = 100_000;

/** The guides as resources of MCP. */
export function guideResources() {
  return guideNames().map((name) => ({
    uri: `waybill://docs/${name}`,
    name,
    title: guideTitle(name) ?? name,
    mimeType: 'text/markdown',
  }));
}

/** The Markdown of a guide; null: there is none of that URI. */
export function guideText(uri: string): string | null {
  const name = URI.exec(uri)?.[1];
  if (name === undefined || !guideNames().includes(name)) return null;
  return readFileSync(`${PROJECT_ROOT}docs/${name}.md`, 'utf8').slice(0, GUIDE_CHARS_MAX);
}
