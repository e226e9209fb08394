import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { type LinkPurpose, readLink } from '../../../platform/sealing/signed-links.ts';
import { findShipmentOfAnyTenant } from '../../../tracking/ports/shipments.ts';
import { type ChannelKind, MILESTONES, type Milestone } from '../contract.ts';
import {
  preferenceById,
  type StoredPreference,
  savePreference,
} from '../people/preferences.sql.ts';
import type { Preference } from '../policy/decide.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { RulesInForce } from '../rules/rules-in-force.ts';
import { readOptOut, readPreferencesSubject } from './opt-out.ts';
import {
  activate,
  endSubscription,
  hasOptedOut,
  optOut,
  subscriptionById,
} from './subscriptions.sql.ts';

interface ByLinkDeps {
  readonly rules: Pick<RulesInForce, 'now'>;
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

/** What the holder of a link in a message may see and do, without signing in. */
export interface ByLink {
  /**
   * What a confirming link would do now. Only `confirm` does it, because mail scanners open links.
   */
  confirmation(token: string): Promise<'open' | 'done' | 'expired' | 'unknown'>;
  confirm(token: string): Promise<'done' | 'expired' | 'unknown'>;
  unsubscription(token: string): Promise<Unsubscription | null>;
  /**
   * Unsubscribes. It is idempotent, and also accepts expired links: everybody must be able to
   * unsubscribe. False: the link is forged.
   */
  unsubscribe(token: string): Promise<boolean>;
  preferences(token: string): Promise<PreferencesByLink | 'expired' | 'unknown'>;
  savePreferences(token: string, wanted: Preference): Promise<'saved' | 'expired' | 'unknown'>;
  /** The merchant and the parcel of a link, as far as its holder may see them. */
  about(token: string): Promise<LinkAbout>;
}

interface LinkAbout {
  /** The merchant; null: it must not be named. */
  readonly merchant: Tenant | null;
  /** The parcel; null: the link is about all of the merchant's, or the parcel was deleted. */
  readonly parcel: { readonly carrier: string; readonly trackingNumber: string } | null;
}

const ABOUT_NOTHING: LinkAbout = { merchant: null, parcel: null };

export interface Unsubscription {
  /**
   * What was unsubscribed from: one parcel's messages, all messages of the merchant by this
   * channel, or being asked by anybody on this installation.
   */
  readonly of: 'parcel' | 'merchant' | 'installation';
  readonly done: boolean;
}

export interface PreferencesByLink extends Preference {
  readonly channel: ChannelKind;
  /** The milestones of which the merchant's rules notify people by this channel. */
  readonly offered: readonly Milestone[];
}

/** Implements the links. They name what they are about; the address itself is never shown. */
export function createByLink(deps: ByLinkDeps): ByLink {
  return new LinkActions(deps);
}

class LinkActions implements ByLink {
  readonly #deps: ByLinkDeps;

  constructor(deps: ByLinkDeps) {
    this.#deps = deps;
  }

