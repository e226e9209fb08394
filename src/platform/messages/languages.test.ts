import { describe, expect, it } from 'vitest';
import { languageOf } from './languages.ts';

describe('languageOf', () => {
  it('reads locales of any spelling and knows nothing else', () => {
    expect(['de', 'de-AT', 'DE_at', 'fr-CA', 'es-419', 'en'].map(languageOf)).toEqual([
      ...['de', 'de', 'de', 'fr', 'es', 'en'],
    ]);
    expect(['', 'nl', 'deutsch', 'd', null, undefined, '../de'].map(languageOf)).toEqual(
      Array.from({ length: 7 }, () => null),
    );
  });
});
