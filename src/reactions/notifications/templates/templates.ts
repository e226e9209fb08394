import type { Tenant } from '../../../kernel/tenant.ts';
import { type Brandings, brandingFrom } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { LANGUAGES, type Language, languageOf } from '../../../platform/messages/languages.ts';
import type { Describe } from '../../../tracking/index.ts';
import type {
  CaseDetails,
  CaseDetailsOf,
  Render,
  Rendered,
  RenderInput,
  TemplateName,
} from '../contract.ts';
import { namesPickupPoint, namesScan } from './content.ts';
import { formOf } from './forms.ts';
import { readLayout } from './mail-layout.ts';
import { compiled, type OwnWords, type OwnWordsDocument } from './own-words.ts';
import { occurredMs, type Pickup, type Scan, templateVariables } from './variables.ts';
import { readWords, type Words, type WrittenTemplate } from './words.ts';

interface TemplatesDeps {
  /** Contains the layout of mails, `mail.gen.html`. */
  readonly folder: string;
  readonly brandings: Pick<Brandings, 'brandingOf'>;
  readonly ownWords: Pick<OwnWords, 'of'>;
  /** Our own words for what happened, by language. */
  readonly describe: (language: Language) => Describe;
  /** As people know it; the id itself for one that is not installed. */
  readonly carrierName: (carrier: string) => string;
  /**
   * Where and when, by the clock there, the shipment's event of that instant was; the newest where
   * none is of it. Absent: no message names a place.
   */
  readonly scanOf?: (
    tenant: Tenant,
    shipmentId: string,
    atMs: number | null,
  ) => Promise<Scan | null>;
  /**
   * Where the parcel can be collected, or is being brought for that; null: nowhere, or unknown.
   * `isRecipient`: may get what only its recipient may know. Absent: no message contains it.
   */
  readonly pickupOf?: (
    tenant: Tenant,
    shipmentId: string,
    isRecipient: boolean,
  ) => Promise<Pickup | null>;
  /** Absent: no message says what was requested, and no ticket whom to call. */
  readonly detailsOf?: CaseDetailsOf;
  readonly clock: Clock;
}

/** Puts messages into words: the shipped templates, with each merchant's own words and looks. */
export interface Templates {
  readonly render: Render;
  /** The same as of its event, with words that are not stored yet; null: with those that are. */
  preview(input: RenderInput, draft: OwnWordsDocument | null): Promise<Rendered>;
  /** The shipped words of a template, as its file has them. */
  written(language: Language, template: TemplateName): WrittenTemplate;
}

/** Reads and checks all files; throws `WordsError` with file and line for what cannot be used. */
export function createTemplates(deps: TemplatesDeps): Templates {
  const words = new Map(LANGUAGES.map((language) => [language, readWords(language)]));
  const layout = readLayout(deps.folder);

  async function write(
    input: RenderInput,
    draft: OwnWordsDocument | null,
    nowMs: number,
  ): Promise<Rendered> {
    const { tenant, template } = input;
    const branding = input.branded ? await deps.brandings.brandingOf(tenant) : brandingFrom({}, '');
    // The merchant's people read its language, whatever the recipient's is.
    const forStaff = input.audience === 'merchant' || input.kind === 'ticket';
    const requested = forStaff ? null : languageOf(input.locale);
    const language = requested ?? branding.defaultLanguage;
    const shipped = words.get(language) as Words;
    const own = draft === null ? await ownWords(input, language) : compiled(draft);
    const said = { ...shipped.templates[template], ...own };
    const { carrier } = input.shipment;
    const details = await detailsOf(input);
    const locale = forStaff ? null : input.locale;
    const variables = templateVariables(
      { ...input, locale },
      {
        words: shipped,
        describe: deps.describe(language),
        branding,
        carrierName: deps.carrierName(carrier) || carrier,
        scan: namesScan(template, said) ? await scanOf(input) : null,
        pickup: namesPickupPoint(template, said) ? await pickupOf(input) : null,
        nowMs,
        deliveryRequest:
          template === 'delivery_request_confirmed' ? (details?.deliveryRequests[0] ?? null) : null,
      },
    );
    const content = {
      template,
      audience: input.audience,
      details,
      written: input.written ?? null,
      words: shipped,
      said,
      variables,
      branding,
    };
    return formOf(input, content, layout);
  }

  /** Words of a merchant's own may name it, so they are not for whom it is not to be named to. */
  async function ownWords({ branded, tenant, template }: RenderInput, language: Language) {
    return branded ? ((await deps.ownWords.of(tenant, { template, language })) ?? {}) : {};
  }

  /** For who made the request and for who works on the case; others read nothing personal. */
  async function detailsOf(input: RenderInput): Promise<CaseDetails | null> {
    const { tenant, shipment, event, audience, kind, template } = input;
    const isPersonal = kind === 'ticket' || template === 'delivery_request_confirmed';
    if (!isPersonal || audience === 'subscribers') return null;
    if (input.details !== undefined) return input.details;
    if (deps.detailsOf === undefined) return null;
    return deps.detailsOf(tenant, shipment.id, {
      caseId: event?.data.case?.id ?? null,
      deliveryRequestId: event?.data.delivery_request?.id ?? null,
    });
  }

  async function scanOf({ event, shipment, tenant }: RenderInput): Promise<Scan | null> {
    if (event === null || deps.scanOf === undefined) return null;
    return deps.scanOf(tenant, shipment.id, occurredMs(event.data));
  }

  async function pickupOf({ shipment, tenant, audience }: RenderInput): Promise<Pickup | null> {
    if (deps.pickupOf === undefined) return null;
    return deps.pickupOf(tenant, shipment.id, audience !== 'subscribers');
  }

  return {
    written(language, template) {
      const { subject, heading, text, action, sms, push } = (words.get(language) as Words).written[
        template
      ];
      return { subject, heading, text, action, sms, push };
    },
    render: (input) => write(input, null, deps.clock.nowMs()),
    preview: (input, draft) => write(input, draft, input.event?.occurredAtMs ?? deps.clock.nowMs()),
  };
}
