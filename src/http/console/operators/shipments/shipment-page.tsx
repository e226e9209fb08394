import { describe } from '../../../../normalization/index.ts';
import { shipmentJson } from '../../../../tracking/ports/shipments.ts';
import { useMessages } from '../../kit/language.ts';
import { Layout } from '../layout.tsx';
import type { ConsoleDeps, PageCall } from '../visit.ts';
import { CourierNotes, Custody } from './custody.tsx';
import { AT } from './find-page.tsx';
import { ShipmentFacts, StatusTag } from './headline.tsx';
import { Proofs } from './proofs.tsx';
import { Cases, Commands, LinkedParcels } from './related.tsx';
import type { ShipmentSnapshot, Sight } from './shipment-snapshot.ts';
import { ShipmentTimeline } from './timeline.tsx';

interface Props {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly snapshot: ShipmentSnapshot;
  readonly sight: Sight;
  /** Slug of its merchant. */
  readonly merchant: string | undefined;
}

/** Everything known about one parcel, for operators. */
export function ShipmentPage({ deps, call, snapshot, sight, merchant }: Props) {
  const { shipment } = snapshot.view;
  const title = shipment.trackingNumber;
  const texts = useMessages();
  const words = texts.console.shipments;
  const shown = shipmentJson(shipment, deps.parts.publicUrl());
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title={title} at={AT}>
      <p class="crumbs">
        <a href={AT}>{words.title}</a>
      </p>
      <h1 class="number">
        {title} <StatusTag status={shipment.state.status} reason={shipment.state.subStatus} />
      </h1>
      <ShipmentFacts
        snapshot={snapshot}
        sight={sight}
        merchant={merchant ?? words.nobody}
        shown={shown}
      />
      <Cases cases={snapshot.cases} sight={sight} />
      <Proofs snapshot={snapshot} sight={sight} />
      <Custody custody={snapshot.custody} sight={sight} />
      {sight.seesPeople && snapshot.courierNotes.length > 0 && (
        <CourierNotes notes={snapshot.courierNotes} />
      )}
      <ShipmentTimeline
        snapshot={snapshot}
        describe={(event) => describe(texts.status, event)}
        nowMs={sight.nowMs}
      />
      <Commands commands={snapshot.view.commands} sight={sight} />
      <LinkedParcels links={snapshot.view.links} sight={sight} />
    </Layout>
  );
}