  async about(token: string): Promise<LinkAbout> {
    const subject = this.#subjectOf(token, 'confirm_subscription');
    if (subject !== null) return this.#aboutSubscription(subject.subject);
    const ended = this.#subjectOf(token, 'unsubscribe');
    if (ended !== null) {
      const { kind, id } = unsubscribeSubject(ended.subject);
      return kind === 'parcel' ? this.#aboutSubscription(id) : ABOUT_NOTHING;
    }
    const chosen = this.#subjectOf(token, 'preferences');
    if (chosen === null) return ABOUT_NOTHING;
    const { preferenceId, isNamed } = readPreferencesSubject(chosen.subject);
    const found = isNamed ? await preferenceById(this.#pipeline, preferenceId) : null;
    return { merchant: found?.tenant ?? null, parcel: null };
  }

  async confirmation(token: string): Promise<'open' | 'done' | 'expired' | 'unknown'> {
    const link = this.#subjectOf(token, 'confirm_subscription');
    const found = link && (await subscriptionById(this.#pipeline, link.subject));
    if (!link || found?.state === 'ended') return 'unknown';
    if (found?.state === 'active') return 'done';
    if (link.expired) return 'expired';
    return found === null ? 'unknown' : 'open';
  }

  async confirm(token: string): Promise<'done' | 'expired' | 'unknown'> {
    const link = this.#subjectOf(token, 'confirm_subscription');
    if (link === null) return 'unknown';
    if (link.expired) return 'expired';
    return (await activate(this.#pipeline, link.subject, this.#nowMs)) ? 'done' : 'unknown';
  }

  async unsubscription(token: string): Promise<Unsubscription | null> {
    const out = this.#optOutOf(token);
    if (out !== null) return { of: 'installation', done: await hasOptedOut(this.#pipeline, out) };
    const link = this.#subjectOf(token, 'unsubscribe');
    if (link === null) return null;
    const { kind, id } = unsubscribeSubject(link.subject);
    if (kind === 'parcel') {
      const found = await subscriptionById(this.#pipeline, id);
      return { of: kind, done: found === null || found.state === 'ended' };
    }
    const found = await preferenceById(this.#pipeline, id);
    return { of: kind, done: found === null || found.unsubscribed };
  }

  async unsubscribe(token: string): Promise<boolean> {
    const out = this.#optOutOf(token);
    if (out !== null) {
      await optOut(this.#pipeline, out, this.#nowMs);
      return true;
    }
    const link = this.#subjectOf(token, 'unsubscribe');
    if (link === null) return false;
    const { kind, id } = unsubscribeSubject(link.subject);
    if (kind === 'parcel') {
      await endSubscription(this.#pipeline, id, this.#nowMs);
      return true;
    }
    const found = await preferenceById(this.#pipeline, id);
    if (found !== null) {
      await savePreference(this.#pipeline, id, { ...found, unsubscribed: true }, this.#nowMs);
    }
    return true;
  }

  async preferences(token: string): Promise<PreferencesByLink | 'expired' | 'unknown'> {
    const found = await this.#byPreferenceLink(token);
    if (typeof found === 'string') return found;
    const { rules: set } = await this.#deps.rules.now(found.tenant);
    return { ...found, offered: offeredBy(set, found.channel) };
  }

  async savePreferences(
    token: string,
    wanted: Preference,
  ): Promise<'saved' | 'expired' | 'unknown'> {
    const found = await this.#byPreferenceLink(token);
    if (typeof found === 'string') return found;
    await savePreference(this.#pipeline, found.id, wanted, this.#nowMs);
    return 'saved';
  }

  get #pipeline(): Database['pipeline'] {
    return this.#deps.db.pipeline;
  }

  get #nowMs(): number {
    return this.#deps.clock.nowMs();
  }

  #subjectOf(token: string, purpose: LinkPurpose) {
    const verdict = readLink(this.#deps.keyring, token, this.#nowMs);
    if (verdict.kind === 'forged' || verdict.claim.purpose !== purpose) return null;
    return { subject: verdict.claim.subject, expired: verdict.kind === 'expired' };
  }

  #optOutOf(token: string) {
    const link = this.#subjectOf(token, 'opt_out');
    return link && readOptOut(link.subject);
  }

  async #byPreferenceLink(token: string): Promise<StoredPreference | 'expired' | 'unknown'> {
    const link = this.#subjectOf(token, 'preferences');
    if (link === null) return 'unknown';
    if (link.expired) return 'expired';
    const { preferenceId } = readPreferencesSubject(link.subject);
    return (await preferenceById(this.#pipeline, preferenceId)) ?? 'unknown';
  }

  async #aboutSubscription(id: string): Promise<LinkAbout> {
    const found = await subscriptionById(this.#pipeline, id);
    if (found === null) return ABOUT_NOTHING;
    const shipment = await findShipmentOfAnyTenant(this.#deps, found.shipmentId);
    const { tenant, branded } = found;
    return {
      merchant: branded ? tenant : null,
      parcel: shipment && {
        carrier: shipment.carrier,
        trackingNumber: shipment.trackingNumber,
      },
    };
  }
}

/** The milestones of which people (not the merchant) can be notified by a channel. */
function offeredBy({ rules }: RuleSet, channel: ChannelKind): readonly Milestone[] {
  const fit = rules.filter(
    ({ enabled, channels, audience }) =>
      enabled && channels.includes(channel) && audience.some((each) => each !== 'merchant'),
  );
  const named = new Set(fit.flatMap(({ milestones }) => milestones));
  return MILESTONES.filter((milestone) => named.has(milestone));
}

/**
 * Reads the subject of an unsubscribe link: `s_` and the id of a subscription, or `r_` and the id
 * of an address's preferences with a merchant.
 */
function unsubscribeSubject(subject: string): { kind: 'parcel' | 'merchant'; id: string } {
  return { kind: subject.startsWith('s_') ? 'parcel' : 'merchant', id: subject.slice(2) };
}
