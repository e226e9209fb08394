import { describe, expect, it } from 'vitest';
import { languageOf } from './languages.ts';

describe('languageOf', () => {
  it('reads locales of any spelling and knows nothing else', () => {
    expect(['de', 'de-AT', 'DE_at', 'fr-CA', 'es-419', 'en'].map((tag) => languageOf(tag))).toEqual(
      [...['de', 'de', 'de', 'fr', 'es', 'en']],
    );
    expect(
      ['', 'nl', 'deutsch', 'd', null, undefined, '../de'].map((tag) => languageOf(tag)),
    ).toEqual(Array.from({ length: 7 }, () => null));
  });

  it('prefers the language of a country to that of all', () => {
    const available = ['en', 'pt', 'pt-BR'];
    expect(['pt-br', 'pt_PT', 'pt', 'en-GB'].map((tag) => languageOf(tag, available))).toEqual([
      ...['pt-BR', 'pt', 'pt', 'en'],
    ]);
  });
});
