import { type Describe, shipmentJson } from '../../../../tracking/index.ts';
import { Layout } from '../../../console/parts/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../../console/visit.ts';
import { CourierNotes } from '../../couriers/console-notes.tsx';
import { Cases } from './cases.tsx';
import { Custody } from './custody.tsx';
import { AT } from './find-page.tsx';
import { ShipmentFacts, StatusTag } from './headline.tsx';
import { Proofs } from './proofs.tsx';
import { Commands, LinkedParcels } from './related.tsx';
import type { SeenShipment } from './seen-shipment.ts';
import type { Sight } from './sight.ts';
import { ShipmentTimeline } from './timeline.tsx';

interface Props {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly seen: SeenShipment;
  readonly sight: Sight;
  /** Slug of whose it is. */
  readonly merchant: string;
  readonly describe: Describe;
}

/** One parcel with everything that is known of it, for operators. */
export function ShipmentPage({ deps, call, seen, sight, merchant, describe }: Props) {
  const { shipment } = seen.view;
  const title = shipment.trackingNumber;
  const shown = shipmentJson(shipment, deps.parts.publicUrl());
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title={title} at={AT}>
      <p class="crumbs">
        <a href={AT}>Shipments</a>
      </p>
      <h1 class="number">
        {title} <StatusTag status={shipment.state.status} reason={shipment.state.subStatus} />
      </h1>
      <ShipmentFacts seen={seen} sight={sight} merchant={merchant} shown={shown} />
      <Cases cases={seen.cases} sight={sight} />
      <Proofs seen={seen} sight={sight} />
      <Custody custody={seen.custody} sight={sight} />
      {sight.seesPeople && seen.courierNotes.length > 0 && (
        <CourierNotes notes={seen.courierNotes} />
      )}
      <ShipmentTimeline seen={seen} describe={describe} />
      <Commands commands={seen.view.commands} sight={sight} />
      <LinkedParcels links={seen.view.links} sight={sight} />
    </Layout>
  );
}
