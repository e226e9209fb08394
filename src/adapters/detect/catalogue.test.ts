import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { acmeRegistry } from '../../tracking/test-acme.ts';
import { bridgeCodes } from './bridge-codes.ts';
import { BRIDGES, bridgesOf, reachOf, readCatalogue, shippedCatalogue } from './catalogue.ts';
import { checkLast } from './catalogue-checks.ts';

const catalogue = shippedCatalogue();

const research = readFileSync(
  new URL('../../../docs/carriers-research.md', import.meta.url),
  'utf8',
);

describe('the shipped catalogue', () => {
  it('has at least 450 carriers, each with a bridge’s code, a pattern or a post’s country', () => {
    expect(catalogue.list().length).toBeGreaterThanOrEqual(450);
    for (const carrier of catalogue.list()) {
      const known = [...bridgesOf(carrier), ...carrier.s10, ...carrier.numbers];
      if (carrier.sources.join() !== 'research') expect(known, carrier.id).not.toEqual([]);
    }
  });

  it('cites the list of each bridge from which it has a code', () => {
    for (const carrier of catalogue.list()) {
      expect(carrier.sources, carrier.id).toEqual(expect.arrayContaining([...bridgesOf(carrier)]));
    }
  });

  it('has no carrier under the id of a bridge', () => {
    for (const bridge of BRIDGES) expect(catalogue.get(bridge)).toBeUndefined();
  });

  it('marks as bridge only what the research lists as such', () => {
    const [, listed = ''] = research.split('### Bridge only\n');
    const marked = catalogue.list().filter((each) => each.bridge_only);
    expect(marked.length).toBeGreaterThanOrEqual(40);
    const folded = listed.toLowerCase();
    for (const { id, name } of marked) {
      const word = name.toLowerCase().split(' ')[0] ?? '';
      expect(folded.includes(word) || folded.includes(id), id).toBe(true);
    }
  });
});

describe('recognition', () => {
  const carriersOf = (number: string) =>
    catalogue.recognise(number).map(({ carrier }) => carrier.id);

  it.each([
    ['RB123456785GB', 'royal-mail'],
    ['RB123456785CV', 'correios-cabo-verde'],
    ['RB123456785SE', 'postnord'],
    ['C11031500001879', 'ontrac'],
    ['D10011354453707', 'ontrac'],
    ['09980000020033F', 'dpd'],
    ['008182709980000020033350276C', 'dpd'],
    ['320595463938', 'purolator'],
    ['07209562763', 'old-dominion'],
    ['YT2229521272164446', 'yunexpress'],
  ])('%s may be of %s', (number, id) => {
    expect(carriersOf(number)).toContain(id);
  });

  it.each([
    ['RB123456786GB', 'royal-mail'],
    ['C11031500001889', 'ontrac'],
    ['D10011345983012', 'ontrac'],
    ['09980000020033D', 'dpd'],
    ['008182709980000020033350276A', 'dpd'],
    ['320595463939', 'purolator'],
    ['07209562773', 'old-dominion'],
  ])('%s, whose check digit is wrong, is not of %s', (number, id) => {
    expect(carriersOf(number)).not.toContain(id);
  });

  it('accepts exactly one last character of a number with a check', () => {
    const fits = (check: Parameters<typeof checkLast>[0], body: string) =>
      Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ').filter((last) => {
        const checked = checkLast(check, `${body}${last}`);
        return checked !== null && checked.found === String(checked.wanted);
      });
    expect(fits('luhn', '32059546393')).toEqual(['8']);
    expect(fits('gs1', '7393800054929')).toHaveLength(1);
    expect(fits('mod37_36', '09980000020033')).toEqual(['F']);
    expect(fits({ mod10: [2, 1], before: '4' }, 'C1103150000187')).toEqual(['9']);
  });
});

