/**
 * The usual snippet for detecting a tracking number's carrier: every pattern over the raw text, no
 * check digit, no cleaning, the first carrier that matches.
 */
const PATTERNS: readonly (readonly [carrier: string, pattern: RegExp])[] = [
  ['ups', /\b1Z[A-Z0-9]{16}\b/i],
  ['ups', /\bT\d{10}\b/],
  ['ups', /\b\d{9}\b/],
  ['ups', /\b[HKMW]\d{10}\b/],
  ['usps', /\b(?:94|93|92|94|95)\d{20}\b/],
  ['usps', /\b(?:94|93|92|94|95)\d{24}\b/],
  ['usps', /\b420\d{5}(?:91|92|93|94|95)\d{20}\b/],
  ['usps', /\b(?:70|14|23|03)\d{14,18}\b/],
  ['usps', /\b(?:M0|82)\d{8,10}\b/],
  ['usps', /\b[A-Z]{2}\d{9}US\b/i],
  ['fedex', /\b96\d{20}\b/],
  ['fedex', /\b\d{34}\b/],
  ['fedex', /\b\d{20}\b/],
  ['fedex', /\b\d{15}\b/],
  ['fedex', /\b\d{12}\b/],
  ['dhl', /\bJJ?D\d{10,20}\b/i],
  ['dhl', /\bJVGL\d{10,24}\b/i],
  ['dhl', /\bGM\d{10,39}\b/i],
  ['dhl', /\b[A-Z]{3}\d{7}\b/],
  ['dhl', /\b\d{10,11}\b/],
  ['dhl', /\b\d{4}[- ]?\d{4}[- ]?\d{2}\b/],
  ['post', /\b[A-Z]{2}\d{9}[A-Z]{2}\b/i],
];

/** Every carrier with a pattern that matches somewhere in the text. */
export function naiveDetect(text: string): readonly string[] {
  return PATTERNS.filter(([, pattern]) => pattern.test(text)).map(([carrier]) => carrier);
}
