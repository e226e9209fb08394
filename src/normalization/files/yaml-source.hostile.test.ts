import { expect, it } from 'vitest';
import { cpuMsOf } from '../../kernel/test-runs.ts';
import { compileMapping } from '../mapping/mapping.ts';
import type { MappedCarrier } from '../mapping/rule.ts';

/**
 * A mapping is compiled on the thread that answers requests, so time must grow linearly with the
 * text.
 */
const ACME: MappedCarrier = {
  name: 'acme',
  matchKeys: ['event'],
  matchOrder: [['event']],
  corrections: [],
  returnCancelled: [],
};
const [SMALL, LARGE] = [32 * 1_024, 128 * 1_024];
const RUNS = 3;
/** Twice that of linear time, half that of quadratic time. */
const RATIO_MAX = 8;

const HEAD = 'carrier: acme\nrules:\n';

it.each<[string, string, (index: number) => string]>([
  ['keys that nobody knows', '', (index) => `key${index}: 1\n`],
  ['keys in flow style', '{', (index) => `key${index}: 1, `],
  ['keys of one rule', `${HEAD}  - match: {`, (index) => `k${index}: "1", `],
  ['misspelt rules', HEAD, () => '  - { mitch: { event: "A" }, status: nune }\n'],
  ['failing tests', `${HEAD}tests:\n`, (index) => `  - { given: { event: "A${index}" } }\n`],
  ['aliases', 'a: &a x\n', (index) => `k${index}: *a\n`],
  ['texts over several lines', '', (index) => `k${index}: |\n a\n`],
  ['brackets', '', () => '[]'],
])('the time to refuse %s is proportional to their length', (_, head, unit) => {
  const texts = [SMALL, LARGE].map((length) => {
    let text = head;
    for (let index = 0; text.length < length; index += 1) text += unit(index);
    return text;
  });
  const [small = 0, large = 0] = texts.map((text) => {
    const times = Array.from({ length: RUNS }, () =>
      cpuMsOf(() => compileMapping(text, 'acme.yaml', ACME)),
    );
    return Math.min(...times);
  });
  // Below some milliseconds, differences are noise.
  expect(large).toBeLessThan(Math.max(20, small * RATIO_MAX));
});
