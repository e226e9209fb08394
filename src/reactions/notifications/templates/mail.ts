import { inkOn, readableOn } from '../../../kernel/color-contrast.ts';
import { progressOf, type Status, stepNumber } from '../../../kernel/status.ts';
import type { Rendered, TemplateName } from '../contract.ts';
import { type Content, type ContentInput, contentOf, type Link } from './content.ts';
import type { HtmlTemplate, HtmlValues } from './html-template.ts';
import { fillText, mailAddress, plainLine, webAddress } from './text-template.ts';

/** Makes a mail: HTML by the layout, and the same as plain text. Pure. */
export function mailOf(
  input: ContentInput,
  layout: HtmlTemplate,
): Extract<Rendered, { kind: 'email' }> {
  const content = contentOf(input);
  return {
    kind: 'email',
    subject: content.subject,
    html: layout.fill(htmlValues(input, content)),
    text: plainText(input, content),
    unsubscribeUrl: input.variables.unsubscribeUrl,
    fromName: plainLine(input.variables.merchantName) || null,
    replyTo: replyTo(input),
  };
}

/** The address for answers: the merchant's support, if there is one and the message may name it. */
function replyTo({ branding, variables, audience }: ContentInput): string | null {
  const { supportEmail } = branding;
  if (audience === 'merchant' || variables.merchantName === '' || supportEmail === null)
    return null;
  return mailAddress(supportEmail) === null ? null : supportEmail;
}

function htmlValues(input: ContentInput, content: Content): HtmlValues {
  const { branding, variables, words, audience } = input;
  const logo = variables.merchantName === '' ? null : branding.logoUrl;
  const brand = plainLine(variables.merchantName);
  const links = choicesOf(input);
  return {
    ...mailColors(variables.merchantName === '' ? null : branding.color),
    language: words.language,
    subject: content.subject,
    preheader: content.gist,
    heading: content.heading,
    logo: logo === null ? [] : [{ src: logo, alt: brand }],
    brand: logo !== null || brand === '' ? [] : [{ brand }],
    progress: audience === 'merchant' ? [] : progressRow(input),
    paragraphs: content.paragraphs.map((text) => ({ text })),
    action: linkable(content.action),
    also: content.also === null ? [] : linkable(content.also),
    table:
      content.facts.length === 0 ? [] : [{ facts: content.facts.map((fact) => ({ ...fact })) }],
    support: supportOf(input).map((link) => ({ ...link, words: words.frame.questions })),
    small: smallPrint(input, content).map((text) => ({ text })),
    choices: links.length === 0 ? [] : [{ links: links.flatMap(linkable) }],
  };
}

/** The link as a list of one; empty if its URL is not of the web and would lead nowhere. */
function linkable({ label, url }: Link): readonly { label: string; url: string }[] {
  return webAddress(url) === null ? [] : [{ label, url }];
}

/**
 * The status shown in the progress bar, by template. Messages about parcels that have left the
 * usual path have no progress bar.
 */
const ON_THE_PATH: Readonly<Partial<Record<TemplateName, Status>>> = {
  created: 'created',
  picked_up: 'picked_up',
  in_transit: 'in_transit',
  at_facility: 'at_facility',
  out_for_delivery: 'out_for_delivery',
  available_for_pickup: 'available_for_pickup',
  delivered: 'delivered',
};

/** The progress bar, with the same steps as on the page of the parcel. */
function progressRow({ template, words }: ContentInput): readonly HtmlValues[] {
  const status = ON_THE_PATH[template];
  if (status === undefined) return [];
  const progress = progressOf(status, false);
  const step = stepNumber(progress);
  const count = progress.steps.length;
  const steps = progress.steps.map((_, index) => ({
    on: index < step ? [{}] : [],
    off: index < step ? [] : [{}],
    gap: index < count - 1 ? [{}] : [],
  }));
  const label = words.frame.progress
    .replace('{step}', String(step))
    .replace('{steps}', String(count));
  return [{ label, steps }];
}

function supportOf({ branding, variables, audience }: ContentInput): readonly Link[] {
  if (audience === 'merchant' || variables.merchantName === '') return [];
  const { supportUrl, supportEmail } = branding;
  if (supportUrl !== null && webAddress(supportUrl) !== null) {
    return [{ label: new URL(supportUrl).hostname.replace(/^www\./, ''), url: supportUrl }];
  }
  const address = supportEmail === null ? null : mailAddress(supportEmail);
  return address === null ? [] : [{ label: supportEmail ?? '', url: address }];
}

/** The small print: why the reader gets the mail, who sends it, and what the law requires. */
function smallPrint(input: ContentInput, { read }: Content): string[] {
  const { branding, variables, words, audience } = input;
  const asks = input.template === 'confirm_subscription';
  const own = variables.merchantName !== '';
  const lines = [
    asks ? '' : fillText(words.frame.why[audience], read),
    variables.pin === null ? '' : words.frame.pin.why,
    own ? (branding.address ?? '').split('\n').map(plainLine).filter(Boolean).join(' · ') : '',
    own ? (branding.texts[words.language]?.footer ?? '') : '',
  ];
  return lines.map(plainLine).filter((line) => line !== '');
}

function choicesOf({ variables, words, template }: ContentInput): readonly Link[] {
  const { preferencesUrl, unsubscribeUrl } = variables;
  const { never_ask: neverAsk, unsubscribe } = words.frame;
  const label = template === 'confirm_subscription' ? neverAsk : unsubscribe;
  return [
    ...(preferencesUrl === null ? [] : [{ label: words.frame.preferences, url: preferencesUrl }]),
    ...(unsubscribeUrl === null ? [] : [{ label, url: unsubscribeUrl }]),
  ];
}

function plainText(input: ContentInput, content: Content): string {
  const linked = (link: Link | null) =>
    link === null || webAddress(link.url) === null ? null : `${link.label}:\n${link.url}`;
  const support = supportOf(input).map(
    ({ label, url }) => `${input.words.frame.questions} ${url.startsWith('mailto:') ? label : url}`,
  );
  const blocks = [
    content.heading,
    ...content.paragraphs,
    linked(content.action),
    content.facts.map(({ name, value }) => `${name}: ${value}`).join('\n'),
    linked(content.also),
    [...support, ...smallPrint(input, content)].join('\n'),
    choicesOf(input)
      .map((link) => linked(link))
      .filter(Boolean)
      .join('\n'),
  ];
  return `${blocks.filter((block) => block !== null && block !== '').join('\n\n')}\n`;
}

/**
 * The backgrounds of the layout (config/templates/mail.mjml) on which a merchant's colour is shown.
 */
const CARD = '#ffffff';
const CARD_DARK = '#181b21';
const PAGE = '#f7f7f5';
/** The colour for merchants that have none. */
const USUAL = '#2447c4';
/**
 * The minimum contrast of a button with its background. Its label is readable anyway; it must only
 * be visible as a button.
 */
const RATIO_SHAPE = 1.3;

/**
 * The variants of a merchant's colour for the places of a mail, readable in light and dark mode.
 */
function mailColors(color: string | null): Readonly<Record<string, string>> {
  const own = color ?? USUAL;
  const visible = (ground: string) => readableOn(own, ground, RATIO_SHAPE);
  const [button, buttonDark] = [visible(CARD), visible(CARD_DARK)];
  return {
    button,
    button_ink: inkOn(button),
    // The page is the darker of the two light backgrounds on which links are shown.
    link: readableOn(own, PAGE),
    link_dark: readableOn(own, CARD_DARK),
    button_dark: buttonDark,
    button_ink_dark: inkOn(buttonDark),
  };
}
