import type { NumberCandidate } from '../contract/contract.ts';
import type { Registry } from '../registry/registry.ts';
import { type Reach, reachOf, shippedCatalogue } from './catalogue.ts';
import { type PastedNumber, type PastedPage, pastedNumbers } from './input.ts';

/** A carrier that a number may belong to, with the spelling it would be stored under. */
export interface DetectedCarrier {
  readonly carrier: string;
  /** The carrier's name as people write it. */
  readonly displayName: string;
  readonly reach: Reach;
  readonly trackingNumber: string;
  readonly format: string;
  /** The probability; those of all candidates of a number add up to at most 1. */
  readonly certainty: number;
  readonly checkDigit: NumberCandidate['checkDigit'];
  /** The reasons, as whole sentences. */
  readonly why: readonly string[];
}

/**
 * Finds the carriers whose number a pasted text may contain, best first: installed ones, and those
 * of the catalogue. Of equal certainty, installed ones come first, then the order of names decides.
 * Pure and linear in the text; a text longer than `PASTED_CHARS_MAX` contains no number.
 */
export function detectCarriers(registry: Registry, input: string): DetectedCarrier[] {
  for (const group of pastedNumbers(input)) {
    const found = group.map((pasted) => candidatesOf(registry, pasted));
    // Of several parameters that may be a number, the one with the most certain candidate comes
    // first.
    found.sort((a, b) => (b[0]?.certainty ?? 0) - (a[0]?.certainty ?? 0));
    const [best] = found;
    if (best !== undefined && best.length > 0) return best;
  }
  return [];
}

/**
 * A number is accepted without its carrier only if the best candidate is at least this certain …
 */
const CERTAIN_ENOUGH = 0.5;
/** … and ahead of the next carrier by this much. */
const CLEARLY_AHEAD = 0.2;

/**
 * Returns the best candidate if its check digit is not wrong and no other carrier comes near it;
 * null if the person has to be asked.
 */
export function clearWinner(candidates: readonly DetectedCarrier[]): DetectedCarrier | null {
  const [best] = candidates;
  if (best === undefined || best.certainty < CERTAIN_ENOUGH) return null;
  if (best.checkDigit === 'invalid') return null;
  const rival = candidates.find(({ carrier }) => carrier !== best.carrier);
  const ahead = rival === undefined || best.certainty - rival.certainty >= CLEARLY_AHEAD;
  return ahead ? best : null;
}

interface Claim {
  readonly carrier: string;
  readonly displayName: string;
  readonly reach: Reach;
  readonly trackingNumber: string;
  readonly candidate: NumberCandidate;
  /** Whether the page is the carrier's own, or ours about the carrier's parcel. */
  readonly onPage: boolean;
}

/**
 * The certainty if somebody copied the number from the carrier's own page. The remaining doubt is a
 * copying error.
 */
const ON_PAGE = 0.97;
const ON_PAGE_INVALID = 0.5;

/** Returns all carriers that may own the number, the most certain first. */
function candidatesOf(registry: Registry, pasted: PastedNumber): DetectedCarrier[] {
  const claims = [...installedClaims(registry, pasted), ...catalogueClaims(registry, pasted)];
  return distributeCertainty(claims)
    .filter(({ claim, certainty }) => claim.reach === 'direct' || certainty > 0)
    .map(({ claim, certainty }) => toDetected(claim, certainty, claims))
    .sort((a, b) => b.certainty - a.certainty);
}

function installedClaims(registry: Registry, { text, bare, page }: PastedNumber): Claim[] {
  return registry.carriers().flatMap(({ manifest, numbers }) => {
    // Each carrier normalizes for itself: for some, a dash may belong to the number.
    const trackingNumber = numbers.normalize(text);
    const { name, displayName, publicTrackingUrl } = manifest;
    return numbers
      .recognise(trackingNumber, bare)
      .filter(({ certainty }) => certainty > 0)
      .map((candidate) => ({
        carrier: name,
        displayName,
        reach: 'direct',
        trackingNumber,
        candidate,
        onPage: page !== null && isPageOf(page, name, publicTrackingUrl),
      }));
  });
}

/** The claims of carriers without an adapter. */
function catalogueClaims(registry: Registry, { bare, page }: PastedNumber): Claim[] {
  return shippedCatalogue()
    .recognise(bare)
    .filter(({ carrier }) => registry.get(carrier.id) === undefined)
    .map(({ carrier, candidate }) => ({
      carrier: carrier.id,
      displayName: carrier.name,
      reach: reachOf(registry, carrier),
      trackingNumber: bare,
      candidate,
      onPage: page !== null && isPageOf(page, carrier.id, carrier.page),
    }));
}

