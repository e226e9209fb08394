import { describe, expect, it } from 'vitest';
import { documentFromBase64, mediaTypeOf } from './document-bytes.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

describe('documents', () => {
  it('are nothing that a browser would run, whatever their name', () => {
    for (const text of ['', '<html>', '<svg/>', '%PD', 'MZ', ' %PDF-1.4', 'GIF88a', '{}']) {
      expect(mediaTypeOf(latin1(text))).toBe(null);
      expect(documentFromBase64(Buffer.from(text, 'latin1').toString('base64'))).toBe(null);
    }
  });

  it('are recognised by how they begin', () => {
    expect(mediaTypeOf(latin1('%PDF-1.4'))).toBe('application/pdf');
    expect(mediaTypeOf(latin1('\x89PNG\r\n\x1a\nx'))).toBe('image/png');
    expect(mediaTypeOf(latin1('\xff\xd8\xff\xe0'))).toBe('image/jpeg');
    expect(mediaTypeOf(latin1('GIF89a'))).toBe('image/gif');
  });

  it('come as Base64 in several spellings, and not as anything else', () => {
    const base64 = Buffer.from('%PDF-1.4 test').toString('base64');
    const expected = { mediaType: 'application/pdf', bytes: latin1('%PDF-1.4 test') };
    expect(documentFromBase64(base64)).toEqual(expected);
    expect(documentFromBase64(`data:application/pdf;base64,${base64}`)).toEqual(expected);
    expect(documentFromBase64(`${base64.slice(0, 8)}\r\n${base64.slice(8)}`)).toEqual(expected);
    expect(documentFromBase64(`${base64}<script>`)).toBe(null);
  });
});
