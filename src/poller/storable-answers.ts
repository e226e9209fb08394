import type { BridgeDesk } from '../adapters/contract/bridge.ts';
import type { CarrierAdapter } from '../adapters/contract/contract.ts';
import { storable } from '../kernel/wire/storable.ts';

type AdapterOf = (carrier: string) => CarrierAdapter | undefined;

/**
 * Makes the adapters' answers fit for storage: one character that the database rejects, in one
 * reason or piece, must not cost all numbers of a call, at every retry. The carrier's own text
 * (`answer`) is unchanged: it is stored as bytes.
 */
export function withStorableAnswers(adapterOf: AdapterOf): AdapterOf {
  const wrapped = new WeakMap<CarrierAdapter, CarrierAdapter>();
  return (carrier) => {
    const adapter = adapterOf(carrier);
    if (adapter === undefined) return undefined;
    const known = wrapped.get(adapter) ?? withStorableTexts(adapter);
    wrapped.set(adapter, known);
    return known;
  };
}

/** Returns the adapter with all texts of its outcomes made storable. */
function withStorableTexts(adapter: CarrierAdapter): CarrierAdapter {
  const { bridge, track, subscribe, proofOfDelivery } = adapter;
  return {
    manifest: adapter.manifest,
    numbers: adapter.numbers,
    parse: (payload) => storable(adapter.parse(payload)),
    ...(adapter.webhook === undefined ? {} : { webhook: adapter.webhook }),
    ...(adapter.access === undefined ? {} : { access: adapter.access }),
    ...(bridge === undefined ? {} : { bridge: withStorableDesk(bridge) }),
    ...(track === undefined
      ? {}
      : {
          async track(numbers, session) {
            const outcomes = await track.call(adapter, numbers, session);
            return outcomes.map((each) => (each.outcome === 'answer' ? each : storable(each)));
          },
        }),
    ...(subscribe === undefined
      ? {}
      : {
          async subscribe(numbers, hook, session) {
            return storable(await subscribe.call(adapter, numbers, hook, session));
          },
        }),
    ...(proofOfDelivery === undefined
      ? {}
      : {
          async proofOfDelivery(shipment, session) {
            return storable(await proofOfDelivery.call(adapter, shipment, session));
          },
        }),
  };
}

function withStorableDesk(desk: BridgeDesk): BridgeDesk {
  const { parcelsPerCall, register, stop, quota } = desk;
  return {
    parcelsPerCall,
    register: async (parcels, session) => storable(await register.call(desk, parcels, session)),
    ...(stop === undefined
      ? {}
      : {
          async stop(parcels, session) {
            return storable(await stop.call(desk, parcels, session));
          },
        }),
    ...(quota === undefined ? {} : { quota: (session) => quota.call(desk, session) }),
  };
}
