import { z } from 'zod';
import {
  ALIASES_MAX,
  FACILITY_SOURCES,
  FACILITY_TEXT_CHARS_MAX,
  FACILITY_TYPES,
} from '../../../intake/index.ts';
import { givenTimeZone, instant, timeZoneOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { paging } from '../../kit/paged.ts';

export const facilityType = z.enum(FACILITY_TYPES).meta({ id: 'FacilityType' });

const shortText = text(100);
const nameText = text(FACILITY_TEXT_CHARS_MAX);

/** Members that null clears. */
const clearable = {
  carrier: text(64).nullish().describe('Null: any carrier.'),
  city: shortText.nullish(),
  region: shortText.nullish().meta({ example: 'TN' }),
  postal_code: shortText.nullish(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, issueText('facilities.useIso3166'))
    .nullish(),
  lat: z.number().min(-90).max(90).nullish(),
  lng: z.number().min(-180).max(180).nullish(),
  time_zone: givenTimeZone.nullish().meta({
    description:
      'IANA name. Default: the zone of country, region and postal code, if they identify one.',
    example: 'America/Chicago',
  }),
};

const code = nameText.meta({
  description:
    "The carrier's code or name for the building, as in its reports. Case, accents and punctuation do not matter.",
  example: 'M1',
});
const aliases = z.array(nameText).max(ALIASES_MAX).describe('Other spellings in reports.');

export const newFacility = z
  .strictObject({
    code,
    name: nameText.optional().describe('Default: the code.'),
    type: facilityType.optional().describe('Default: `other`.'),
    aliases: aliases.optional(),
    ...clearable,
  })
  .meta({ id: 'NewFacility' });

export const facilityChange = z
  .strictObject({
    code: code.optional(),
    name: nameText.optional(),
    type: facilityType.optional(),
    aliases: aliases.optional(),
    ...clearable,
  })
  .refine((value) => Object.keys(value).length > 0, issueText('values.sendMemberToChange'))
  .meta({ id: 'FacilityChange', description: 'Absent members stay unchanged; null clears one.' });

const textOrNull = z.string().nullable();

export const facility = z
  .strictObject({
    id: z.uuid(),
    scope: z
      .enum(['deployment', 'merchant'])
      .describe('`merchant`: your own, which goes first for your shipments.'),
    carrier: textOrNull,
    code: z.string(),
    name: z.string(),
    type: facilityType,
    city: textOrNull,
    region: textOrNull,
    postal_code: textOrNull,
    country: textOrNull,
    lat: z.number().nullable(),
    lng: z.number().nullable(),
    time_zone: timeZoneOrNull.describe("The effective zone: the one given, otherwise the place's."),
    aliases: z.array(z.string()),
    source: z
      .enum(FACILITY_SOURCES)
      .describe("`learned`: from carriers' reports. Facilities entered by people go first."),
    certainty: z.number().describe('0 to 1; 1 if it was entered by a person.'),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Facility' });

export const facilityPage = z
  .strictObject({
    data: z.array(facility),
    next_cursor: textOrNull.describe('Null on the last page.'),
  })
  .meta({ id: 'FacilityPage' });

export const facilityFilter = z.strictObject({
  carrier: text(64).optional(),
  country: clearable.country.unwrap().unwrap().optional(),
  type: facilityType.optional(),
  source: z.enum(FACILITY_SOURCES).optional(),
  called: nameText.optional().describe('Its code, its name or an alias.'),
  ...paging(),
});

const flag = z.enum(['true', 'false']).optional();

export const facilityImportOptions = z.strictObject({
  carrier: text(64).optional().describe('The carrier for lines that name none.'),
  dry_run: flag.describe('`true`: only report what would happen.'),
  partial: flag.describe('`true`: import the valid lines even if others are bad.'),
});

export const facilityImport = z
  .strictObject({
    rows: z.int().describe('The number of lines, without the header.'),
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    rejected: z.int().describe('Lines with errors; only with `partial`.'),
    dry_run: z.boolean(),
    errors: z
      .array(
        z.strictObject({
          line: z.int(),
          column: textOrNull,
          reason: z.string(),
          fix: z.string(),
        }),
      )
      .describe('At most a hundred.'),
  })
  .meta({ id: 'FacilityImport' });
