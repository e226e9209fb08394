import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import { compileText, fillText, TextFault, variablesOf } from './text-template.ts';

const KNOWN = {
  names: new Set(['carrier_name', 'recipient_name', 'order_id']),
  always: new Set(['carrier_name']),
};
const filled = (source: string, values: Readonly<Record<string, string>> = {}) =>
  fillText(compileText(source, KNOWN), (name) => values[name] ?? null);

describe('a text with places to fill in', () => {
  it('leaves out what is not known, with the words around it', () => {
    expect(filled('Hello[ {recipient_name}],')).toBe('Hello,');
    expect(filled('Hello[ {recipient_name}],', { recipient_name: 'Ann' })).toBe('Hello Ann,');
    expect(filled('[Order {order_id}|Your order] is here')).toBe('Your order is here');
    expect(filled('[{recipient_name}: {order_id}]', { order_id: '7' })).toBe('');
  });

  it('has its own marks, too, where they are wanted', () => {
    expect(filled('\\[\\] \\{\\} \\| \\\\ a|b')).toBe('[] {} | \\ a|b');
    expect(filled('[{order_id}|\\|]')).toBe('|');
  });

  it.each([
    ['Dear {name}', 5],
    ['Dear {recipient_name}', 5],
    ['[{order_id}|{recipient_name}]', 12],
    ['[a', 0],
    ['a]', 1],
    ['[a[b]]', 2],
    ['[a|b|c]', 4],
    ['a}', 1],
    ['{carrier_name', 0],
    ['{constructor}', 0],
    ['{{carrier_name}}', 0],
    ['a\\b', 1],
  ])('that cannot be used is refused with the place and what to do: %s', (source, at) => {
    try {
      compileText(source, KNOWN);
    } catch (fault) {
      if (!(fault instanceof TextFault)) throw fault;
      expect([fault.at, errorText(fault.fix).length > 10]).toEqual([at, true]);
      return;
    }
    throw new Error('was taken');
  });

  it('either is refused or fills, whatever a merchant writes; and what is filled in stays a value', () => {
    const piece = fc.constantFrom(
      '{carrier_name}',
      '{order_id}',
      '[',
      ']',
      '|',
      '\\',
      'a',
      ' ',
      '{',
      '}',
    );
    const source = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(source, fc.string(), (text, value) => {
        let template: ReturnType<typeof compileText>;
        try {
          template = compileText(text, KNOWN);
        } catch (fault) {
          expect(fault).toBeInstanceOf(TextFault);
          return;
        }
        const out = fillText(template, () => value);
        const places = variablesOf(template).length;
        if (places === 1 && value !== '' && !text.includes('|')) expect(out).toContain(value);
        expect(fillText(template, () => '{order_id}[x]')).not.toContain('undefined');
      }),
      { seed: 7, numRuns: runs(500) },
    );
  });
});
