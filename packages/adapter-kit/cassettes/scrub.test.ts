import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadAdapters, type Registry } from '../../../src/adapters/index.ts';
import { cpuMsOf, runs } from '../../../src/kernel/test-runs.ts';
import { createScrubber, type ScrubOptions } from './scrub.ts';
import { kindOf, madeUpNumber } from './scrub-keys.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await loadAdapters();
});

function seeded(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const NOBODY = { normalize: (text: string) => text.trim(), recognise: () => [] };
function scrubber(change: Partial<ScrubOptions> = {}) {
  return createScrubber({
    secrets: [],
    recogniser: NOBODY,
    numbers: [],
    keepNumbers: false,
    random: seeded(),
    ...change,
  });
}

function scrubbed(text: string, change: Partial<ScrubOptions> = {}): string {
  const one = scrubber(change);
  one.learn(text);
  return one.text(text);
}

/** Names of personal members, in all the ways in which carriers write them. */
const PERSONAL = [
  'receivedByName',
  'signed_by',
  'recipientName',
  'familyName',
  'contactPerson',
  'companyName',
  'streetLines',
  'addressLine1',
  'street_address',
  'houseNumber',
  'phoneNumber',
  'mobile',
  'emailAddress',
  'EMail',
  'customerReference',
  'invoiceNumber',
  'deliveryInstructions',
  'notes',
  'access_token',
  'client_secret',
  'apiKey',
  'AccountNumber',
  'securityCode',
  'pan-recipient-name',
  'postalAddress',
  'postalAddressLine1',
  'cityStreet',
  'regionalContactName',
  'zip_contact',
  'ns2:recipientName',
  'n:street',
  'x:note',
  'gps',
  'position',
  'n:lat',
  'geo_lng',
];
const HARMLESS = {
  eventCode: 'DL',
  derivedStatus: 'OC',
  city: 'Leipzig',
  postalCode: '04109',
  countryCode: 'DE',
  date: '2026-04-15T10:00:00+02:00',
  description: 'Out for delivery',
};

/** Texts that occur nowhere else. */
const marker = fc.stringMatching(/^[b-df-hj-np-tv-xz]{7,12}$/).map((text) => `Q${text} Z${text}`);
const planted = fc.uniqueArray(fc.tuple(fc.constantFrom(...PERSONAL), marker), {
  minLength: 1,
  maxLength: 8,
  selector: ([, text]) => text,
});

type Wrap = (members: Record<string, string>) => string;
const WRAPS: readonly Wrap[] = [
  (members) => JSON.stringify({ ...members, ...HARMLESS }),
  (members) => JSON.stringify([{ shipment: { details: [{ ...members }], ...HARMLESS } }], null, 2),
  (members) => JSON.stringify({ payload: JSON.stringify({ parcel: members }), ...HARMLESS }),
  (members) =>
    `<?xml version="1.0"?><data name="piece-event" ${Object.entries(members)
      .map(([key, text]) => `${key}="${text}"`)
      .join(' ')}/>`,
  (members) =>
    `<list>${Object.entries(members)
      .map(([key, text]) => `<${key}>${text}</${key}>`)
      .join('\n')}</list>`,
  (members) =>
    `<?xml version="1.0"?><!DOCTYPE list [<!ENTITY who "${Object.values(members)[0]}">]><list>${Object.entries(
      members,
    )
      .map(([key, text]) => `<${key}><![CDATA[${text}]]></${key}><!-- ${text} > -->`)
      .join('')}<?note ${Object.values(members)[0]}?></list>`,
  (members) =>
    `<a><![CDATA[${JSON.stringify({ detail: members })}]]><b>${Object.entries(members)
      .map(([key, text]) => `<e ${key}="a > ${text}"/>`)
      .join('')}</b></a>`,
  (members) =>
    JSON.stringify({
      signature: { text: Object.values(members)[0], lines: Object.values(members) },
      gps: { reading: Object.values(members), place: { mark: Object.values(members)[0] } },
    }),
  (members) => new URLSearchParams(members).toString(),
];

describe('values planted in a document', () => {
  it('under a name of somebody or something secret is gone, in every form of document', () => {
    fc.assert(
      fc.property(planted, fc.constantFrom(...WRAPS), (plants, wrap) => {
        const text = scrubbed(wrap(Object.fromEntries(plants)));
        const left = new Map(Object.entries(Object.fromEntries(plants)));
        for (const plant of left.values()) {
          for (const part of [plant, encodeURIComponent(plant), plant.split(' ')[0] ?? plant]) {
            expect(text).not.toContain(part);
          }
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('is gone from the sentences and keys that repeat it, too', () => {
    fc.assert(
      fc.property(marker, marker, (name, street) => {
        const text = JSON.stringify({
          receivedByName: name,
          deliveryAddress: { addressLine1: street },
          events: [{ description: `Delivered, left with ${name.toUpperCase()} at ${street}.` }],
          [`${name} said`]: 1,
        });
        const out = scrubbed(text).toLowerCase();
        expect(out).not.toContain(name.toLowerCase());
        expect(out).not.toContain(street.toLowerCase());
        expect(out).toContain('delivered, left with');
      }),
      { numRuns: runs(200) },
    );
  });

  it('is gone from headers, paths and queries: secrets as they are, in Base64 and encoded', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[\w+/ .$^?*|()[\]{}-]{8,30}$/).filter((text) => text.trim().length > 7),
        (secret) => {
          const one = scrubber({ secrets: [secret] });
          const basic = Buffer.from(secret.trim()).toString('base64');
          const headers = one.headers({
            authorization: `Bearer ${secret}`,
            'x-api-key': secret,
            'set-cookie': `session=${secret}`,
            'content-type': 'application/json',
            'x-trace': basic,
          });
          const path = one.path(
            `/v1/${encodeURIComponent(secret.trim())}?api_key=${basic}&q=${encodeURIComponent(secret.trim())}`,
          );
          const out = JSON.stringify([headers, path, one.text(`a ${secret} b`)]);
          for (const form of [secret.trim(), basic, encodeURIComponent(secret.trim())]) {
            expect(out).not.toContain(form);
          }
          expect(headers['content-type']).toBe('application/json');
        },
      ),
      { numRuns: runs(200) },
    );
  });

  it('without a name is still known by its looks: addresses of mail, telephones, who signed', () => {
    const out = scrubbed(
      JSON.stringify({
        text: 'Call +49 341 1234567 or (503) 555-0199, mail jo.doe@shop.example; Signed for by: J. QUUX',
      }),
    );
    expect(out).not.toMatch(/1234567|0199|jo\.doe|QUUX/);
  });
});

describe('what holds more than it shows', () => {
  const hidden = JSON.stringify({ name: 'Qwrtz Zwrtz', token: 'abcdefgh' });
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const webToken = [`{"alg":"HS256"}`, hidden, 'signed'].map(base64).join('.').replaceAll('=', '');

  it.each([
    ['JSON in Base64', base64(hidden)],
    ['a list in Base64', base64(`[${hidden}]`)],
    ['markup in Base64', base64('<name>Qwrtz Zwrtz</name>')],
    ['a document within the text', `data:text/plain;base64,${base64('Qwrtz Zwrtz')}`],
    ['a web token', webToken],
    ['a web token in a sentence', `Bearer ${webToken}`],
  ])('is gone under any name: %s', (_what, text) => {
    const out = scrubbed(JSON.stringify({ extra: text, list: [text] }));
    expect(out).not.toContain(text.split(' ').at(-1));
    expect(out).not.toContain(base64('Qwrtz Zwrtz').slice(0, 12));
  });

  it('is removed from the parameters of a link, whatever its name', () => {
    const self = 'https://api.example/v1/parcels/1?api_key=abcdefgh&name=Qwrtz&page=2';
    const out = scrubbed(JSON.stringify({ self, next: [self] }));
    expect(out).not.toMatch(/abcdefgh|Qwrtz/);
    expect(out).toContain('/v1/parcels/1?');
    expect(out).toContain('page=2');
  });

  it('leaves codes and texts that only look like it', () => {
    const plain = { code: 'eyelet', status: 'PHOTOGRAPHED-TWICE', text: 'WITHDRAWN/FROM/CARRIER' };
    expect(JSON.parse(scrubbed(JSON.stringify(plain)))).toEqual(plain);
  });

  it.each(['iban', 'dateOfBirth', 'dob', 'passportNo', 'vatNumber', 'ip', 'clientIp', 'orderRef'])(
    'is recognised by its name: %s',
    (name) => expect(scrubbed(JSON.stringify({ [name]: 'Q7-1980-01-02' }))).not.toContain('1980'),
  );
});

describe('where somebody is', () => {
  const degrees = fc.integer({ min: 10_000, max: 89_999 }).map((whole) => `41.${whole}`);
  const WHERE: readonly ((lat: string, lng: string) => string)[] = [
    (lat, lng) => JSON.stringify({ position: [Number(lat), Number(lng)] }),
    (lat, lng) => JSON.stringify({ position: { a: lat, b: { c: Number(lng) } } }),
    (lat, lng) => JSON.stringify({ geometry: { type: 'Point', value: [Number(lat), lng] } }),
    (lat, lng) => JSON.stringify({ gps: `${lat},${lng}`, other: `${lat}, ${lng}` }),
    (lat, lng) => JSON.stringify({ mapUrl: `https://maps.example/?ll=${lat},${lng}&lat=${lat}` }),
    (lat, lng) =>
      `<n:p xmlns:n="urn:x"><n:lat>${lat}</n:lat><n:Longitude>${lng}</n:Longitude></n:p>`,
    (lat, lng) => `<e n:lat="${lat}" gpsLong='${lng}'/>`,
  ];

  it('is gone under every name and in every form', () => {
    fc.assert(
      fc.property(degrees, degrees, fc.constantFrom(...WHERE), (lat, lng, form) => {
        const out = scrubbed(form(lat, lng));
        expect(out).not.toContain(lat);
        expect(out).not.toContain(lng);
      }),
      { numRuns: runs(150) },
    );
  });

  it('is gone from queries that ask about it', () => {
    const path = scrubber().path('/points?lat=41.12345&street=Qwrtz+Lane+7&near=41.51%2C13.25');
    expect(path).not.toMatch(/41|13|Qwrtz|Lane/);
  });
});

describe('values that are not personal', () => {
  it('stays: codes, times, places, structure', () => {
    const xml = '<?xml version="1.0"?><a xmlns:n="urn:x"><n:code><![CDATA[DL]]></n:code></a>';
    expect(scrubbed(xml)).toBe(xml);
    for (const wrap of WRAPS.slice(0, 2)) {
      const before = wrap({ receivedByName: 'Qwrtz Zwrtz' });
      const after = JSON.parse(scrubbed(before));
      const text = JSON.stringify(after);
      for (const value of Object.values(HARMLESS)) expect(text).toContain(value);
      const shape = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(shape)
          : typeof value === 'object' && value !== null
            ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]))
            : typeof value;
      expect(shape(after)).toEqual(shape(JSON.parse(before)));
    }
  });

  it('is distinguished from people by the names above it', () => {
    expect(kindOf('name', ['recipient'])).toBe('name');
    expect(kindOf('name', ['serviceArea'])).toBe('plain');
    expect(kindOf('tokenType', [])).toBe('plain');
    expect(kindOf('number', ['references'])).toBe('reference');
    expect(kindOf('postalCode', ['address'])).toBe('place');
    expect(kindOf('cityName', ['address'])).toBe('place');
    expect(kindOf('date', ['signature'])).toBe('plain');
    expect(kindOf('position', [])).toBe('coordinate');
  });

  it('is reported in the list of replacements, without the values that were replaced', () => {
    const one = scrubber();
    one.text(JSON.stringify({ recipient: { name: 'Qwrtz Zwrtz' }, access_token: 'abcdefgh' }));
    expect(one.replaced()).toEqual([
      { what: 'secret', where: 'access_token', times: 1 },
      { what: 'name', where: 'recipient.name', times: 1 },
    ]);
  });

  it('needs no time: a megabyte of one text is scrubbed in a second', () => {
    for (const text of [
      'a@'.repeat(500_000),
      '+1 '.repeat(300_000),
      '<a '.repeat(300_000),
      '<a b="'.repeat(160_000),
      '<!-- '.repeat(200_000),
    ]) {
      expect(cpuMsOf(() => scrubbed(text))).toBeLessThan(10_000);
    }
  });
});

