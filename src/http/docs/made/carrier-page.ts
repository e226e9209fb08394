import {
  type AdapterHome,
  type AdapterManifest,
  type CarrierAdapter,
  webhookSecretSetting,
} from '../../../adapters/index.ts';
import { READ_STATUSES } from '../../../kernel/status.ts';
import type { DocumentedCoverage, Mapping } from '../../../normalization/index.ts';
import { type Row, table } from './table.ts';

/** What a carrier's page is made from. */
export interface CarrierFacts {
  readonly adapter: Pick<CarrierAdapter, 'manifest' | 'access'>;
  /** The carrier's README, with links as from `docs/carriers`; empty: there is none. */
  readonly notes: string;
  readonly scorecard: AdapterHome['scorecard'];
  readonly hasSandbox: boolean;
  readonly mapping: Mapping | null;
  readonly coverage: DocumentedCoverage | null;
}

/** Codes of a status that are shown; the mapping has all. */
const CODES_SHOWN = 8;
/** The sections of a README that say where credentials come from. */
const SIGNING_UP = /^(?:Signing up|Access)$/;

/** Returns the page of a carrier as Markdown, as if it were `docs/carriers/ID.md`. Pure. */
export function carrierPage(facts: CarrierFacts): string {
  const { manifest } = facts.adapter;
  const { intro, sections } = sectionsOf(facts.notes);
  const signingUp = sections.filter(({ heading }) => SIGNING_UP.test(heading));
  const others = sections.filter(({ heading }) => !SIGNING_UP.test(heading));
  return [
    `# ${titleOf(manifest)}`,
    `What the hub can do with ${manifest.displayName}, what it needs for that, and what the codes mean.`,
    intro,
    '## What it can do',
    table(abilities(facts)),
    '## What it needs',
    ...needs(facts),
    ...signingUp.map(({ heading, text }) => `### ${heading}\n\n${text}`),
    '## Limits and times',
    table(limitRows(manifest)),
    '## Codes and statuses',
    ...statuses(facts),
    '## Check it',
    ...checks(facts),
    ...others.map(({ heading, text }) => `## ${heading}\n\n${text}`),
    '## Sources',
    manifest.docs
      .map(({ title, url, readOn }) => `- [${title}](${url}) (${readOn ?? 'undated copy'})`)
      .join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function titleOf({ displayName, role }: AdapterManifest): string {
  return role === 'bridge' ? `${displayName} (bridge)` : displayName;
}

/** The parts of a README: what is above its first section, and the sections. */
function sectionsOf(notes: string) {
  const [head = '', ...parts] = notes.split(/^## /m);
  const sections = parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n');
    return { heading: heading.trim(), text: lines.join('\n').trim() };
  });
  return { intro: head.replace(/^# .*$/m, '').trim(), sections };
}

const ROLES = {
  carrier: 'a carrier',
  bridge: 'a bridge: a service that reports parcels of many carriers',
  own: 'your own couriers',
};

function abilities({ adapter: { manifest }, scorecard }: CarrierFacts): readonly Row[] {
  const { name, role = 'carrier', capabilities, push, publicTrackingUrl } = manifest;
  const can = (capability: AdapterManifest['capabilities'][number]) =>
    capabilities.includes(capability) ? 'yes' : 'no';
  return [
    ['id', `\`${name}\``],
    ['it is', ROLES[role]],
    ['polls', can('pull')],
    ['webhooks', push === null ? 'no' : webhooks(push)],
    ['scans by your own people', can('scans')],
    ['proof of delivery', can('proof_of_delivery')],
    ['pickup points', can('pickup_points')],
    ['sending a parcel elsewhere', can('redirect')],
    ['its own tracking page', publicTrackingUrl === null ? 'unknown' : `\`${publicTrackingUrl}\``],
    [
      '[level](../integrators.md#the-levels)',
      scorecard === null
        ? 'not measured'
        : `${scorecard.level ?? 'none'}; ${scorecard.checksPassed} of ${scorecard.checksTotal} checks passed`,
    ],
  ];
}

type Push = NonNullable<AdapterManifest['push']>;

function webhooks({ trust, header, headerConfigurable, replayWindowS, subscription }: Push) {
  const proof = trust === 'signed' ? 'signature' : 'secret';
  return [
    `yes, with a ${proof} in the header \`${header}\``,
    headerConfigurable ? ' or the one set with `WAYBILL_WEBHOOK_HEADER_<CARRIER>`' : '',
    replayWindowS === null
      ? '. A repeated webhook changes nothing'
      : `. Refused when the signed time differs by more than ${replayWindowS} s`,
    subscription === undefined
      ? '. You subscribe in its portal'
      : `. The hub subscribes by API, for each ${subscription.scope}`,
  ].join('');
}

function needs({ adapter: { manifest, access } }: CarrierFacts): readonly string[] {
  const { name, displayName, push } = manifest;
  const fields = access?.credentials ?? [];
  return [
    fields.length === 0
      ? 'The hub needs no credentials.'
      : table(
          fields.map(({ name: member, label, required, secret }) => [
            `\`${member}\``,
            label,
            required ? 'yes' : 'no',
            secret ? 'yes' : 'no',
          ]),
          ['member of `credentials`', `name at ${displayName}`, 'required', 'secret'],
        ),
    ...(fields.length === 0
      ? []
      : [
          'Enter them in the console at *Settings → Carriers*, or with `POST /v1/carrier-accounts` ' +
            '([For merchants](../merchants.md#your-own-account-with-a-carrier)). The hub tries them before it ' +
            'stores them.' +
            (access?.origins.test === null
              ? ''
              : ' A test key may use `carrier_test`, its test system.'),
        ]),
    ...(push === null
      ? []
      : [
          `For webhooks, the secret is \`${webhookSecretSetting(name)}\`, or the account's \`webhook_secrets\` ` +
            '([carrier-webhooks.md](../carrier-webhooks.md)).',
        ]),
  ];
}

function limitRows(manifest: AdapterManifest): readonly Row[] {
  const { limits, zonePolicy, retention, historyCap, pullsFullHistory } = manifest;
  return [
    ['calls', `${callLimits(limits)}. ${limits.source}`],
    ['numbers per call', String(limits.batchMax)],
    [
      'polls of a parcel',
      'when an update is likely ([how often](../merchants.md#when-a-parcel-is-polled-and-the-poll-interval))',
    ],
    ['history in an answer', history(pullsFullHistory, historyCap)],
    ['time zones', zonePolicy],
    ['data retention terms', retention.note],
  ];
}

/** How often the carrier may be called, as it says itself or as we chose. */
export function callLimits(limits: AdapterManifest['limits']): string {
  const { callsPerSecond, callsPerHour, callsPerDay, burst, parcelPauseS } = limits;
  const known = [
    burst === undefined ? null : `${burst.calls} in ${burst.perS} s`,
    // Left out when the burst limit states the same rate.
    callsPerSecond === null || callsPerSecond === (burst?.calls ?? 0) / (burst?.perS ?? 1)
      ? null
      : `${callsPerSecond} per second`,
    callsPerHour === null ? null : `${callsPerHour} per hour`,
    callsPerDay === null ? null : `${callsPerDay} per day`,
    parcelPauseS === undefined ? null : `one per parcel in ${parcelPauseS} s`,
  ].filter((each) => each !== null);
  return known.length === 0 ? 'no published limit' : `at most ${known.join(', ')}`;
}

function history(isFull: boolean, { maxEvents, maxAgeDays }: AdapterManifest['historyCap']) {
  const most = [
    maxEvents === null ? null : `${maxEvents} events`,
    maxAgeDays === null ? null : `${maxAgeDays} days`,
  ].filter((each) => each !== null);
  const kind = isFull ? 'all events' : 'some events';
  return most.length === 0 ? kind : `${kind}, at most ${most.join(' and ')}`;
}

function statuses({ mapping, coverage, adapter }: CarrierFacts): readonly string[] {
  if (mapping === null) return ['There is no valid mapping.'];
  const rows = READ_STATUSES.flatMap((status): Row[] => {
    const codes = mapping.rules
      .filter((rule) => rule.status === status)
      .map(({ match }) => Object.values(match).join(' + '));
    if (codes.length === 0) return [];
    const shown = codes.slice(0, CODES_SHOWN).map((code) => `\`${code}\``);
    const more = codes.length - shown.length;
    const text = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    return [[`\`${status}\``, String(codes.length), text]];
  });
  const order = adapter.manifest.matchOrder.map((keys) => `\`${keys.join(' + ')}\``);
  return [
    [
      coverage === null
        ? ''
        : `${coverage.mapped} of ${coverage.codes} documented codes are mapped; a person has compared ` +
          `${coverage.reviewed} with the documentation. `,
      `Codes are matched by ${order.join(', then ')}; \`none\` changes no status. `,
      '[mappings.md](../mappings.md) says how to correct one.',
    ].join(''),
    table(rows, ['status', 'rules', 'codes']),
  ];
}

function checks({ adapter: { manifest }, hasSandbox }: CarrierFacts): readonly string[] {
  const { name, displayName, capabilities } = manifest;
  const steps = [
    ...(hasSandbox && capabilities.includes('pull')
      ? [
          `Without an account with ${displayName}: a hub with \`WAYBILL_SANDBOX=on\` has one of the simulated carrier, ` +
            'labelled `sandbox`. Register a number of `npx waybill sandbox list` ([sandbox.md](../sandbox.md)).',
        ]
      : []),
    ...(capabilities.includes('pull')
      ? [
          'With credentials: `verification` of `GET /v1/carrier-accounts/{id}` says whether they were accepted, ' +
            'and `health` whether polls and webhooks work.',
        ]
      : []),
    `What a payload means: \`npx waybill carrier parse ${name} FILE\`.`,
    'What the hub knows of a parcel, and why: `GET /v1/shipments/{id}/explain`.',
  ];
  return [steps.map((step) => `- ${step}`).join('\n')];
}
