import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../docs/blocks.ts';

const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const scale = textOf('docs/scale.md');

/** Evaluates from left to right: `3,000 × 0.5 ÷ 1,000`. */
function sumOf(expression: string): number {
  const [first = '', ...rest] = expression.split(/ (?=[×÷])/);
  return rest.reduce((value, step) => {
    const by = numberOf(step.slice(2));
    return step.startsWith('×') ? value * by : value / by;
  }, numberOf(first));
}

const numberOf = (text: string): number => Number(text.replaceAll(',', ''));

it('the calculations in docs/scale.md are correct', () => {
  const sums = [...scale.matchAll(/`([\d.,]+(?: [×÷] [\d.,]+)+) = ([\d.,]+)`/g)];
  expect(sums.length).toBeGreaterThan(10);
  const wrong = sums.filter(([, expression = '', result = '']) => {
    const is = sumOf(expression);
    return !(Math.abs(is - numberOf(result)) <= 0.01 * is);
  });
  expect(wrong.map(([sum]) => sum)).toEqual([]);
});

it('each unit cost in docs/scale.md is in docs/benchmarks.md, with its command', () => {
  const benchmarks = textOf('docs/benchmarks.md');
  const scripts = JSON.parse(textOf('package.json')).scripts;
  const rows = [...scale.matchAll(/^\| [^|]+ \| ([^|]+) \| `npm run (bench:[\w-]+)` \|/gm)];
  expect(rows.length).toBeGreaterThan(5);
  for (const [row, figures = '', command = ''] of rows) {
    expect([row, existsSync(join(ROOT, scripts[command]?.split(' ')[1] ?? 'none'))]).toEqual([
      row,
      true,
    ]);
    for (const [figure] of figures.matchAll(/\d[\d.,]*/g)) {
      expect([row, figure, benchmarks.includes(figure)]).toEqual([row, figure, true]);
    }
  }
});
