import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { detect } from './detect.ts';

async function outputOf(
  numbers: readonly string[],
  { input = '', json = true } = {},
): Promise<string[]> {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const from = Readable.from([input]);
  expect(await detect({ numbers, json }, {}, from, write, write)).toBe(0);
  return lines;
}

it('reports the fault of an adapter that cannot be loaded, and the setting that names it', async () => {
  const faults: string[] = [];
  const env = { WAYBILL_ADAPTERS: './no-such-adapter' };
  const ended = await detect(
    { numbers: ['1'], json: false },
    env,
    Readable.from([]),
    () => {},
    (line) => void faults.push(line),
  );
  expect(ended).toBe(1);
  expect(faults.join('\n')).toMatch(
    /no-such-adapter.*\nFix or remove the package that WAYBILL_ADAPTERS/,
  );
});

const numbersOf = async (numbers: readonly string[], input = '') =>
  (await outputOf(numbers, { input })).map((line) => JSON.parse(line).number);

it.each([
  [[''], []],
  [['  ', '\t'], []],
  [['', ' 794644790131 ', ''], ['794644790131']],
])('blank lines are skipped, and blank arguments have no candidate: %j', async (numbers, shown) => {
  expect(await numbersOf(['-'], numbers.join('\n'))).toEqual(shown);
  expect(await numbersOf(numbers)).toEqual(numbers.map((number) => number.trim()));
});

it('reports a blank argument as no number', async () => {
  const [line = ''] = await outputOf(['']);
  expect(JSON.parse(line)).toEqual({ number: '', candidates: [], note: "Blank: nobody's number." });
  expect(await outputOf([' '], { json: false })).toEqual(['""', "  Blank: nobody's number."]);
});

it('prints one JSON line a number, best candidate first, with the reasons', async () => {
  const [line = ''] = await outputOf(['RB 123 456 785 DE']);
  expect(JSON.parse(line)).toEqual({
    number: 'RB 123 456 785 DE',
    candidates: [
      {
        carrier: 'dhl',
        name: 'DHL',
        reach: 'direct',
        format: 'post_de_s10',
        certainty: 0.92,
        check_digit: 'valid',
        tracking_number: 'RB123456785DE',
        why: [
          expect.stringContaining('its check digit 5 is right'),
          expect.stringContaining('USPS'),
        ],
      },
      expect.objectContaining({ carrier: 'usps', format: 's10', certainty: 0.08 }),
    ],
  });
});

it('prints the same for people in sentences', async () => {
  const lines = await outputOf(['1Z999AA10123456785', 'hello'], { json: false });
  expect(lines).toEqual([
    '1Z999AA10123456785',
    '  ups  1z  certainty 0.6  check digit invalid  1Z999AA10123456785',
    '    It has the form of a 1Z number, but its check digit is 5 and should be 4.',
    'hello',
    '  no carrier here uses numbers of this form',
  ]);
});

describe('hostile input', () => {
  it('gets one line each, whatever it contains', async () => {
    const texts = ['\u0000', '\ud800', '😀', '９'.repeat(600), '"', '\\', '--', '%s', '{}'];
    const input = `${texts.join('\n')}\n\u2028\r\n`;
    for (const line of await outputOf(['-'], { input })) {
      expect(JSON.parse(line)).toMatchObject({ candidates: [] });
    }
    expect(await outputOf(['-'], { input })).toHaveLength(texts.length);
  });

  it('is cut if it is longer than any number, and says so', async () => {
    const long = '9'.repeat(1_000_000);
    const [line = ''] = await outputOf([long]);
    expect(line.length).toBeLessThan(1_000);
    expect(JSON.parse(line)).toMatchObject({ candidates: [], note: expect.stringMatching(/512/) });
    const lines = await outputOf([long], { json: false });
    expect(lines.join('').length).toBeLessThan(1_000);
  });

  it('reaches no terminal as control characters', async () => {
    const [heading] = await outputOf(['\u001b[31m1\u0007\u202e'], { json: false });
    expect(heading).toBe('\ufffd[31m1\ufffd\ufffd');
  });
});
