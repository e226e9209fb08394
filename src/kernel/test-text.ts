import fc from 'fast-check';

/**
 * Any code point. fast-check's own unit, `binary`, makes a table of all 1.1 million of them in each
 * process: 1.2 s of processor time and 120 MB.
 */
const CODE_POINT = fc
  .oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code));

/** Names that objects have from the start. */
const INHERITED = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
);

/** Texts with control characters, lone surrogates and astral characters. */
export function anyText(constraints: { readonly maxLength?: number } = {}): fc.Arbitrary<string> {
  const text = fc.string({ unit: CODE_POINT, ...constraints });
  if ((constraints.maxLength ?? 20) < 14) return text;
  return fc.oneof({ arbitrary: text, weight: 19 }, { arbitrary: INHERITED, weight: 1 });
}
