import { z } from 'zod';
import { HEX_COLOR } from '../../../kernel/color-contrast.ts';
import { instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText, longText, text } from '../../../kernel/wire/explain-issues.ts';
import { isHttpsUrl, isLogoAddress } from '../../../merchants/index.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';

export const language = z.enum(LANGUAGES).meta({ id: 'Language' });

const ADDRESS_CHARS_MAX = 500;

const httpsUrl = z
  .string()
  .max(ADDRESS_CHARS_MAX)
  .refine(isHttpsUrl, {
    error: issueText('notifications.useHttpsUrl'),
    params: { reason: issueText('notifications.notHttpsUrl') },
  })
  .meta({ format: 'uri', example: 'https://shop.example.com/' });

const texts = z
  .strictObject({
    intro: text(300).nullable().default(null).describe('Shown on the tracking page.'),
    footer: text(500)
      .nullable()
      .default(null)
      .describe('Shown at the end of pages and emails, such as a register number.'),
  })
  .meta({ id: 'NewBrandingText', outputId: 'BrandingText' });

/** What a merchant's shop may have of its own, too. */
export const look = {
  name: text(80),
  logoUrl: z
    .string()
    .max(ADDRESS_CHARS_MAX)
    .refine(isLogoAddress, {
      error: issueText('notifications.useHttpsUrl'),
      params: { reason: issueText('notifications.notHttpsUrl') },
    })
    .meta({ format: 'uri-reference', example: 'https://shop.example.com/logo.png' }),
  color: z
    .string()
    .regex(HEX_COLOR, issueText('notifications.useHexColour'))
    .meta({ example: '#0b6e4f' }),
};

const members = {
  name: look.name
    .nullable()
    .default(null)
    .describe("Your name as customers know it. Default: your merchant's name."),
  logo_url: look.logoUrl
    .nullable()
    .default(null)
    .describe(
      'An image, shown 36 px high on light and dark backgrounds: an https URL, or the path of a logo uploaded in the console.',
    ),
  color: look.color.nullable().default(null).meta({
    description:
      'The colour of buttons and links. If it would be hard to read, a darker or lighter one is used.',
    example: '#0b6e4f',
  }),
  website: httpsUrl.nullable().default(null),
  support_email: z
    .email(issueText('notifications.useEmailAddress'))
    .max(254)
    .nullable()
    .default(null),
  support_url: httpsUrl.nullable().default(null),
  address: longText(300)
    .nullable()
    .default(null)
    .describe('Shown at the end of emails, one line per entry. Required by law in many countries.'),
  default_language: language
    .default('en')
    .describe('For people whose language is unknown, and for your own staff.'),
  texts: z.partialRecord(language, texts).default({}),
};

export const newBranding = z.strictObject(members).meta({ id: 'NewBranding' });

export const branding = z
  .strictObject({
    ...members,
    updated_at: instantOrNull.describe('Null if never stored.'),
  })
  .meta({ id: 'Branding' });