describe('how a carrier is reached', () => {
  const yodel = catalogue.get('yodel');
  const withInstalled = (id: string) => ({
    ...acmeRegistry,
    get: (name: string) => (name === id ? acmeRegistry.get('acme') : undefined),
  });

  it('is by its adapter, by an installed bridge that knows it, or not at all', () => {
    expect(reachOf(withInstalled('yodel'), yodel)).toBe('direct');
    expect(reachOf(withInstalled('aftership'), yodel)).toBe('bridge');
    expect(reachOf(withInstalled('easypost'), yodel)).toBe('detected');
    expect(reachOf(acmeRegistry, yodel)).toBe('detected');
    expect(reachOf(acmeRegistry, undefined)).toBe('direct');
  });
});

describe('the codes of a bridge', () => {
  const entry = { ...catalogue.get('yodel'), codes: { easypost: ['Yodel', 'YodelDirect'] } };
  const { carrierOf, codeOf } = bridgeCodes(
    (id) => id === 'acme',
    () => ({
      list: () => [{ ...entry, id: 'yodel' } as never],
      get: (id) => (id === 'yodel' ? (entry as never) : undefined),
    }),
  );

  it('mean our carrier, in capitals or not; the first one registers', () => {
    const codes = ['Yodel', 'YODEL', 'yodeldirect', 'yodel-uk'];
    expect(codes.map((code) => carrierOf('easypost', code))).toEqual([
      'yodel',
      'yodel',
      'yodel',
      null,
    ]);
    expect([codeOf('easypost', 'yodel'), codeOf('aftership', 'yodel')]).toEqual(['Yodel', null]);
    expect(codeOf('easypost', 'acme')).toBeNull();
  });

  it('are our ids if the catalogue does not list the bridge', () => {
    const known = ['acme', 'yodel', 'nobody'].map((code) => carrierOf('relay', code));
    expect(known).toEqual(['acme', 'yodel', null]);
    expect(codeOf('relay', 'acme')).toBe('acme');
  });
});

describe('a file with mistakes', () => {
  const entry = (fields: string) => `
sources: { list: { title: A list, url: https://list.test/ } }
carriers:
  - { id: acme-post, name: Acme Post, countries: [DE], sources: [list], ${fields} }
`;

  const faultsOf = (text: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'carriers-'));
    const file = join(folder, 'carriers.yaml');
    writeFileSync(file, text);
    try {
      readCatalogue(pathToFileURL(file));
      return 'none';
    } catch (error) {
      return String(error);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const numbered = (pattern: string) =>
    entry(
      `numbers: [{ format: n, form: a number, pattern: '${pattern}', certainty: 0.5, source: list }]`,
    );

  it('is read without any', () => {
    expect(faultsOf(numbered('A[0-9B]{2,5}(?:C|D)?\\d'))).toBe('none');
  });

  it.each(['\\d+', '\\d*', 'A{3,}', '.', '(A)', '^A', 'a', '(?=A)', '\\1', '[^A]'])(
    'rejects the pattern %s with its line',
    (pattern) => {
      expect(faultsOf(numbered(pattern))).toMatch(
        /carriers\.yaml:4:\d+: carriers\.0\.numbers\.0\.pattern: /,
      );
    },
  );

  it.each([
    ['an unknown field', 'pagge: x', 'pagge'],
    ['a page without {number}', 'page: https://acme.test/', 'must contain {number}'],
    ['a question that nobody asks', 'asks: [shoe_size]', 'carriers.0.asks.0'],
    ['an unknown bridge', 'codes: { teleport: x }', 'codes'],
  ])('%s', (_, fields, expected) => {
    expect(faultsOf(entry(fields))).toContain(expected);
  });

  it('rejects an id, a post or a code that is there twice, and a source that is not in the table', () => {
    const code = 'codes: { easypost: [A, b] }';
    const twice = `${entry(`s10: [DE], ${code}`)}  - { id: acme-post, name: B, countries: [], s10: [DE], sources: [x], codes: { easypost: B } }\n`;
    const faults = faultsOf(twice);
    expect(faults).toContain('carriers.1.id: repeats the id acme-post of carriers.0');
    expect(faults).toContain('carriers.1.s10.0: repeats the post of DE of carriers.0');
    expect(faults).toContain('repeats the code of easypost b of carriers.0');
    expect(faults).toContain('carriers.1.sources: x is not in the table of sources');
  });
});