describe('a tracking number', () => {
  it('is one under any name, including another carrier’s word for a secret', () => {
    const number = '9907000000000014';
    const text = `<detail><pin>${number}</pin><pin>Qwrtzsecret</pin></detail>`;
    const one = scrubber({ numbers: [number] });
    one.learn(text);
    expect(one.text(text)).toBe(
      `<detail><pin>${one.number(number)}</pin><pin>scrubbed</pin></detail>`,
    );
    const output = scrubber({ numbers: [number], keepNumbers: true });
    output.learn(text);
    expect(output.text(text)).toContain(`<pin>${number}</pin>`);
  });

  it('becomes another of the same form with a right check digit, the same everywhere', () => {
    for (const [carrier, number] of [
      ['fedex', '794644790138'],
      ['ups', '1Z999AA10123456784'],
      ['usps', '9400100000000000000006'],
      ['dhl', '00340434161094042557'],
      ['usps', 'RA123456785US'],
    ] as const) {
      const recogniser = registry.get(carrier)?.numbers ?? NOBODY;
      const [real] = recogniser.recognise(number);
      const made = madeUpNumber(number, recogniser, seeded()) ?? '';
      const [read] = recogniser.recognise(made);
      expect([carrier, made === number, read?.format, read?.checkDigit]).toEqual([
        carrier,
        false,
        real?.format,
        real?.checkDigit,
      ]);
      const text = JSON.stringify({
        trackingNumber: number,
        uniqueId: `12013~${number}~FDEG`,
        link: { nextUrl: `/track?number=${number}&offset=1` },
      });
      const one = scrubber({ recogniser, numbers: [number] });
      one.learn(text);
      const out = JSON.parse(one.text(text));
      const instead = one.number(number);
      expect(out).toEqual({
        trackingNumber: instead,
        uniqueId: `12013~${instead}~FDEG`,
        link: { nextUrl: `/track?number=${instead}&offset=1` },
      });
      expect(one.path(`/v1/${number}?n=${number}`)).toBe(`/v1/${instead}?n=${instead}`);
      const output = scrubber({ recogniser, numbers: [number], keepNumbers: true });
      expect(output.text(text)).toContain(number);
    }
  });
});
