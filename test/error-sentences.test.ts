import { describe, expect, it } from 'vitest';
import { writtenSentences } from './tidy/error-sentences.ts';
import { FILES, isTest, isTypeScript } from './tidy/tree.ts';

/** Files whose faults only operators see, in English: at the start, or on the command line. */
const FOR_OPERATORS = [
  'src/platform/settings/',
  'src/prediction/',
  'src/normalization/',
  'src/intake/drops/reading/columns-file.ts',
  'src/adapters/detect/catalogue.ts',
  'src/http/compat/vocabulary.ts',
  'src/reactions/exceptions/policy/policy.ts',
  'src/reactions/purges/purge-config.ts',
  'src/reactions/notifications/templates/words.ts',
  'src/reactions/notifications/templates/case-words.ts',
];
/** Carriers in tests. */
const isSandbox = (path: string) => /sandbox/.test(path);

describe('texts of errors', () => {
  it('are keys of the message catalogue, never sentences in the code', () => {
    const files = FILES.filter((file) => isTypeScript(file) && !isTest(file)).filter(
      ({ path }) =>
        path.startsWith('src/') &&
        !isSandbox(path) &&
        !FOR_OPERATORS.some((each) => path.startsWith(each)),
    );
    expect(files.length).toBeGreaterThan(1_000);
    const found = files.flatMap(({ path, text }) =>
      writtenSentences(path, text).map((each) => `${path}:${each.line}: ${each.text}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    ["new Problem('conflict', 'It is too late.')", 1],
    ['throw invalidMember("/url", "Not a URL.", `Send it instead.`)', 2],
    ["z.string().regex(/a/, 'Send a letter.')", 1],
    [
      "z.string().refine(isFine, { error: 'Send another one.', params: { reason: 'No good.' } })",
      2,
    ],
    ["z.object({}).superRefine((value, context) => { const message = 'Send it again.'; })", 1],
    ["z.string().regex(/a/, issueText('values.unusable')).describe('One letter.')", 0],
    ["z.string().meta({ description: 'Two words' }).default('no value')", 0],
    ["z.object({ reason: z.string().describe('In words.'), fix: z.literal('Do it.') })", 1],
    ["new Problem('conflict', 'desk.noSuchRule')", 0],
  ])('are found where they are written: %s', (source, count) => {
    const text = `import { z } from 'zod';\n${source};\n`;
    expect(writtenSentences('example.ts', text)).toHaveLength(count);
  });
});
