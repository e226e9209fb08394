import { describe, expect, it } from 'vitest';
import { formattersMade } from '../../kernel/time/test-formatters.ts';
import { checkMessages, compileTexts, messagesIn, ownTexts, readFiles } from './catalogue.ts';
import { READER } from './error-text.ts';
import { argumentsOf, formatterOf } from './format-text.ts';
import { LANGUAGES, type Language } from './languages.ts';
import type { TextTree } from './shape.ts';

const SHAPE = {
  desk: { title: [], left: ['count#'], reasons: { lost: [] }, reasonsByStatus: { created: {} } },
};

const read = (source: string, isComplete = false) =>
  readFiles([{ name: 'de/desk.yaml', path: ['desk'], source }], SHAPE, isComplete);

const textsOf = (tree: TextTree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value]] : textsOf(value, `${path}${key}.`),
  );

describe('a file of texts', () => {
  it.each([
    ['title: [', /^de\/desk\.yaml:1: Flow sequence/],
    [
      'title: A\ntitel: B',
      /^de\/desk\.yaml:2: Unknown key "titel"; expected one of title, left, reasons, reasonsByStatus\.$/,
    ],
    ['title: A\nleft: "{n} left"', /^de\/desk\.yaml:2: "left" uses \{n\}; expected \{count\}\.$/],
    ['title: "{name}"', /^de\/desk\.yaml:1: "title" uses \{name\}; expected no arguments\.$/],
    ['left: "{count, plural, one {#}}"', /^de\/desk\.yaml:1: "left" is not a valid ICU message: /],
    ['title:\n  a: b', /^de\/desk\.yaml:2: "title" is a map; expected a text\.$/],
    ['reasons: lost', /^de\/desk\.yaml:1: "reasons" is not a map; expected the keys lost\.$/],
    ['title:', /^de\/desk\.yaml:1: "title" has no text; write one or remove the key\.$/],
    ['- a', /^de\/desk\.yaml:1: Expected a map of keys and texts\.$/],
  ])('is refused with file, line and key: %j', (source, problem) => {
    expect(read(source).problems).toEqual([expect.stringMatching(problem)]);
  });

  it('may add reasons that the code does not know', () => {
    expect(read('reasons: { lost: weg, eaten: gefressen }').problems).toEqual([]);
    expect(read('reasonsByStatus: { created: { eaten: Gefressen } }').problems).toEqual([]);
    expect(read('reasonsByStatus: { made: { eaten: Gefressen } }').problems).toHaveLength(1);
  });

  it('is refused in English when a text is missing, because nothing else has it', () => {
    expect(read('title: A\nreasons: { lost: B }', true).problems).toEqual([
      'config/messages/en: The text "desk.left" is missing; English must have every text.',
    ]);
  });

  it('is refused when no code uses it', () => {
    const files = [{ name: 'de/desc.yaml', path: ['desc'], source: 'a: b' }];
    expect(readFiles(files, SHAPE, false).problems).toEqual([
      'de/desc.yaml: No page or message uses this file; see config/messages/en.',
    ]);
  });
});

describe('texts', () => {
  it('fall back to English one by one', () => {
    const english = { desk: { title: 'Desk', left: '{count} left', reasons: { lost: 'lost' } } };
    const german = { desk: { left: '{count, plural, one {# übrig} other {noch #}}' } };
    const { desk } = compileTexts(SHAPE, english, {
      ...german,
      language: { locale: 'de-DE' },
    }) as { desk: { title: string; left: (of: object) => string; reasons: object } };
    expect([desk.title, desk.reasons]).toEqual(['Desk', { lost: 'lost' }]);
    expect([desk.left({ count: 1 }), desk.left({ count: 1234 })]).toEqual([
      '1 übrig',
      'noch 1.234',
    ]);
  });

  it('print quoted braces as braces', () => {
    const texts = compileTexts({ a: [] }, { a: "the '{name}' of it" }, {});
    expect(texts).toEqual({ a: 'the {name} of it' });
  });

  it('of one language share their formatters', async () => {
    const left = (noun: string) =>
      formatterOf(`{count, plural, one {# ${noun}} other {# ${noun}e}}`, 'de')({ count: 1_000 });
    expect(left('Schuh')).toBe('1.000 Schuhe');
    expect(await formattersMade(() => left('Brief'))).toEqual([]);
  });

  it('that ship are complete and valid in every language', () => {
    expect(() => checkMessages()).not.toThrow();
    expect(LANGUAGES.map((language) => messagesIn(language).language.name)).toEqual([
      ...['English', 'Deutsch', 'Español', 'Français'],
    ]);
  });

  it.each(LANGUAGES)('that ship leave nothing to English in %s', (language) => {
    const own = (of: Language) => textsOf(ownTexts(of)).map(([path]) => path);
    expect(own(language).toSorted()).toEqual(own('en').toSorted());
  });

  it.each(LANGUAGES)('that ship name every value of the English text in %s', (language) => {
    const texts = new Map(textsOf(ownTexts(language)));
    const named = (text: string) => argumentsOf(text).map((name) => name.replace('#', ''));
    const lost = textsOf(ownTexts('en')).flatMap(([path, english]) => {
      const own = named(texts.get(path) ?? '');
      // English alone differs between programs, which send, and people, who write.
      const names = named(english).filter((name) => name !== READER && !own.includes(name));
      return names.map((name) => `${path} {${name}}`);
    });
    expect(lost).toEqual([]);
  });
});
