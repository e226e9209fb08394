import { readdirSync } from 'node:fs';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';

/** The texts of config/messages, and the errors, in every language. */
export async function catalogues(): Promise<
  readonly (readonly [string, Readonly<Record<string, unknown>>])[]
> {
  const folder = new URL('./refusals/', import.meta.url);
  const files = readdirSync(folder).map((name) => new URL(name, folder).href);
  const found = await Promise.all(files.map(async (file) => Object.entries(await import(file))));
  const messages: Readonly<Record<string, unknown>> = Object.fromEntries(
    LANGUAGES.map((each) => [each, messagesIn(each)]),
  );
  const refusals = found.flat() as [string, Readonly<Record<string, unknown>>][];
  return [...refusals, ['messages', messages]];
}
