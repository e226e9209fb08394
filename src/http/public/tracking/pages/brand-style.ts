import { createHash } from 'node:crypto';
import { inkOn, readableOn } from '../../../../kernel/color-contrast.ts';
import type { Branding } from '../../../../merchants/index.ts';

/** A merchant's branding as applied to its customers' pages. */
export interface BrandStyle {
  readonly name: string;
  readonly logoUrl: string | null;
  readonly website: string | null;
  readonly supportEmail: string | null;
  readonly supportUrl: string | null;
  readonly intro: string | null;
  readonly footer: string | null;
  /** The merchant's colour as CSS rules to inline; null: the default colours. */
  readonly css: string | null;
  /** A hash of everything here: it changes when pages would look different. */
  readonly revision: string;
}

/** Null when the merchant has set no name: the page is then neutral. */
export function brandStyle(branding: Branding, language: string): BrandStyle | null {
  const { logoUrl, color, website, supportEmail, supportUrl } = branding;
  const name = branding.name || (website === null ? '' : new URL(website).hostname);
  if (name === '') return null;
  const texts = new Map(Object.entries(branding.texts));
  const own = texts.get(language) ?? texts.get(branding.defaultLanguage);
  const style = {
    name,
    logoUrl,
    website,
    supportEmail,
    supportUrl,
    intro: own?.intro ?? null,
    footer: own?.footer ?? null,
    css: color === null ? null : colorCss(color),
  };
  const revision = createHash('sha256').update(JSON.stringify(style)).digest('hex').slice(0, 8);
  return { ...style, revision };
}

/**
 * The darkest background in the light style behind text in the merchant's colour, and the lightest
 * one in the dark style: cards are tinted with the colour itself. Text readable on these is
 * readable everywhere.
 */
const GROUND_LIGHT = '#ecebe6';
const GROUND_DARK = '#262b35';

/**
 * The merchant's colour for surfaces, and the nearest readable shade of the same hue for text.
 * Success and warning colours stay the page's own, because their meaning is not the merchant's to
 * change.
 */
export function colorCss(color: string): string {
  const button = `--button:${color};--button-ink:${inkOn(color)};--brand:${color}`;
  return `:root{${button};${colorVariables(readableOn(color, GROUND_LIGHT))}}@media (prefers-color-scheme:dark){:root{${colorVariables(readableOn(color, GROUND_DARK))}}}`;
}

function colorVariables(color: string): string {
  return ['link', 'focus', 'moving', 'arriving'].map((name) => `--${name}:${color}`).join(';');
}
