import {
  clearWinner,
  detectCarriers,
  loadAdapters,
  shippedCatalogue,
} from '../src/adapters/index.ts';
import { PASTED_CHARS_MAX } from '../src/kernel/numbers/check-digit.ts';
import { labelledNumbers } from '../test/support/parcels/labelled-numbers.ts';
import { naiveDetect } from './baselines/naive-detect.ts';
import { isShort, median, report, say } from './figures/report.ts';

/**
 * Measures how many pasted texts a second the detection handles, compared with patterns over the
 * raw text. Both take turns over the same 10,000 random strings; then over real numbers, and over
 * the longest possible texts. Also counts how often the right carrier is first among published
 * numbers and postal items of all carriers, and how many wrong check digits are accepted.
 */
const TEXTS = 10_000;
const TURNS = isShort() ? 3 : 15;
const CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij0123456789012345678901234567890123456789 -.:/#';

const registry = await loadAdapters();
const ours = (text: string) => detectCarriers(registry, text).length;
const naive = (text: string) => naiveDetect(text).length;

const random = Array.from({ length: TEXTS }, () => randomText(1 + Math.floor(Math.random() * 48)));
const long = Array.from({ length: TEXTS / 10 }, () => randomText(PASTED_CHARS_MAX));
const labelled = labelledNumbers();
const listed = labelled.map(({ text }) => text);
const genuine = labelled.filter(({ kind }) => /^(?:published|s10_)/.test(kind));
const first = genuine.filter(({ text, carriers }) =>
  carriers.includes(detectCarriers(registry, text)[0]?.carrier ?? ''),
);

say(`${TURNS} turns over ${TEXTS} random strings of 1 to 48 characters`);
const turns = Array.from({ length: TURNS }, () => ({
  ours: perSecond(ours, random),
  naive: perSecond(naive, random),
  long: perSecond(ours, long),
  listed: perSecond(ours, listed),
}));
const each = random.map((text) => durationMs(() => ours(text))).sort((a, b) => a - b);
const value = Math.round(median(turns.map((turn) => turn.ours)));
say(`10,000 random strings take ${Math.round((TEXTS / value) * 1_000)} ms`);

report({
  bench: 'detect',
  value,
  unit: 'texts/s',
  baseline: Math.round(median(turns.map((turn) => turn.naive))),
  p50_ms: rounded(each[Math.floor(each.length * 0.5)] ?? 0),
  p99_ms: rounded(each[Math.floor(each.length * 0.99)] ?? 0),
  conditions: {
    texts: TEXTS,
    turns: TURNS,
    ten_thousand_ms: Math.round((TEXTS / value) * 1_000),
    labelled_per_s: Math.round(median(turns.map((turn) => turn.listed))),
    longest_per_s: Math.round(median(turns.map((turn) => turn.long))),
    carriers: registry.list().length + shippedCatalogue().list().length,
    genuine: genuine.length,
    right_first: rounded(first.length / genuine.length),
    wrong_check_digits_accepted: listed.filter(
      (text) => clearWinner(detectCarriers(registry, text))?.checkDigit === 'invalid',
    ).length,
  },
});

function randomText(length: number): string {
  return Array.from({ length }, () => CHARS[Math.floor(Math.random() * CHARS.length)]).join('');
}

function perSecond(detect: (text: string) => number, texts: readonly string[]): number {
  const ms = durationMs(() => {
    for (const text of texts) detect(text);
  });
  return (texts.length / ms) * 1_000;
}

function durationMs(run: () => void): number {
  const from = performance.now();
  run();
  return performance.now() - from;
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
