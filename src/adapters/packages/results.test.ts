import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RESULT_CHARACTERS_MAX } from './limits.ts';
import { packResult, unpackResult } from './results.ts';

it('arrive as they were, bytes at any depth included', () => {
  const plain = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)));
  fc.assert(
    fc.property(plain, fc.uint8Array({ maxLength: 40 }), (value, document) => {
      const result = { value, proofs: [{ bytes: document }] };
      const arrived = unpackResult(packResult(result)) as typeof result;
      expect(arrived.value).toEqual(value);
      expect([...(arrived.proofs[0]?.bytes ?? [])]).toEqual([...document]);
    }),
  );
  expect(unpackResult(packResult(undefined))).toBe(null);
});

it('share nothing, so that each of their members is reached once', () => {
  const shared = { code: 'DL' };
  const arrived = unpackResult(packResult([shared, shared])) as unknown[];
  expect(arrived[0]).not.toBe(arrived[1]);
});

it('are refused if they are too long, no text, or imitate bytes', () => {
  const long = 'x'.repeat(RESULT_CHARACTERS_MAX);
  expect(() => packResult(long)).toThrow('longer than');
  expect(() => unpackResult(`"${long}"`)).toThrow('longer than');
  expect(() => unpackResult({ toString: () => '1' })).toThrow('no JSON');
  expect(unpackResult('[{"$bytes":7},{"$bytes":"AA==","more":1}]')).toEqual([null, null]);
});
