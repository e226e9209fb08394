import { z } from 'zod';
import { HEX_COLOR } from '../../../kernel/color-contrast.ts';
import { LANGUAGES } from '../../../kernel/language.ts';
import { instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { isHttpsUrl } from '../../../merchants/index.ts';
import { longText, text } from '../../kit/schemas/text.ts';

export const language = z.enum(LANGUAGES).meta({ id: 'Language' });

const ADDRESS_CHARS_MAX = 500;

const httpsUrl = z
  .string()
  .max(ADDRESS_CHARS_MAX)
  .refine(isHttpsUrl, {
    error:
      'Send one address that begins with https:// and the name of one host, without user name, blank, quote or semicolon.',
    params: { reason: 'It is no address of the secure web.' },
  })
  .meta({ format: 'uri', example: 'https://shop.example.com/' });

const texts = z
  .strictObject({
    intro: text(300).nullable().default(null).meta({ description: 'On the tracking page.' }),
    footer: text(500)
      .nullable()
      .default(null)
      .meta({ description: 'At the end of pages and mails, such as a register number.' }),
  })
  .meta({ id: 'BrandingTexts' });

const members = {
  name: text(80)
    .nullable()
    .default(null)
    .meta({ description: 'As your customers know you; your merchant’s name when absent.' }),
  logo_url: httpsUrl
    .nullable()
    .default(null)
    .meta({ description: 'A picture, shown 36 px high on light and dark.' }),
  color: z.string().regex(HEX_COLOR, 'Send a colour as #rrggbb.').nullable().default(null).meta({
    description:
      'Of buttons and links; where it could not be read a darker or lighter one is shown.',
    example: '#0b6e4f',
  }),
  website: httpsUrl.nullable().default(null),
  support_email: z.email('Send a mail address.').max(254).nullable().default(null),
  support_url: httpsUrl.nullable().default(null),
  address: longText(300)
    .nullable()
    .default(null)
    .meta({ description: 'For the end of mails, a line each; many countries’ law asks for it.' }),
  default_language: language
    .default('en')
    .meta({ description: 'For whoever’s language is unknown, and for your own people.' }),
  texts: z.partialRecord(language, texts).default({}),
};

export const newBranding = z.strictObject(members).meta({ id: 'NewBranding' });

export const branding = z
  .strictObject({
    ...members,
    updated_at: instantOrNull.meta({ description: 'Null: never stored.' }),
  })
  .meta({ id: 'Branding' });
