import type { Tenant } from '../../../kernel/tenant.ts';
import {
  type Branding,
  type Brandings,
  brandingFrom,
  type OwnBrand,
} from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Language, languageOf } from '../../../platform/messages/languages.ts';
import type { Describe } from '../../../tracking/ports/public-tracks.ts';
import type {
  CaseDetails,
  CaseDetailsOf,
  Render,
  Rendered,
  RenderInput,
  TemplateName,
} from '../contract.ts';
import { namesPickupPoint, namesScan, type OrderedItem } from './content.ts';
import { formOf } from './forms.ts';
import { readLayout } from './mail-layout.ts';
import { compiled, type OwnWords, type OwnWordsDocument } from './own-words.ts';
import { occurredMs, type Pickup, type Scan, templateVariables } from './variables.ts';
import { readAllWords, type WrittenTemplate } from './words.ts';

interface TemplatesDeps {
  /** The folder that contains the layout of mails, `mail.gen.html`. */
  readonly folder: string;
  readonly brandings: Pick<Brandings, 'brandingOf'>;
  readonly ownWords: Pick<OwnWords, 'of'>;
  /** Describes a status in our own words, by language. */
  readonly describe: (language: Language) => Describe;
  /** The carrier's name for people; the id itself if the carrier is not installed. */
  readonly carrierName: (carrier: string) => string;
  /**
   * The place and local time of the shipment's event at that instant; of the newest event if there
   * is none. Absent: no message names a place.
   */
  readonly scanOf?: (
    tenant: Tenant,
    shipmentId: string,
    atMs: number | null,
  ) => Promise<Scan | null>;
  /**
   * The place where the parcel can be collected, or to which it is being brought; null: there is
   * none, or it is unknown. `isRecipient`: the reader may see what only the recipient may know.
   * Absent: no message contains the place.
   */
  readonly pickupOf?: (
    tenant: Tenant,
    shipmentId: string,
    isRecipient: boolean,
  ) => Promise<Pickup | null>;
  /**
   * Looks up personal details. Absent: no message describes a request, and no ticket says whom to
   * call.
   */
  readonly detailsOf?: CaseDetailsOf;
  /**
   * The order of a shop in which a shipment is, and how that shop appears. Absent: no message names
   * what was ordered.
   */
  readonly orderOf?: (
    tenant: Tenant,
    shipmentId: string,
  ) => Promise<{ readonly items: readonly OrderedItem[]; readonly brand: OwnBrand } | null>;
  readonly clock: Clock;
}

/** Renders messages with the shipped templates, and each merchant's own texts and branding. */
export interface Templates {
  readonly render: Render;
  /**
   * Renders a preview at the time of its event, with texts and a branding that are not stored yet;
   * null or absent: with the stored ones.
   */
  preview(
    input: RenderInput,
    draft: OwnWordsDocument | null,
    branding?: Branding,
  ): Promise<Rendered>;
  /** The shipped texts of a template, as they are in the file. */
  written(language: Language, template: TemplateName): WrittenTemplate;
}

/**
 * Reads and checks all files. Throws `WordsError` with file and line for texts that cannot be used.
 */
export function createTemplates(deps: TemplatesDeps): Templates {
  const wordsIn = readAllWords();
  const layout = readLayout(deps.folder);

  async function write(
    input: RenderInput,
    draft: OwnWordsDocument | null,
    nowMs: number,
    unstored?: Branding,
  ): Promise<Rendered> {
    const { tenant, template } = input;
    // What several merchants may have sent is of no shop.
    const order = input.branded ? await deps.orderOf?.(tenant, input.shipment.id) : null;
    const branding = input.branded
      ? { ...(unstored ?? (await deps.brandings.brandingOf(tenant))), ...order?.brand }
      : brandingFrom({}, '');
    // The merchant's people read the merchant's language, whatever the recipient's is.
    const forStaff = input.audience === 'merchant' || input.kind === 'ticket';
    const requested = forStaff ? null : languageOf(input.locale);
    const language = requested ?? branding.defaultLanguage;
    const shipped = wordsIn(language);
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
      // Subscribers may be strangers.
      items: input.audience === 'recipient' ? (order?.items ?? []) : [],
    };
    return formOf(input, content, layout);
  }

  /**
   * The merchant's own texts. They may name the merchant, so they are not used if the message must
   * not name it.
   */
  async function ownWords({ branded, tenant, template }: RenderInput, language: Language) {
    return branded ? ((await deps.ownWords.of(tenant, { template, language })) ?? {}) : {};
  }

  /**
   * The personal details, for the author of the request and the staff of the case; null for all
   * others.
   */
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
      const { subject, heading, text, action, sms, push } = wordsIn(language).written[template];
      return { subject, heading, text, action, sms, push };
    },
    render: (input) => write(input, null, deps.clock.nowMs()),
    preview: (input, draft, branding) =>
      write(input, draft, input.event?.occurredAtMs ?? deps.clock.nowMs(), branding),
  };
}
