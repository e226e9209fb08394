import type { Mistake } from './mistake.ts';

/** A desk form that is filled in wrongly. */
export interface DeskMistake extends Mistake {
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
  readonly status: number;
  /** Default: the owner. */
  readonly as?: 'analyst';
}

export const DESK_MISTAKES: readonly DeskMistake[] = [
  {
    ...{ what: 'an invitation to no address', path: '/console/members', status: 422 },
    form: { email: 'ada', role: 'support' },
    ...{ where: /address/, mend: /Write an email address/ },
  },
  {
    ...{ what: 'an invitation without a role', path: '/console/members', status: 422 },
    form: { email: 'ada@shop.example' },
    ...{ where: /role/, mend: /choose a role/ },
  },
  {
    ...{ what: 'a webhook without https', path: '/console/webhooks', status: 422 },
    form: { url: 'shop.example/hooks' },
    ...{ where: /URL/, mend: /https:\/\// },
  },
  {
    ...{ what: 'a webhook for an event that there is not', path: '/console/webhooks', status: 422 },
    form: { url: 'https://shop.example/hooks', event: 'parcel.lost' },
    ...{ where: /events/, mend: /Choose .* list/ },
  },
  {
    ...{ what: 'a webhook to the office', path: '/console/webhooks', status: 422 },
    form: { url: 'https://10.0.0.7/hooks' },
    ...{ where: /url|address/i, mend: /public|internet|allow/i },
  },
  {
    ...{ what: 'a key without a name', path: '/console/keys', status: 422 },
    form: { name: '', scope: 'shipments:read' },
    ...{ where: /name/i, mend: /[Ww]rite|[Gg]ive|[Ss]end/ },
  },
  {
    ...{ what: 'a key that may do nothing', path: '/console/keys', status: 422 },
    form: { name: 'shop' },
    ...{ where: /may do|scope|permission|allowed/i, mend: /[Cc]hoose|tick/ },
  },
  {
    ...{ what: 'a colour by its name', path: '/console/look', status: 422 },
    form: { color: 'dark blue' },
    ...{ where: /colou?r/i, mend: /#/ },
  },
  {
    ...{ what: 'a logo without https', path: '/console/look', status: 422 },
    form: { logo_url: 'logo.png' },
    ...{ where: /logo/i, mend: /https/ },
  },
  {
    ...{ what: 'a port that is not a number', path: '/console/sender', status: 422 },
    form: { host: 'mail.shop.example', port: 'smtp', from_address: 'shop@shop.example' },
    ...{ where: /port/i, mend: /\d/ },
  },
  {
    ...{ what: 'a sender that is not an address', path: '/console/sender', status: 422 },
    form: { host: 'mail.shop.example', from_address: 'the shop' },
    ...{ where: /from|address/i, mend: /address/ },
  },
  {
    ...{ what: 'an account without its carrier', path: '/console/carriers', status: 422 },
    form: { name: 'main' },
    ...{ where: /carrier/i, mend: /[Cc]hoose/ },
  },
  {
    ...{ what: 'nothing chosen', path: '/console/shipments', status: 303 },
    form: { do: 'refresh' },
    ...{ where: /parcel|shipment|chosen/i, mend: /tick/ },
  },
  {
    ...{ what: 'a tag with a line break', path: '/console/shipments/{id}/tags', status: 422 },
    form: { tags: 'a\nb' },
    ...{ where: /tag/i, mend: /line|characters/ },
  },
  {
    ...{ what: 'a status that there is not', path: '/console/shipments/{id}/status', status: 422 },
    form: { status: 'shipped' },
    ...{ where: /status/i, mend: /[Cc]hoose/ },
  },
  {
    ...{ what: 'an erasure by mistake', path: '/console/shipments/{id}/erase', status: 400 },
    form: {},
    ...{ where: /eras|delet|sure/i, mend: /tick|confirm|choose/i },
  },
  {
    ...{ what: 'a view without a name', path: '/console/views', status: 422 },
    form: { name: '', query: 'status=exception' },
    ...{ where: /name/i, mend: /characters|name/i },
  },
  {
    ...{ what: 'the wrong password', path: '/console/password', status: 422 },
    form: { current: 'not this one', next: 'five other words will do' },
    ...{ where: /password/i, mend: /current|again|write/i },
  },
  {
    ...{ what: 'a password of three letters', path: '/console/password', status: 422 },
    form: { current: 'four words are enough', next: 'abc' },
    ...{ where: /password/i, mend: /\d+ (?:characters|letters)/ },
  },
  {
    ...{ what: 'a form of another session', path: '/console/webhooks', status: 403 },
    form: { url: 'https://shop.example/hooks', csrf: 'stale' },
    ...{ where: /page|session|form/i, mend: /again|Reload|Open/i },
  },
  {
    ...{ what: 'what only owners may', path: '/console/members', as: 'analyst', status: 403 },
    form: { email: 'ada@shop.example', role: 'owner' },
    ...{ where: /role|analyst|may/i, mend: /owner|ask/i },
  },
];
