import { z } from 'zod';
import { statusView } from '../../../events/shipment-view.ts';
import {
  givenInstant,
  instant,
  instantOrNull,
  localDateOrNull,
} from '../../../kernel/time/time-kinds.ts';
import { issueText, longText, text } from '../../../kernel/wire/explain-issues.ts';
import { listPage, paging } from '../../kit/paged.ts';
import { look } from '../branding/schema.ts';

const CREDENTIAL_CHARS_MAX = 512;
const CREDENTIALS_MAX = 8;
const URL_CHARS_MAX = 500;
/** A mapping names a dozen members. */
const MAPPING_CHARS_MAX = 8_192;

const names = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, issueText('values.useLowerCaseName'));
const credentials = z
  .record(names, text(CREDENTIAL_CHARS_MAX))
  .refine(
    (value) => Object.keys(value).length <= CREDENTIALS_MAX,
    issueText({ 'accounts.limitCredentials': { credentialsMax: CREDENTIALS_MAX } }),
  );

const settings = z
  .strictObject({
    order_notes: z
      .boolean()
      .optional()
      .describe('Add a note that only you see to the order with each status. Default: no.'),
    delivered_status: text(40)
      .optional()
      .describe(
        "The status that the shop's order gets once all of its parcels are delivered. Default: unchanged.",
      ),
    mapping: longText(MAPPING_CHARS_MAX)
      .optional()
      .describe('Of a generic shop: where its bodies have what, in YAML.'),
    brand_name: look.name
      .optional()
      .describe("The shop's name, logo and colour in messages and on pages. Default: yours."),
    brand_logo_url: look.logoUrl.optional(),
    brand_color: look.color.optional(),
  })
  .meta({ id: 'ShopSettings' });

export const newShop = z
  .strictObject({
    platform: text(64),
    url: text(URL_CHARS_MAX),
    credentials: credentials
      .optional()
      .describe("Default: a person allows the connection at `authorize_url`, the shop's own page."),
    settings: settings.optional(),
    imports_since: givenInstant
      .optional()
      .describe('Orders placed earlier are not imported. Default: 30 days ago.'),
  })
  .meta({ id: 'NewShop' });

export const shopChange = z
  .strictObject({
    status: z.enum(['connected', 'paused']).optional(),
    credentials: credentials.optional(),
    settings: settings.optional(),
  })
  .refine((value) => Object.keys(value).length > 0, issueText('values.sendMemberToChange'))
  .meta({ id: 'ShopChange' });

const count = z.int().min(0);
const reported = {
  reason: z.string(),
  fix: z.string(),
  orders: count,
  last_order_id: z.string(),
  last_at: instant,
};

export const shopView = z
  .strictObject({
    id: z.uuid(),
    status: z.enum(['authorize', 'connected', 'paused', 'disabled']),
    disabled_reason: z.string().nullable(),
    platform: z.string(),
    url: z.string(),
    credentials: z.array(z.string()).describe('The names of those that are set.'),
    settings,
    authorize_url: z.string().nullable().describe('Only in the answer to `POST`.'),
    webhook_url: z.string().nullable(),
    webhook_secret: z.string().nullable().describe('Only in the answer to `POST`.'),
    imports_since: instant,
    created_at: instant,
    connected_at: instantOrNull,
    health: z
      .strictObject({
        last_received_at: instantOrNull,
        last_read_at: instantOrNull,
        last_written_at: instantOrNull,
        compared_until: instantOrNull,
        paused_until: instantOrNull,
        failures: count.describe('Since the last success.'),
        last_failure: z.string().nullable(),
        orders: count,
        waiting: count.describe('Orders without a tracking number.'),
        parcels: count,
        problems: count.describe('Numbers that could not be registered.'),
        refused: z
          .array(
            z.strictObject({
              order_id: z.string(),
              reason: z.string(),
              since: instant,
            }),
          )
          .describe(
            'The newest 100 of the problems. Where another customer’s order uses the number, `POST /shipments` with `same_parcel` confirms that both are in one parcel.',
          ),
        left_out: z
          .array(
            z.strictObject({
              field: z.string().meta({ example: 'recipient.phone' }),
              ...reported,
            }),
          )
          .describe(
            'What could not be used in orders of the last seven days, and was left out alone.',
          ),
        number_warnings: z
          .array(z.strictObject(reported))
          .describe('Numbers of the last seven days that were registered, but look wrong.'),
      })
      .nullable()
      .describe('Null in lists.'),
  })
  .meta({ id: 'Shop' });

export const shopList = listPage(shopView).meta({ id: 'ShopList' });

export const writesQuery = z.strictObject({ ...paging(), shipment_id: z.uuid().optional() });

const shopWrite = z
  .strictObject({
    order_id: z.string(),
    shipment_id: z.uuid(),
    status: statusView,
    estimated_date: localDateOrNull,
    occurred_at: instant,
    recorded_at: instant,
    state: z.enum(['waiting', 'sent', 'not_sent']),
    reason: z.string().nullable().describe('Why it was not sent.'),
    tries: count,
    settled_at: instantOrNull,
  })
  .meta({ id: 'ShopWrite' });

export const shopWriteList = listPage(shopWrite).meta({ id: 'ShopWriteList' });
