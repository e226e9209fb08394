import type { Facility } from '../../intake/index.ts';
import { missingProofs, type ProofKind } from '../../kernel/proof-kinds.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Mapping } from '../../normalization/index.ts';
import { withTenant } from '../../platform/database/database.ts';
import { type CommandAttempt, commandAttempts } from '../commands/command-attempts.sql.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { EMPTY_HISTORY, foldInput, type History } from '../facts/history.ts';
import { fold } from '../fold/fold.ts';
import type { FoldState } from '../fold/fold-input.ts';
import { linksOfShipment, type ShownLink } from '../instances/linked.sql.ts';
import { placeOfRule } from '../mappings/overlay-text.ts';
import { openPersonal, type Personal } from '../personal.ts';
import { unknownAddress } from '../places/shipment-places.sql.ts';
import { givenProofKinds } from '../proofs/delivery-proofs.sql.ts';
import type { PublicTrack } from '../public/public-track.ts';
import { trackOf } from '../record/projection.ts';
import { proofWindow } from '../record/proof-window.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentById, shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { type Explanation, explain } from './explain.ts';
import { type TimelineEvent, timeline } from './timeline.ts';

/** A timeline event with its facility, if that is known now. */
export interface ShownEvent extends TimelineEvent {
  readonly facility: Pick<Facility, 'id' | 'name' | 'type' | 'lat' | 'lng'> | null;
}

/** A shipment as its merchant sees it. */
export interface ShipmentView {
  readonly shipment: Shipment;
  readonly personal: Personal;
  readonly events: readonly ShownEvent[];
  readonly links: readonly ShownLink[];
  /** The merchant's commands, newest first. */
  readonly commands: readonly CommandAttempt[];
  /** The time window that selects this instance's proofs among those of its number. */
  readonly proofs: ReturnType<typeof proofWindow>;
  /** The proofs that a delivery requires and lacks. */
  readonly missingProof: readonly ProofKind[];
  /** The hash of an address that was not found; null if it was found, or nobody looked. */
  readonly unknownAddress: string | null;
}

/** Returns a shipment as its merchant sees it; null when the tenant has no such shipment. */
export async function viewShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
): Promise<ShipmentView | null> {
  const found = await loadFolded(deps, tenant, id);
  if (found === null) return null;
  const { shipment, history, folded } = found;
  const { requireProof } = shipment;
  const { links, siblings, commands, given, unknown } = await withTenant(
    deps.db.app,
    tenant,
    async (tx) => ({
      links: await linksOfShipment(tx, id),
      commands: await commandAttempts(tx, deps, id),
      siblings: await shipmentsByNumber(tx, [shipment]),
      unknown: await unknownAddress(tx, id),
      given: requireProof.length === 0 ? [] : await givenProofKinds(tx, id),
    }),
  );
  return {
    shipment,
    personal: openPersonal(shipment.sealedPersonal, deps.sealer),
    events: shownEvents(deps, tenant, shipment, history, folded),
    links,
    commands,
    proofs: proofWindow(shipment, siblings),
    missingProof: missingProofs(requireProof, given),
    unknownAddress: unknown,
  };
}

/** Returns the timeline of a shipment, newest first, each event with its facility. */
export function shownEvents(
  deps: TrackingDeps,
  tenant: Tenant,
  { carrier, destinationZone }: Shipment,
  history: History,
  folded: FoldState,
): ShownEvent[] {
  return timeline(history, folded, destinationZone).map((event) => {
    const facility = event.place && deps.facilityOf?.(tenant, { carrier, ...event.place });
    return { ...event, facility: facility ?? null };
  });
}

/**
 * Returns the shipment for its own recipient, with its merchant's commands and all reports, even if
 * others have the number and the public answer is neutral. Null when not found.
 */
export async function trackOfShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
): Promise<PublicTrack | null> {
  const found = await loadFolded(deps, tenant, id);
  return found === null ? null : trackOf(found, deps.context().describe);
}

/** Returns every fact with its verdict and the rule behind it. Null when not found. */
export async function explainShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
): Promise<{ shipment: Shipment; explanation: Explanation } | null> {
  const found = await loadFolded(deps, tenant, id);
  if (found === null) return null;
  const { shipment, history, folded } = found;
  const policy = deps.context().policyOf(shipment.carrier);
  const mappings = await mappingsOf(deps, shipment.carrier, history);
  const facts = foldInput(history, policy, shipment.createdAtMs).facts.map((fact) => {
    const { codes, reading, readBefore } = history.facts.get(fact.identity) ?? {};
    const mapping = mappings.get(reading?.mappingVersion ?? '') ?? null;
    const match = reading?.rule ?? null;
    return {
      fact,
      codes: codes ?? {},
      mappingVersion: mapping?.version ?? reading?.mappingVersion ?? null,
      mappingRule: match && { match, place: mapping && placeOfRule(mapping, match) },
      readBefore: readBefore
        ? {
            ...readBefore,
            mappingVersion:
              mappings.get(readBefore.mappingVersion)?.version ?? readBefore.mappingVersion,
          }
        : null,
    };
  });
  return { shipment, explanation: explain(folded, facts, shipment.destinationZone) };
}

/**
 * Returns the mapping versions that read these facts, by the short form in which facts name them,
 * as far as they are stored.
 */
async function mappingsOf(
  { mappingOf }: TrackingDeps,
  carrier: string,
  history: History,
): Promise<ReadonlyMap<string, Mapping>> {
  const known = new Map<string, Mapping>();
  if (mappingOf === undefined) return known;
  const readers = new Map<string, string>();
  for (const { source, bridge = carrier, reading, readBefore } of history.facts.values()) {
    if (source !== 'carrier' && source !== 'bridge') continue;
    readers.set(reading.mappingVersion, bridge);
    if (readBefore) readers.set(readBefore.mappingVersion, bridge);
  }
  for (const [version, reader] of readers) {
    const mapping = await mappingOf(reader, version);
    if (mapping !== null) known.set(version, mapping);
  }
  return known;
}

interface Loaded {
  readonly shipment: Shipment;
  readonly history: History;
  readonly folded: FoldState;
}

/** Loads a shipment of the tenant with its history and folds it; null if there is none. */
async function loadFolded(deps: TrackingDeps, tenant: Tenant, id: string): Promise<Loaded | null> {
  const found = await withTenant(deps.db.app, tenant, async (tx) => {
    const shipment = await shipmentById(tx, id);
    if (shipment === null) return null;
    const histories = await loadHistories(tx, [id]);
    return { shipment, history: histories.get(id) ?? EMPTY_HISTORY };
  });
  if (found === null) return null;
  const policy = deps.context().policyOf(found.shipment.carrier);
  return { ...found, folded: fold(foldInput(found.history, policy, found.shipment.createdAtMs)) };
}
