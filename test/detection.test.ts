import { beforeAll, describe, expect, it } from 'vitest';
import {
  clearWinner,
  type DetectedCarrier,
  detectCarriers,
  loadAdapters,
  type Registry,
} from '../src/adapters/index.ts';
import { type LabelledNumber, labelledNumbers } from './support/parcels/labelled-numbers.ts';

let registry: Registry;
let measured: readonly { label: LabelledNumber; candidates: DetectedCarrier[] }[];
beforeAll(async () => {
  registry = await loadAdapters();
  measured = labelledNumbers().map((label) => ({
    label,
    candidates: detectCarriers(registry, label.text),
  }));
});

const isRight = ({ label, candidate }: { label: LabelledNumber; candidate: DetectedCarrier }) =>
  label.carriers.includes(candidate.carrier);

describe('over the labelled list', () => {
  it('candidates of 0.9 certainty and more are right in 98 of 100 cases, and there are many', () => {
    const sure = measured.flatMap(({ label, candidates }) =>
      candidates
        .filter(({ certainty }) => certainty >= 0.9)
        .map((candidate) => ({ label, candidate })),
    );
    const wrong = sure
      .filter((each) => !isRight(each))
      .map(({ label, candidate }) => `${label.text} (${label.kind}): ${candidate.carrier}`);
    expect(wrong.length / sure.length, wrong.join('\n')).toBeLessThanOrEqual(0.02);
    expect(sure.length).toBeGreaterThan(1_200);
  });

  it('what is taken without asking is right in 19 of 20 cases, mistyped numbers aside', () => {
    // The list holds as many decoys as numbers; in a merchant's field there are fewer.
    const correct = measured.flatMap(({ label, candidates }) => {
      const winner = clearWinner(candidates);
      return winner === null || winner.checkDigit === 'invalid' || winner.carrier === 'sandbox'
        ? []
        : [{ label, candidate: winner }];
    });
    const wrong = correct.filter((each) => !isRight(each)).map(({ label }) => label.kind);
    expect(wrong.length / correct.length, wrong.join(' ')).toBeLessThanOrEqual(0.05);
  });

  it('each carrier knows its published numbers, and is first among the candidates', () => {
    const published = measured.filter(({ label }) => label.kind === 'published');
    const missed = published
      .filter(({ label, candidates }) => !label.carriers.includes(candidates[0]?.carrier ?? ''))
      .map(
        ({ label, candidates }) =>
          `${label.carriers.join()} ${label.text}: ${candidates[0]?.carrier}`,
      );
    expect(missed).toEqual([]);
  });

  it('the right carrier is first in 97 of 100 published numbers and postal items', () => {
    const listed = measured.filter(({ label }) => /^(?:published|s10_)/.test(label.kind));
    const missed = listed.filter(
      ({ label, candidates }) => !label.carriers.includes(candidates[0]?.carrier ?? ''),
    );
    expect(listed.length).toBeGreaterThan(1_100);
    expect(
      missed.length / listed.length,
      missed.map(({ label }) => label.text).join(' '),
    ).toBeLessThanOrEqual(0.03);
  });

  it('a number with a wrong check digit is never accepted', () => {
    for (const { candidates } of measured) {
      expect(clearWinner(candidates)?.checkDigit).not.toBe('invalid');
      for (const { reach, checkDigit } of candidates) {
        if (reach !== 'direct') expect(checkDigit).not.toBe('invalid');
      }
    }
  });

  it('the candidates of a number never claim more than 1 together, and say why', () => {
    for (const { label, candidates } of measured) {
      const total = candidates.reduce((sum, { certainty }) => sum + certainty, 0);
      expect(total, label.text).toBeLessThanOrEqual(1.000_001);
      for (const { why, certainty } of candidates) {
        expect(why[0]).toMatch(/^\p{Lu}.*\.$/su);
        expect(certainty).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

describe('what is asked rather than guessed', () => {
  it.each([
    ['an Express number that is an identcode, too', '128667043726'],
    ['ten digits that fit nowhere', '5035550101'],
    [
      'a post number that UPS Mail Innovations and USPS both may mean',
      '92748999955488513006484872',
    ],
    ['a shipment of Bring, which may have several packages', '70700000000000011'],
    ['eleven digits', '20000000012'],
    ['a postal item of a country without a post of its own', 'RB123456785AQ'],
  ])('%s', (_, number) => {
    const candidates = detectCarriers(registry, number);
    expect(candidates.length).toBeGreaterThan(0);
    expect(clearWinner(candidates)).toBeNull();
  });

  it('names the rivals in the reasons', () => {
    const [best] = detectCarriers(registry, '128667043726');
    expect(best?.why).toContain(
      'It may also be a number of DHL (parcel_de_identcode) or UPS (freight_12).',
    );
  });

  it('tells by how much a check digit is wrong', () => {
    const [best] = detectCarriers(registry, '1Z999AA10123456785');
    expect(best?.why[0]).toContain('its check digit is 5 and should be 4');
  });

  it('gives any country’s postal item to USPS with low certainty', () => {
    for (const country of ['GB', 'CN', 'CV', 'CF', 'CA', 'XK', 'DE']) {
      const found = detectCarriers(registry, `RB123456785${country}`);
      const usps = found.find(({ carrier }) => carrier === 'usps');
      expect(usps?.certainty, country).toBeGreaterThan(0);
      expect(usps?.certainty, country).toBeLessThan(0.5);
    }
  });
});

describe('a pasted text', () => {
  it.each([
    'Tracking no.: 1Z 999 AA1 01 2345 6784',
    'Tracking Number - 1Z999AA10123456784',
    'UPS:1Z999AA10123456784',
    'Sendungsnummer=1Z999AA10123456784',
    '"1Z999AA10123456784"',
    '‘1Z999AA10123456784’',
    '#1Z999AA10123456784',
    'Tracking # 1z-999-aa1-01-2345-6784 (UPS)',
    'No. 1Z999AA10123456784',
    'Nr.1Z999AA10123456784',
    'UPS Ground 1Z999AA10123456784 delivered',
    '\u200e1Z999AA1\u00a001234567\u200b84\ufeff',
    '１Z９９９AA１０１２３４５６７８４',
    '\t1Z999AA10123456784\u0000',
    'https://www.ups.com/track?loc=en_US&tracknum=1Z999AA10123456784&requester=ST/trackdetails',
    'https://www.ups.com/track?tracknum=1Z999AA10123456784%2C1Z5R89390357567127',
    'https://www.ups.com/track?tracknum=1Z%20999%20AA1%2001%202345%206784',
    'HTTPS://WWW.UPS.COM/track?tracknum=1z999aa10123456784',
    'www.ups.com/track?tracknum=1Z999AA10123456784',
    'See <https://www.ups.com/track?tracknum=1Z999AA10123456784>, please',
    'https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=1Z999AA10123456784',
    'https://hub.example/track/ups/1Z999AA10123456784',
    'https://hub.example/v1/track/1Z999AA10123456784?lang=de',
    'https://elsewhere.example/#/parcels?number=1Z999AA10123456784',
    'https://elsewhere.example/#number=1Z999AA10123456784',
    'Where is 1Z999AA10123456784?',
    '1Z999AA10123456784!',
    '1Z999AA10123456784/',
    '/1Z999AA10123456784',
    '&tracknum=1Z999AA10123456784&',
    '<b>1Z999AA10123456784</b>',
    '[1Z999AA10123456784](https://www.ups.com)',
    'https://shop.example/orders Your parcel: 1Z999AA10123456784',
  ])('gives the number in %j', (text) => {
    expect(detectCarriers(registry, text)[0]).toMatchObject({
      carrier: 'ups',
      trackingNumber: '1Z999AA10123456784',
    });
  });

  it('raises the certainty of the carrier on whose page the number stood', () => {
    const at = (text: string) =>
      detectCarriers(registry, text).map(({ carrier, certainty }) => [carrier, certainty]);
    expect(at('128667043726')[0]).toEqual(['fedex', 0.57]);
    expect(at('https://www.dhl.com/de-en/home/tracking.html?tracking-id=128667043726')).toEqual([
      ['dhl', 0.97],
      ['fedex', 0.02],
      ['ups', 0],
    ]);
    expect(at('https://hub.example/track/dhl/128667043726')[0]).toEqual(['dhl', 0.97]);
    expect(at('https://fedex.com.evil.example/?n=128667043726')[0]).toEqual(['fedex', 0.57]);
    expect(at('https://evil.example/?u=www.dhl.com&n=128667043726')[0]).toEqual(['fedex', 0.57]);
    expect(at('https://www.ups.com/track?tracknum=9400100000000000000006')[0]?.[0]).toBe('usps');
    // A wrong digit stays wrong on any page.
    expect(at('https://www.ups.com/track?tracknum=1Z999AA10123456785')).toEqual([['ups', 0.6]]);
  });

  it('names the page as the reason', () => {
    const [best] = detectCarriers(registry, 'https://tools.usps.com/go/x?tLabels=RB123456785GB');
    expect(best?.why).toContain('The URL belongs to USPS.');
  });

  it.each([
    '',
    ' ',
    '\u0000',
    '\u200b',
    'https://',
    'https://www.ups.com/',
    'https://[',
    'http://a?b=%E0%A4%A',
    '://',
    '#',
    '%',
    '0',
    '-'.repeat(512),
    '😀'.repeat(200),
    '\ud800\ud800',
    '1Z999AA10123456784'.repeat(20),
    'constructor __proto__ toString',
    `${'1Z999AA10123456784'.padEnd(513)}`,
    `https://www.ups.com/${'a/'.repeat(200)}`,
    '9'.repeat(1_000_000),
    'https://'.repeat(100_000),
    '420'.repeat(170),
  ])('holds nobody’s number: case %#', (text) => {
    expect(detectCarriers(registry, text)).toEqual([]);
  });
});
