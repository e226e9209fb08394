import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText } from '../../kernel/test-text.ts';
import { createKeyring } from '../sealing/sealing.ts';
import { attachmentNamed, openDownload, sealDownload } from './presigned.ts';

const NOW_MS = Date.UTC(2026, 10, 22);
const random = (length: number) => new Uint8Array(length).fill(7);
const key = (fill: number) => new Uint8Array(32).fill(fill);
const keyring = createKeyring([key(1)], random);
const OPTIONS = { expiresInS: 60, fileName: 'rejected rows.csv', mediaType: 'text/csv' };

test('a presigned download opens until it expires and not after', () => {
  const token = sealDownload(keyring, NOW_MS, 'drops/a.csv', OPTIONS);
  const download = { key: 'drops/a.csv', fileName: 'rejected rows.csv', mediaType: 'text/csv' };
  expect(openDownload(keyring, NOW_MS, token)).toEqual(download);
  expect(openDownload(keyring, NOW_MS + 59_999, token)).toEqual(download);
  expect(openDownload(keyring, NOW_MS + 60_000, token)).toBeNull();
});

test('the key is not part of the URL', () => {
  const token = sealDownload(keyring, NOW_MS, 'drops/acme/live/a.csv', OPTIONS);
  expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('acme');
});

test('after a rotation older URLs open until they expire', () => {
  const token = sealDownload(keyring, NOW_MS, 'a', OPTIONS);
  expect(openDownload(createKeyring([key(2), key(1)], random), NOW_MS, token)).not.toBeNull();
  expect(openDownload(createKeyring([key(2)], random), NOW_MS, token)).toBeNull();
});

test('nothing that was changed or invented opens', () => {
  const token = sealDownload(keyring, NOW_MS, 'a', OPTIONS);
  fc.assert(
    fc.property(
      fc.nat({ max: token.length - 1 }),
      fc.constantFrom('A', 'b', '-', '%'),
      (at, by) => {
        const changed = token.slice(0, at) + by + token.slice(at + 1);
        return changed === token || openDownload(keyring, NOW_MS, changed) === null;
      },
    ),
  );
  fc.assert(fc.property(fc.string(), (made) => openDownload(keyring, NOW_MS, made) === null));
  expect(openDownload(keyring, NOW_MS, `${token}AAAA`)).toBeNull();
  expect(openDownload(keyring, NOW_MS, 'A'.repeat(100_000))).toBeNull();
});

test('more than seven days is refused', () => {
  expect(() => sealDownload(keyring, NOW_MS, 'a', { ...OPTIONS, expiresInS: 604_801 })).toThrow(
    RangeError,
  );
});

test('no file name breaks the header, and browsers get it whole', () => {
  fc.assert(
    fc.property(anyText(), (fileName) =>
      /^attachment; filename="[\w. -]*"; filename\*=UTF-8''[\w.~!%-]*$/.test(
        attachmentNamed(fileName),
      ),
    ),
  );
  expect(attachmentNamed('Größe "1".csv')).toBe(
    `attachment; filename="Gr__e _1_.csv"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.csv`,
  );
});
