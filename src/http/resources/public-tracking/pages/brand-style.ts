import { createHash } from 'node:crypto';
import { inkOn, readableOn } from '../../../../kernel/color-contrast.ts';
import type { Branding } from '../../../../merchants/index.ts';

/** A merchant's look as its customers' pages wear it. */
export interface BrandStyle {
  readonly name: string;
  readonly logoUrl: string | null;
  readonly website: string | null;
  readonly supportEmail: string | null;
  readonly supportUrl: string | null;
  readonly intro: string | null;
  readonly footer: string | null;
  /** Its colour as rules of a style sheet, for inside the page; null: the page's own colours. */
  readonly css: string | null;
  /** Of everything here: a page looks different when it differs. */
  readonly revision: string;
}

/** Null where the merchant has not told what it is called: then the page is nobody's. */
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
 * The darkest ground of the light page that text in the colour stands on, and the lightest of the
 * dark one: cards are washed with the colour itself. What is readable there is so everywhere.
 */
const GROUND_LIGHT = '#ecebe6';
const GROUND_DARK = '#262b35';

/**
 * The colour where people see it, and the nearest one of its hue where they must read it. What goes
 * well and what needs care keep the page's own colours: their meaning is not the merchant's.
 */
export function colorCss(color: string): string {
  const button = `--button:${color};--button-ink:${inkOn(color)};--brand:${color}`;
  return `:root{${button};${readable(readableOn(color, GROUND_LIGHT))}}@media (prefers-color-scheme:dark){:root{${readable(readableOn(color, GROUND_DARK))}}}`;
}

function readable(color: string): string {
  return ['link', 'focus', 'moving', 'arriving'].map((name) => `--${name}:${color}`).join(';');
}
