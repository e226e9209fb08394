import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import { PROJECT_ROOT, parseYaml } from '../../../platform/settings/yaml-settings.ts';
import { variablesOf } from './text-template.ts';
import { compileWords, WordsError } from './words.ts';

const fileOf = (language: string) => `${PROJECT_ROOT}config/messages/${language}/templates.yaml`;
const sourceOf = (language: string) => readFileSync(fileOf(language), 'utf8');
const faultsOf = (source: string) => {
  try {
    compileWords(source, 'en.yaml', 'en');
  } catch (error) {
    if (error instanceof WordsError) return error.faults;
    throw error;
  }
  return [];
};

describe('the shipped words', () => {
  it.each(LANGUAGES)('of %s are complete', (language) => {
    expect(() => compileWords(sourceOf(language), fileOf(language), language)).not.toThrow();
  });

  it('say the same in every language: the same values, the same buttons', () => {
    const [english, ...others] = LANGUAGES.map((each) => compileWords(sourceOf(each), each, each));
    for (const other of others) {
      for (const [name, words] of Object.entries(english?.templates ?? {})) {
        const theirs = other.templates[name as keyof typeof other.templates];
        expect([name, theirs.sms.length]).toEqual([name, words.sms.length]);
        expect([name, theirs.text.length]).toEqual([name, words.text.length]);
        expect([name, theirs.action === null]).toEqual([name, words.action === null]);
        for (const member of ['subject', 'push'] as const) {
          const named = new Set(variablesOf(words[member]));
          expect([name, new Set(variablesOf(theirs[member]))]).toEqual([name, named]);
        }
      }
    }
  });

  it('that a language lacks are English, one by one', () => {
    const own = 'templates: { created: { heading: Angekündigt } }';
    const { templates, frame } = compileWords(own, 'de.yaml', 'de', parseYaml(sourceOf('en')));
    const english = compileWords(sourceOf('en'), 'en.yaml', 'en');
    expect(templates.created.heading).toMatchObject([{ text: 'Angekündigt' }]);
    expect(templates.created.push).toEqual(english.templates.created.push);
    expect(frame.track).toBe(english.frame.track);
  });

  it('are typeset: no straight apostrophe between letters, no double blank', () => {
    for (const language of LANGUAGES) {
      const source = sourceOf(language).split('\n');
      const found = source.filter((line) => /\p{L}'\p{L}|\S {2,}\S/u.test(line));
      expect([language, found]).toEqual([language, []]);
    }
  });
});

describe('words that cannot be used', () => {
  const english = sourceOf('en');
  const lineOf = (text: string) => english.split('\n').findIndex((l) => l.includes(text)) + 1;

  it('are reported by file and line, all at once', () => {
    const source = english
      .replace('Hello[ {recipient_name}],', 'Hello {recipient_name},')
      .replace('heading: Your parcel has arrived', 'heading: Your parcel is {where}');
    expect(faultsOf(source)).toEqual([
      {
        file: 'en.yaml',
        line: lineOf('greeting:'),
        found: 'frame.greeting has {recipient_name}, which is not always known',
        fix: expect.stringContaining('brackets'),
      },
      {
        file: 'en.yaml',
        line: lineOf('heading: Your parcel has arrived'),
        found: 'templates.delivered.heading has "{where}", which is no variable here',
        fix: expect.stringContaining('merchant_name'),
      },
    ]);
  });

  it('miss a template, have one too many, or are no YAML', () => {
    const without = faultsOf(english.replace('  delivered:\n', '  delivvered:\n'));
    expect(without.map(({ found }) => found)).toContain('templates.delivered');
    expect(without[0]?.line).toBe(lineOf('  created:'));
    expect(faultsOf('a: [')[0]).toMatchObject({ line: 1 });
    expect(faultsOf('')).not.toEqual([]);
  });

  it('put no address into a mail’s text, where a button has it', () => {
    const source = english.replace(
      'push: "{carrier_name} has returned it to the sender."',
      'push: "{track_url}"',
    );
    expect(faultsOf(source)[0]?.found).toContain('"{track_url}", which is no variable here');
  });
});
