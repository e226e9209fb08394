import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compressContent, packContent, unpackContent } from './pack-content.ts';

const ADAPTERS = new URL('../adapters/', import.meta.url);
const HEADERS = { 'content-type': 'application/json', 'user-agent': 'FedEx/1.0' };
const body = (text: string) => Buffer.from(text);
const fixture = (path: string) =>
  body(JSON.stringify(JSON.parse(readFileSync(new URL(path, ADAPTERS), 'utf8'))));

describe('the content of an inbound message', () => {
  test('comes back as it was, with and without a dictionary, compressed or not', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('fedex', 'acme', '../etc'),
        fc.dictionary(fc.string(), fc.string()),
        fc.uint8Array({ maxLength: 40_000 }),
        fc.boolean(),
        (carrier, headers, bytes, compressed) => {
          const content = packContent(headers, bytes);
          const packed = compressed ? compressContent(carrier, content) : content;
          const { headers: opened, body: unpacked } = unpackContent(carrier, packed);
          expect(opened).toEqual({ ...headers });
          expect(Buffer.compare(unpacked, bytes)).toBe(0);
        },
      ),
    );
  });

  test('takes a quarter of its size or less in a carrier’s known form', () => {
    const push = fixture('fedex/fixtures/push-delivered.json');
    const changed = body(
      push.toString().replaceAll(/\d/g, (digit) => `${(Number(digit) + 3) % 10}`),
    );
    const packed = compressContent('fedex', packContent(HEADERS, changed));
    expect(packed[0]).toBe(1);
    expect(packed.length).toBeLessThan(changed.length / 4);
    expect(packed.length).toBeLessThan(deflateRawSync(changed).length);
  });

  test('of version 0.1.0 is read: the bodies of scans were compressed', () => {
    const scans = packContent({ ':packed': 'deflate-raw' }, deflateRawSync('{"scans":[]}'));
    expect(unpackContent('fleet', scans).body).toEqual(body('{"scans":[]}'));
  });

  test('under a dictionary that is missing names it', () => {
    const packed = compressContent('fedex', packContent(HEADERS, body('{}')));
    packed[0] = 9;
    expect(() => unpackContent('fedex', packed)).toThrow('dictionary 9 of fedex');
  });
});

test('dictionaries never change, because stored messages need them', () => {
  const digests = readdirSync(ADAPTERS, { recursive: true, encoding: 'utf8' })
    .filter((path) => /dictionary-\d+\.txt$/.test(path))
    .map((path) => {
      const digest = createHash('sha256').update(readFileSync(new URL(path, ADAPTERS)));
      return `${path} ${digest.digest('hex').slice(0, 16)}`;
    });
  expect(digests.sort()).toMatchInlineSnapshot(`
    [
      "canada-post/dictionary-1.txt 4500a63f3dd73cf8",
      "dhl/dictionary-1.txt 5c1063c1c3e1c57b",
      "fedex/dictionary-1.txt 3a65d3d3007fad45",
      "fleet/dictionary-1.txt 41a649ca3b82174f",
      "ups/dictionary-1.txt 89188e67649e41a4",
      "usps/dictionary-1.txt bcb6647b498b4d6e",
    ]
  `);
});
