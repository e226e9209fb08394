import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { systemRandom } from '../clock.ts';
import { createEnvelopeSealer, createKeyring, open, SealBroken, seal } from './sealing.ts';

const KEY = Buffer.alloc(32, 1);
const keyring = createKeyring([KEY], systemRandom);
const text = Buffer.from('a secret');

describe('sealed bytes cannot be opened', () => {
  test('when any bit was changed', () => {
    const sealed = seal(keyring, text, 'row 1');
    for (let at = 0; at < sealed.length * 8; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8((changed[at >> 3] ?? 0) ^ (1 << (at & 7)), at >> 3);
      expect(() => open(keyring, changed, 'row 1')).toThrow(SealBroken);
    }
  });

  test('when cut short anywhere', () => {
    const sealed = seal(keyring, text, '');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => open(keyring, sealed.subarray(0, length), '')).toThrow(SealBroken);
    }
  });

  test('in another place than they were sealed for', () => {
    expect(() => open(keyring, seal(keyring, text, 'row 1'), 'row 2')).toThrow('belong elsewhere');
  });

  test('under another key, and the message names the one that is missing', () => {
    const other = createKeyring([Buffer.alloc(32, 2)], systemRandom);
    expect(() => open(other, seal(keyring, text, ''), '')).toThrow(keyring.active.id);
  });
});

test('any value opens as it was sealed', () => {
  const bytes = fc.uint8Array({ maxLength: 5_000 });
  fc.assert(
    fc.property(bytes, fc.string(), (plain, aad) => {
      expect(open(keyring, seal(keyring, plain, aad), aad)).toEqual(Buffer.from(plain));
    }),
    { seed: 7, numRuns: runs(200) },
  );
});

test('the same text is never sealed alike twice', () => {
  expect(seal(keyring, text, '').equals(seal(keyring, text, ''))).toBe(false);
});

test('after a rotation the old key still opens and the new one seals', () => {
  const old = seal(keyring, text, '');
  const rotated = createKeyring([Buffer.alloc(32, 9), KEY], systemRandom);
  expect(open(rotated, old, '')).toEqual(text);
  expect(() => open(keyring, seal(rotated, text, ''), '')).toThrow(SealBroken);
});

test('a key that is not 32 bytes is refused', () => {
  expect(() => createKeyring([Buffer.alloc(16)], systemRandom)).toThrow('32 bytes');
});

describe('an envelope', () => {
  const sealer = createEnvelopeSealer(keyring);

  test('opens any value as it was sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (plain) => {
        const { sealed, dataKey } = sealer.seal(plain);
        expect(sealer.open(sealed, dataKey)).toEqual(Buffer.from(plain));
      }),
      { seed: 7, numRuns: runs(200) },
    );
  });

  test('opens with no other data key, so destroying its own leaves nothing readable', () => {
    const { sealed } = sealer.seal(text);
    expect(() => sealer.open(sealed, sealer.seal(text).dataKey)).toThrow(SealBroken);
    expect(() => open(keyring, sealed, '')).toThrow(SealBroken);
  });

  test('does not open when any bit of it or of its data key was changed', () => {
    const { sealed, dataKey } = sealer.seal(text);
    for (let at = 0; at < (sealed.length + dataKey.length) * 8; at += 1) {
      const changed = Buffer.concat([sealed, dataKey]);
      changed.writeUInt8((changed[at >> 3] ?? 0) ^ (1 << (at & 7)), at >> 3);
      const parts = [changed.subarray(0, sealed.length), changed.subarray(sealed.length)] as const;
      expect(() => sealer.open(...parts)).toThrow(SealBroken);
    }
  });

  test('does not open when it or its data key is cut short anywhere', () => {
    const { sealed, dataKey } = sealer.seal(text);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.open(sealed.subarray(0, length), dataKey)).toThrow(SealBroken);
    }
    for (let length = 0; length < dataKey.length; length += 1) {
      expect(() => sealer.open(sealed, dataKey.subarray(0, length))).toThrow(SealBroken);
    }
  });

  test('opens after a rotation, and only while the old key is there', () => {
    const { sealed, dataKey } = sealer.seal(text);
    const [next, old] = [Buffer.alloc(32, 9), KEY];
    const rotated = createEnvelopeSealer(createKeyring([next, old], systemRandom));
    expect(rotated.open(sealed, dataKey)).toEqual(text);
    const without = createEnvelopeSealer(createKeyring([next], systemRandom));
    expect(() => without.open(sealed, dataKey)).toThrow(keyring.active.id);
  });

  test('has a data key of its own each time', () => {
    const salts = Array.from({ length: 1_000 }, () =>
      Buffer.from(sealer.seal(text).dataKey).toString('hex'),
    );
    expect(new Set(salts).size).toBe(salts.length);
  });
});
