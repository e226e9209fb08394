import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMsSince, runs } from '../kernel/test-runs.ts';
import { redactContent, redactText, redactValue, vocabularyOf } from './redact.ts';

const VOCABULARY = vocabularyOf([
  'Delivered, left with neighbour',
  'Package arrived at sort facility',
  'Zustellung verzögert',
  'signed by',
]);

/** Personal values, under as many spellings of names as carriers use. */
const MARKERS = [
  'Zebediah',
  'QUACKENBUSH',
  'Łukaszewicz',
  "O'Shaughnessy-Marker",
  '+49 170 5556677',
  '4915112345678',
  'Wobblethorpe Lane 7b',
  '90210-4711',
  'marker@mail.example',
  'Markertown',
];

function contentOf(body: string | Uint8Array, headers: Record<string, string> = {}) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return redactContent({ headers, body: bytes }, VOCABULARY);
}

const found = (text: string) => MARKERS.filter((marker) => text.includes(marker));

describe('the visible part of a payload', () => {
  it('is structure, codes and times, and no personal data under any usual name', () => {
    const keys = [
      ...['name', 'recipientName', 'signed_by', 'SignatoryName', 'receivedBy', 'deliveredTo'],
      ...['street', 'addressLine1', 'streetLines', 'city', 'postalCode', 'zip', 'region'],
      ...['phone', 'mobilePhone', 'email', 'contact', 'companyName', 'customerReference'],
      ...['remark', 'note', 'deliveryInstructions', 'location', 'leftAt', 'neighbourName'],
      ...['description', 'text', 'message', 'status', 'code', 'eventType', 'anything'],
    ];
    for (const key of keys) {
      for (const marker of MARKERS) {
        const event = { [key]: marker, nested: { [key]: [marker, { value: marker }] } };
        // A single word under the name of a code is one; that is what a code looks like.
        const isCode = /^(status|code|eventType)$/.test(key) && /^[\w.:-]+$/.test(marker);
        if (isCode) continue;
        expect([key, marker, found(contentOf(JSON.stringify(event)).body)]).toEqual([
          key,
          marker,
          [],
        ]);
      }
    }
  });

  it('is no place or secret, as a number, an array or a text', () => {
    const PLANTED = [52.520008, 13.4, -0.1276, 41.5, 10115, 1234, 90210, 4915112345678];
    const words = [
      ...[
        'position',
        'gps',
        'lat',
        'lng',
        'lon',
        'geoLat',
        'gps_long',
        'n:lat',
        'latLng',
        'geometry',
      ],
      ...[
        'pin',
        'PIN',
        'pinCode',
        'doorCode',
        'gate_code',
        'plz',
        'PLZ',
        'dob',
        'apt',
        'positions',
      ],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...words),
        fc.oneof(fc.constantFrom(...PLANTED), fc.constantFrom(...PLANTED.map(String), 'Smith')),
        (key, planted) => {
          for (const event of [
            { [key]: planted },
            { [key]: [planted, planted] },
            { [key]: { code: planted, deep: [{ status: planted }] } },
            { event: { code: 'OC', [key]: { x: planted } } },
          ]) {
            const { body } = contentOf(JSON.stringify(event));
            expect([key, planted, body.includes(String(planted))]).toEqual([key, planted, false]);
          }
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it('is no number that may be personal, under any name', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[b-df-hj-np-tv-xz]{3,9}$/),
        fc.oneof(
          fc.double({ min: -180, max: 180, noNaN: true }).filter((each) => !Number.isInteger(each)),
          fc.integer({ min: 1_000, max: 99_999_999 }),
        ),
        (key, planted) => {
          const { body } = contentOf(JSON.stringify({ [key]: planted, list: [planted] }));
          expect(body).not.toContain(String(planted));
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it('takes a name for a code’s by whole words: no price, office, invoice or unit of a house', () => {
    const names = ['unit', 'office', 'price', 'invoice', 'device', 'voice', 'generic', 'fabric'];
    for (const name of [...names, 'homeUnit', 'post_office', 'totalPrice', 'estate', 'prototype']) {
      expect(redactValue({ [name]: 'Smith' }, VOCABULARY)).toEqual({ [name]: '▒▒▒' });
    }
    const codes = {
      eventCode: 'A1',
      STATUS: 'A1',
      reason_codes: ['A1'],
      eventcode: 'A1',
      ric: 'A1',
    };
    expect(redactValue(codes, VOCABULARY)).toEqual(codes);
    const measured = { weightUnit: 'KG', unit: 'lb', errorCode: 404, languages: ['de'] };
    expect(redactValue(measured, VOCABULARY)).toEqual(measured);
    expect(
      redactValue({ id: 'Zebediah Quack', number: '79995512', date: '79995512' }, VOCABULARY),
    ).toEqual({ id: '▒▒▒', number: '…5512', date: '▒▒▒' });
  });

  it('is no key, token or cookie of ours, even where a code may be', () => {
    const secrets = [
      ...['wb_ops_S3cr', 'wb_live_S3cr', 'wb_test_S3cr', 'whsec_S3cr', 'waybill_ops=S3cr'],
      'ss.a.t1.0123abcd.S3crS3crS3crS3crS3crS3',
    ];
    for (const secret of secrets) {
      const event = { code: secret, status: [secret], remark: `see ${secret}`, [secret]: 1 };
      expect([secret, contentOf(JSON.stringify(event)).body.includes('S3cr')]).toEqual([
        secret,
        false,
      ]);
      expect(contentOf(`<a code="${secret}">Delivered ${secret}</a>`).body).not.toContain('S3cr');
    }
  });

  it('keeps what an operator needs to judge it', () => {
    const shown = redactValue(
      {
        eventCode: 'OC',
        statusType: 'D',
        timestamp: '2026-03-10T12:00:00+01:00',
        date: '20260310',
        time: '12:00',
        description: 'Package arrived at sort facility 12',
        pieces: 3,
        isFinal: true,
        trackingNumber: '1234567890123456',
        address: { countryCode: 'DE', city: 'Markertown' },
      },
      VOCABULARY,
    );
    expect(shown).toEqual({
      eventCode: 'OC',
      statusType: 'D',
      timestamp: '2026-03-10T12:00:00+01:00',
      date: '20260310',
      time: '12:00',
      description: 'Package arrived at sort facility 12',
      pieces: 3,
      isFinal: true,
      trackingNumber: '…3456',
      address: { countryCode: 'DE', city: '▒▒▒' },
    });
  });

  it('masks names of members that are somebody’s, and numbers long enough to be a telephone’s', () => {
    const { body } = contentOf(JSON.stringify({ 'Zebediah Quack': 1, id: 4915112345678 }));
    expect(found(body)).toEqual([]);
  });

  it('masks text and attributes of XML, and other texts', () => {
    const xml = `<event code="X" name="Zebediah"><text>Delivered to QUACKENBUSH</text></event>`;
    expect(contentOf(xml).body).toBe('<event><text>Delivered ▒▒▒</text></event>');
    expect(found(contentOf(`Zebediah;${MARKERS.join(';')}`).body)).toEqual([]);
  });

  it('shows of headers what says how to read the body, and of the rest the names', () => {
    const { headers } = contentOf('{}', {
      'content-type': 'application/json',
      'x-api-key': 'secret',
      'user-agent': 'Zebediah/1.0',
    });
    expect(headers).toEqual({
      'content-type': 'application/json',
      'x-api-key': '▒▒▒',
      'user-agent': '▒▒▒',
    });
  });

  it('is bounded for any input: deep, wide, long or no text at all', () => {
    expect(contentOf('['.repeat(200_000)).body.length).toBeLessThan(70_000);
    expect(contentOf(`${'['.repeat(5_000)}${']'.repeat(5_000)}`).cut).toBe(false);
    expect(contentOf(JSON.stringify(Array.from({ length: 200_000 }, () => 'a'))).cut).toBe(true);
    expect(contentOf('a '.repeat(500_000)).cut).toBe(true);
    const before = process.cpuUsage();
    expect(contentOf(`a${'.'.repeat(500_000)}b`).body.length).toBeLessThan(70_000);
    expect(contentOf(`a${".'_".repeat(20_000)}`.repeat(2)).cut).toBe(true);
    expect(contentOf('<a '.repeat(30_000)).cut).toBe(true);
    expect(cpuMsSince(before)).toBeLessThan(10_000);
    expect(contentOf(`<${'a'.repeat(500_000)}`).body.length).toBeLessThan(70_000);
    expect(contentOf(Uint8Array.from([0xff, 0xfe, 0x00])).body).toBe(
      '(3 bytes that are not UTF-8 text)',
    );
    expect(contentOf('{"__proto__":{"name":"Zebediah"}}').body).not.toContain('Zebediah');
  });
});

describe('words', () => {
  it('are known with and without accents, in any case', () => {
    expect(redactText('ZUSTELLUNG VERZOGERT', VOCABULARY)).toBe('ZUSTELLUNG VERZOGERT');
    expect(redactText('Zustellung verzögert, Müller', VOCABULARY)).toBe(
      'Zustellung verzögert, ▒▒▒',
    );
  });

  it('of a name are masked as one, joined to others or not', () => {
    expect(redactText('Signed by Zebediah Q. Quack-Marker', VOCABULARY)).toBe('Signed by ▒▒▒');
    expect(redactText('left with neighbour/Zebediah', VOCABULARY)).toBe('left with neighbour/▒▒▒');
  });
});
