import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemRandom } from './clock.ts';
import {
  createEnvelopeSealer,
  createKeyring,
  newDataKey,
  open,
  openUnder,
  SealBroken,
  seal,
  sealUnder,
  unwrapDataKey,
} from './sealing.ts';

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

test('what was sealed opens as it was, whatever it was', () => {
  const bytes = fc.uint8Array({ maxLength: 5_000 });
  fc.assert(
    fc.property(bytes, fc.string(), (plain, aad) => {
      expect(open(keyring, seal(keyring, plain, aad), aad)).toEqual(Buffer.from(plain));
    }),
    { seed: 7, numRuns: 200 },
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

describe('a data key', () => {
  test('opens what it sealed after it was wrapped and unwrapped', () => {
    const { key, wrapped } = newDataKey(keyring);
    const sealed = sealUnder(key, text, 'name', systemRandom);
    expect(openUnder(unwrapDataKey(keyring, wrapped), sealed, 'name')).toEqual(text);
  });

  test('that was destroyed leaves nothing readable: no other key opens it', () => {
    const sealer = createEnvelopeSealer(keyring);
    const { sealed } = sealer.seal(text);
    const other = sealer.seal(text).dataKey;
    expect(() => sealer.open(sealed, other)).toThrow(SealBroken);
    expect(() => open(keyring, sealed, 'envelope')).toThrow(SealBroken);
  });

  test('is itself not readable in what is stored', () => {
    const { key, wrapped } = newDataKey(keyring);
    expect(wrapped.includes(Buffer.from(key.bytes))).toBe(false);
  });
});

test('envelopes open as they were sealed', () => {
  const sealer = createEnvelopeSealer(keyring);
  const plain = randomBytes(2_048);
  const { sealed, dataKey } = sealer.seal(plain);
  expect(sealer.open(sealed, dataKey)).toEqual(plain);
});
