import { stateOfArea } from '../../../kernel/places/postal-states.ts';
import { displayNames } from '../../../kernel/time/formatters.ts';
import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { nameOfCarrier } from '../settings/carrier-form.tsx';
import { useMessages, useSpoken } from './language.ts';
import type { DeskDeps } from './visit.ts';

/**
 * Display names of carriers: real ones by their names, the merchant's own couriers in the page's
 * language.
 */
export function useCarrierNames(deps: Pick<DeskDeps, 'parts'>): (carrier: string) => string {
  const { ownCouriers } = useMessages().desk.frame;
  return (carrier) => {
    const isOwn = deps.parts.adapters.get(carrier)?.manifest.role === 'own';
    return isOwn ? ownCouriers : nameOfCarrier(deps, carrier);
  };
}

/** Names trade lanes in the page's language; inside components only. */
export function useLaneNames(): (lane: string) => string {
  const { language } = useSpoken();
  return (lane) => laneIn(language, lane);
}

const AREA = /^([A-Z]{2})(?:-(\w+))?$/;

const countryNames = (language: Language) =>
  displayNames(localeOf(language), { type: 'region', style: 'short' });

/**
 * Writes a trade lane with country names, states where they are certain, and how postal codes
 * begin. One country comes once. Pure.
 *
 * @example laneIn('en', 'CA-L5 → US-78') // 'Canada ON L5* → US TX 78*'
 */
export function laneIn(language: Language, lane: string): string {
  const names = countryNames(language);
  const [from, to] = lane.split(' → ');
  if (to !== undefined && from === to && AREA.test(to))
    return messagesIn(language).desk.analytics.within({ area: laneIn(language, to) });
  return lane
    .split(' → ')
    .map((area, index) => {
      const [, country = '', postal] = AREA.exec(area) ?? [];
      if (country === '') return area;
      const isNamed = index > 0 && postal && lane.startsWith(`${country}-`);
      const state = postal && stateOfArea(country, postal);
      return [!isNamed && (names.of(country) ?? country), state, postal && `${postal}*`]
        .filter(Boolean)
        .join(' ');
    })
    .join(' → ');
}

/** The country, in two letters, to which a trade lane leads; null: unknown. Pure. */
export function destinationOf(lane: string): string | null {
  return AREA.exec(lane.split(' → ').at(-1) ?? '')?.[1] ?? null;
}

/** Names the area of an address in the page's language; inside components only. */
export function useAreaNames(): (address: Address) => string {
  const { language } = useSpoken();
  return (address) => areaIn(language, address);
}

type Address = Readonly<Record<string, unknown>> | null;

/** Where the postal code follows the city. */
const POSTAL_CODE_LAST = new Set(['AU', 'CA', 'GB', 'IE', 'NZ', 'US']);

/**
 * The area of an address without the door, in its country's order, with the country's name; empty if
 * nothing of it is known. Pure.
 *
 * @example areaIn('en', { postal_code: '22765', city: 'Hamburg', country: 'DE' })
 * // '22765 Hamburg, Germany'
 */
export function areaIn(language: Language, address: Address): string {
  const part = (name: string) => {
    const value = address?.[name];
    return typeof value === 'string' ? value : '';
  };
  const joined = (parts: readonly string[], by: string) => parts.filter(Boolean).join(by);
  const country = part('country');
  const [postal, city] = [part('postal_code'), part('city')];
  const place = POSTAL_CODE_LAST.has(country)
    ? joined([joined([city, part('region')], ', '), postal], ' ')
    : joined([postal, city], ' ');
  const isCode = /^[A-Z]{2}$/.test(country);
  const name = isCode ? countryNames(language).of(country) : country;
  return joined([place, name ?? country], ', ');
}