function toDetected(claim: Claim, certainty: number, claims: readonly Claim[]): DetectedCarrier {
  const { carrier, displayName, reach, trackingNumber, candidate, onPage } = claim;
  const { format, checkDigit } = candidate;
  return {
    carrier,
    displayName,
    reach,
    trackingNumber,
    format,
    certainty,
    checkDigit,
    why: [
      candidate.why ?? `It has the form ${format}; check digit: ${checkDigit}.`,
      ...(onPage ? [`The URL belongs to ${displayName}.`] : []),
      ...mentionRivals(claim, claims),
      ...(reach === 'detected'
        ? [`${displayName} cannot be tracked here: no adapter is installed.`]
        : []),
    ],
  };
}

/** Rival carriers below this certainty are not mentioned. */
const RIVAL_CERTAINTY_MIN = 0.05;

/** Returns a sentence that names the other carriers that may own the number; none without any. */
function mentionRivals({ carrier }: Claim, claims: readonly Claim[]): readonly string[] {
  const rivals = claims
    .filter(
      (other) => other.carrier !== carrier && other.candidate.certainty >= RIVAL_CERTAINTY_MIN,
    )
    .map((other) => `${other.displayName} (${other.candidate.format})`);
  return rivals.length === 0 ? [] : [`It may also be a number of ${rivals.join(' or ')}.`];
}

/**
 * Distributes the certainty between carriers. Each judges its own numbers only, so that together
 * they may claim more than 1. Claims of carriers whose page the number is from come first and keep
 * their certainty, then those of installed carriers if one of them is certain enough. Later claims
 * share the rest of 1 in proportion.
 */
function distributeCertainty(claims: readonly Claim[]): { claim: Claim; certainty: number }[] {
  const claimed = claims.map((claim) => ({ claim, certainty: claimedCertainty(claim) }));
  const isInstalledCertain = claims.some(
    ({ reach, candidate }) =>
      reach === 'direct' &&
      candidate.certainty >= CERTAIN_ENOUGH &&
      candidate.checkDigit !== 'invalid',
  );
  const rankOf = ({ onPage, reach }: Claim) =>
    onPage ? 0 : isInstalledCertain && reach === 'direct' ? 1 : 2;
  let left = 1;
  return [0, 1, 2].flatMap((rank) => {
    const group = claimed.filter(({ claim }) => rankOf(claim) === rank);
    const total = group.reduce((sum, { certainty }) => sum + certainty, 0);
    const factor = total > left ? left / total : 1;
    left -= total * factor;
    return group.map(({ claim, certainty }) => ({
      claim,
      certainty: inHundredths(certainty * factor),
    }));
  });
}

/** Returns the certainty that a claim starts with, which is higher on the carrier's own page. */
function claimedCertainty({ candidate, onPage }: Claim): number {
  if (!onPage) return candidate.certainty;
  const least = candidate.checkDigit === 'invalid' ? ON_PAGE_INVALID : ON_PAGE;
  return Math.max(candidate.certainty, least);
}

/**
 * Rounds down to hundredths, so that nothing looks more certain than it is, and the shares do not
 * exceed 1.
 */
function inHundredths(certainty: number): number {
  return Math.floor(certainty * 100 + 1e-6) / 100;
}

/** Whether it is a page of the carrier's own site, or one of ours: `…/track/{carrier}/{number}`. */
function isPageOf(page: PastedPage, carrier: string, address: string | null): boolean {
  if (page.before?.toLowerCase() === `track/${carrier}`) return true;
  if (address === null || !URL.canParse(address)) return false;
  const site = siteOf(new URL(address).hostname);
  return page.host === site || page.host.endsWith(`.${site}`);
}

/**
 * Maximum length of a second level under which a country registers everybody: `co.uk`, `com.au`.
 */
const SHORT_LEVEL_CHARS_MAX = 3;

/**
 * The site that a host belongs to: `www.acme.com` → `acme.com`, `track.acme.co.uk` → `acme.co.uk`.
 */
function siteOf(host: string): string {
  const labels = host.toLowerCase().split('.');
  const [second = '', top = ''] = labels.slice(-2);
  const isCountryWide = top.length === 2 && second.length <= SHORT_LEVEL_CHARS_MAX;
  return labels.slice(isCountryWide ? -3 : -2).join('.');
}
