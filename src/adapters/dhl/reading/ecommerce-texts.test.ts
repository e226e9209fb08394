import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalEcommerceId, ecommerceIdOf } from './texts.ts';

/** Rows of codes.csv as id and text; descriptions of this kind hold no quotes. */
const documented = readFileSync(new URL('../codes.csv', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const m = /^dhl_ecommerce_event_id,(\d+),(?:"([^"]*)"|([^,]*)),/.exec(line);
    return m ? [{ id: m[1] ?? '', text: m[2] ?? m[3] ?? '' }] : [];
  });

describe('texts of DHL eCommerce', () => {
  it('have no id that is not documented', () => {
    expect(ecommerceIdOf('beamed up')).toBeNull();
    expect(ecommerceIdOf('constructor')).toBeNull();
    expect(ecommerceIdOf(null)).toBeNull();
  });

  it('stand for every documented event', () => {
    expect(documented.length).toBe(289);
    for (const { id, text } of documented) {
      expect(ecommerceIdOf(text.toUpperCase()), text).toBe(canonicalEcommerceId(id));
    }
  });

  it('are known by long dashes and to their very end', () => {
    expect(ecommerceIdOf('DELIVERED TO PICK-UP LOCATION – CUSTOMER NOTIFIED')).toBe('601');
    expect(ecommerceIdOf('DELIVERY ATTEMPTED; RETURNED FOR RE-DELIVERY')).toBe('571');
  });

  it('leave an unknown id as it is', () => {
    expect(canonicalEcommerceId('99999')).toBe('99999');
  });
});
