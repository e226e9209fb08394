import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import bwip from 'bwip-js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { barsOf, type CodeShapes, code128, codeImage, squaresOf } from './code-image.ts';

const MODULE_PX = 3;
const QUIET = 10;

beforeAll(async () => {
  const wasmBinary = readFileSync(
    createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'),
  );
  await prepareZXingModule({ overrides: { wasmBinary: Uint8Array.from(wasmBinary).buffer } });
});

/** What a scanner reads in the drawn code. */
async function scanned(shapes: CodeShapes, heightPx = MODULE_PX): Promise<string[]> {
  const width = (shapes.width + 2 * QUIET) * MODULE_PX;
  const height = shapes.height * heightPx + 2 * QUIET * MODULE_PX;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const bar of shapes.bars) {
    const left = (QUIET + bar.x) * MODULE_PX;
    const top = QUIET * MODULE_PX + bar.y * heightPx;
    for (let y = top; y < top + bar.height * heightPx; y += 1) {
      for (let x = left; x < left + bar.width * MODULE_PX; x += 1) {
        data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
      }
    }
  }
  const found = await readBarcodes({ data, width, height, colorSpace: 'srgb' });
  return found.map(({ text }) => text);
}

const NUMBERS = ['794644790138', 'WB', '42', '1Z999AA10123456784', 'a1b22c333d4444e55555 {~}', '0'];

describe('a scanner reads', () => {
  it.each(NUMBERS)('the bars of %s', async (number) => {
    expect(await scanned(barsOf(number) ?? squaresOf(''), 60)).toEqual([number]);
  });

  it.each([...NUMBERS, 'ПОСЫЛКА-7', `otpauth://totp/${'x'.repeat(300)}`])(
    'the squares of %s',
    async (text) => {
      expect(await scanned(squaresOf(text))).toEqual([text]);
    },
  );
});

describe('Code 128', () => {
  const text = fc.array(
    fc.oneof(fc.stringMatching(/^\d{1,9}$/), fc.stringMatching(/^[ -~]{1,9}$/)),
    {
      minLength: 1,
      maxLength: 4,
    },
  );

  it('is never longer than another encoder makes it', () => {
    fc.assert(
      fc.property(text, (parts) => {
        const widths = code128(parts.join('')) ?? [];
        const [other] = bwip.raw({ bcid: 'code128', text: parts.join('') }) as readonly {
          readonly sbs: readonly number[];
        }[];
        expect(widths.length).toBeLessThanOrEqual(other?.sbs.length ?? 0);
        expect(widths.reduce((sum, width) => sum + width, 0) % 11).toBe(2);
      }),
    );
  });

  it('refuses what bars cannot encode', () => {
    for (const number of ['', 'ПОСЫЛКА-7', 'a\nb', 'é']) expect(code128(number)).toBeNull();
  });
});

it('the image shows the number below the bars, and nothing of it becomes markup', () => {
  const image = codeImage('A<b>&"1', 'code128') ?? '';
  expect(image).toContain('>A&lt;b&gt;&amp;"1</text>');
});
