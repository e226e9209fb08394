import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { detect } from './detect.ts';

async function linesOf(numbers: readonly string[], input = ''): Promise<string[]> {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const from = Readable.from([input]);
  expect(await detect({ numbers, json: true }, {}, from, write)).toBe(0);
  return lines.map((line) => JSON.parse(line).number);
}

it.each([
  [[''], []],
  [['  ', '\t'], []],
  [['', ' 794644790131 ', ''], ['794644790131']],
])('blank arguments are skipped like blank lines: %j', async (numbers, shown) => {
  expect(await linesOf(numbers)).toEqual(shown);
  expect(await linesOf(['-'], numbers.join('\n'))).toEqual(shown);
});
