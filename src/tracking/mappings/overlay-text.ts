import type { CodeMatch } from '../../adapters/contract/contract.ts';
import {
  type CarrierDocumentation,
  type CompileOutcome,
  compileMapping,
  type Mapping,
  type MappingProblem,
} from '../../normalization/index.ts';

/**
 * Limit of the hub's overlay: a few thousand rules, one per line, compiled in the time of one
 * batch.
 */
const DEPLOYMENT_CHARS_MAX = 512 * 1024;
/**
 * Limit of a merchant's overlay: about three hundred rules. It is compiled while reading for that
 * merchant, so it must not delay others: a text of this length takes about 30 ms, and the worst one
 * found took 100.
 */
const MERCHANT_CHARS_MAX = 16 * 1024;

/** Returns the overlay's name in messages and as the place of its rules. */
export function overlayName(carrier: string, merchantId: string | null): string {
  return merchantId === null ? `overlay:${carrier}` : `merchant-overlay:${carrier}`;
}

/**
 * Applies an overlay's text to a mapping, or lists everything that is wrong with it. A blank text
 * changes nothing. With `documentation` the overlay is also compared with that.
 */
export function layOverlay(
  base: Mapping,
  merchantId: string | null,
  text: string,
  documentation?: CarrierDocumentation,
): CompileOutcome {
  if (isBlank(text)) return { ok: true, mapping: base, warnings: [] };
  const name = overlayName(base.carrier.name, merchantId);
  const charsMax = merchantId === null ? DEPLOYMENT_CHARS_MAX : MERCHANT_CHARS_MAX;
  if (text.length > charsMax) {
    const found = `The overlay has ${text.length} characters; the limit is ${charsMax}.`;
    const problem = problemOf(name, found, 'Remove what is not needed.');
    return { ok: false, problems: [{ ...problem, line: 1, column: 1 }] };
  }
  const carrier = documentation === undefined ? base.carrier : { ...base.carrier, documentation };
  return compileMapping(text, name, carrier, base);
}

/** Returns a check's warning about an empty text, which is valid but rarely intended. */
export function emptyOverlay(carrier: string, merchantId: string | null): MappingProblem {
  const found = 'The text is empty: it has no rules.';
  const fix = 'Write carrier: and rules:. Stored empty, it removes the overlay.';
  const problem = problemOf(overlayName(carrier, merchantId), found, fix, 'warning');
  return { ...problem, line: 1, column: 1 };
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Returns a problem with a whole file or text. */
export function problemOf(
  file: string,
  found: string,
  fix: string,
  severity: MappingProblem['severity'] = 'error',
): MappingProblem {
  return { file, line: 0, column: 0, severity, found, fix };
}

/**
 * Returns the place of the rule for exactly these codes, such as `carrier-mappings/acme.yaml:12`;
 * null if there is none.
 */
export function placeOfRule(mapping: Mapping, match: CodeMatch): string | null {
  const codes = Object.entries(match);
  const rule = mapping.rules.find(
    (each) =>
      Object.keys(each.match).length === codes.length &&
      codes.every(([key, code]) => each.match[key] === code),
  );
  // Merchants read this, so it does not reveal the file's full path.
  return rule === undefined ? null : `${rule.file.split(/[/\\]/).slice(-2).join('/')}:${rule.line}`;
}
