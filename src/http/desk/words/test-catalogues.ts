import { readdirSync } from 'node:fs';
import { HEADLINE } from '../../resources/shipments/console/headline-words.ts';
import { RELATED } from '../../resources/shipments/console/related-words.ts';
import { STATUS_WORDS } from '../../resources/shipments/console/status-words.ts';
import { TIMELINE } from '../../resources/shipments/console/timeline-words.ts';
import { WRITING } from '../writing/words.ts';

const FOLDERS = ['./', './settings/', './refusals/', '../../resources/dispatch-board/words/'];

/** Every catalogue by its name, those of these folders as they are found. */
export async function catalogues(): Promise<
  readonly (readonly [string, Readonly<Record<string, unknown>>])[]
> {
  const files = FOLDERS.flatMap((folder) => {
    const at = new URL(folder, import.meta.url);
    const names = readdirSync(at).filter((name) => /^(?!test-)[^.]+\.ts$/.test(name));
    return names.map((name) => new URL(name, at).href);
  });
  const found = await Promise.all(files.map(async (file) => Object.entries(await import(file))));
  const others = Object.entries({ HEADLINE, RELATED, STATUS_WORDS, TIMELINE, WRITING });
  return [...found.flat(), ...others].map(
    ([name, value]) => [name, value as Readonly<Record<string, unknown>>] as const,
  );
}
