import type { Proof } from '../../../../intake/index.ts';
import { wireId } from '../../../../kernel/wire/wire-ids.ts';
import type { Messages } from '../../../../platform/messages/shape.ts';
import type { ShownProof } from '../../../../tracking/ports/proofs.ts';
import { iso, type Personal } from '../../../../tracking/ports/shipments.ts';
import { isShown } from '../../../kit/file-types.ts';
import { useMessages } from '../../kit/language.ts';
import { FoldedCard } from '../../kit/layout.tsx';
import { Instant, Tag, type Tone } from '../../kit/pieces.tsx';
import { CourierName } from './custody.tsx';
import type { ShipmentSnapshot, Viewer } from './shipment-snapshot.ts';

interface Props {
  readonly snapshot: Pick<ShipmentSnapshot, 'view' | 'own' | 'carrierProofs' | 'custody'>;
  readonly viewer: Viewer;
}

/** Proofs of the handover: which are required, which exist, and which are missing. */
export function Proofs({ snapshot, viewer }: Props) {
  const words = useMessages().shipmentPage.related;
  const { own, carrierProofs, custody } = snapshot;
  // Before, nothing can be missing.
  const isDelivered = own.shipment.state.status === 'delivered';
  const isEmpty = own.proofs.length === 0 && carrierProofs.length === 0;
  if (isEmpty && own.required.length === 0) return null;
  const names = new Map(custody.map(({ courierId, name }) => [wireId('courier', courierId), name]));
  const receiver = viewer.seesPeople
    ? own.proofs.find(({ receivedBy }) => receivedBy !== null)
    : null;
  return (
    <FoldedCard id="proofs" title={words.proof} brief={receiver?.receivedBy ?? undefined}>
      {own.required.length > 0 && !(isDelivered && own.missing.length === 0) && (
        <p>
          {isDelivered ? words.required : words.atHandover}{' '}
          {own.required.map((kind) => {
            const isMissing = own.missing.includes(kind);
            return (
              <>
                <Tag key={kind} tone={!isMissing ? 'good' : isDelivered ? 'bad' : 'plain'}>
                  {isMissing && isDelivered
                    ? words.missing({ what: words.kinds[kind] })
                    : words.kinds[kind]}
                </Tag>{' '}
              </>
            );
          })}
        </p>
      )}
      {own.proofs.map((proof) => (
        <OneProof
          key={proof.id}
          {...{ proof, names, viewer }}
          destination={snapshot.view.personal.destination}
        />
      ))}
      {carrierProofs.length > 0 && (
        <div class="card">
          <p>{words.fromCarrier}</p>
          <Files files={carrierProofs} viewer={viewer} />
        </div>
      )}
      {!isEmpty && !viewer.seesPeople && <p class="soft">{words.onlyForChangers}</p>}
      {viewer.seesPeople && own.proofs.some(({ kinds }) => kinds.length > 0) && (
        <p>
          <a href={viewer.pathOf.proofDocument} download>
            {words.proofDocument}
          </a>
        </p>
      )}
    </FoldedCard>
  );
}

const PINS: Readonly<Record<NonNullable<ShownProof['pinOutcome']>, Tone>> = {
  matched: 'good',
  wrong: 'bad',
  locked: 'bad',
  not_required: 'plain',
};

interface OneProps {
  readonly proof: ShownProof;
  /** Couriers' names by their ids. */
  readonly names: ReadonlyMap<string, string | null>;
  readonly viewer: Viewer;
  readonly destination: Personal['destination'];
}

function OneProof({ proof, names, viewer, destination }: OneProps) {
  const words = useMessages().shipmentPage.related;
  const { givenBy, giverId, kinds, pinOutcome, receivedBy, isErased, files } = proof;
  return (
    <div class="card">
      <p>
        <Instant at={iso(proof.capturedAtMs)} nowMs={viewer.nowMs} />{' '}
        <span class="soft">
          {words.by}{' '}
          {givenBy === 'courier' && giverId !== null ? (
            <CourierName id={giverId} name={names.get(giverId) ?? null} viewer={viewer} />
          ) : (
            words.system
          )}
        </span>{' '}
        {kinds.map(
          (kind) =>
            // The name itself is below.
            !(kind === 'name' && viewer.seesPeople && receivedBy !== null) && (
              <>
                <Tag key={kind}>{words.kinds[kind]}</Tag>{' '}
              </>
            ),
        )}
        {pinOutcome !== null && <Tag tone={PINS[pinOutcome]}>{words.pins[pinOutcome]}</Tag>}
      </p>
      {isErased && <p class="soft">{words.erased}</p>}
      {viewer.seesPeople && (receivedBy !== null || proof.place !== null) && (
        <dl class="facts">
          {receivedBy !== null && (
            <>
              <dt>{words.receivedBy}</dt>
              <dd>{receivedBy}</dd>
            </>
          )}
          {proof.place !== null && (
            <>
              <dt>{words.place}</dt>
              <dd>
                <Place place={proof.place} destination={destination} />
              </dd>
            </>
          )}
        </dl>
      )}
      {viewer.seesPeople && files.length > 0 && <Files files={files} viewer={viewer} />}
    </div>
  );
}

/** A distance beyond this, plus the phone's stated accuracy, deserves a question. */
const FAR_M = 250;

interface PlaceProps extends Pick<OneProps, 'destination'> {
  readonly place: NonNullable<ShownProof['place']>;
}

/** Where it was handed over: how far from the address; the coordinates on demand. */
function Place({ place, destination }: PlaceProps) {
  const words = useMessages().shipmentPage.related;
  const street = destination?.['line1'];
  const { lat, lng, accuracyM, distanceM } = place;
  const isFar = distanceM !== null && distanceM > FAR_M + (accuracyM ?? 0);
  return (
    <>
      {typeof street === 'string' && !isFar && street}{' '}
      {distanceM === null ? (
        <span class="soft">{words.addressUnknown}</span>
      ) : (
        <Tag tone={isFar ? 'warn' : 'good'}>{words.fromAddress({ metres: distanceM })}</Tag>
      )}{' '}
      <details class="why">
        <summary>{words.coordinates}</summary>
        <p>
          {lat.toFixed(5)}, {lng.toFixed(5)}
          {accuracyM !== null && ` ± ${Math.round(accuracyM)} m`}
        </p>
      </details>
    </>
  );
}

/** Other kinds keep the carrier's name for them. */
function kindOf({ kinds }: Messages['shipmentPage']['related'], { kind }: Proof): string {
  return Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds] : kind.replaceAll('_', ' ');
}

function Files({ files, viewer }: { readonly files: readonly Proof[]; readonly viewer: Viewer }) {
  const words = useMessages().shipmentPage.related;
  return (
    <ul class="evidence">
      {files.map((file, index) => (
        <li key={file.id}>
          {isShown(file.mediaType) && viewer.seesPeople && (
            <a class="picture" href={viewer.pathOf.proof(file.id)}>
              <img
                class="thumb"
                src={viewer.pathOf.proof(file.id)}
                alt={words.larger({ what: `${kindOf(words, file)} ${index + 1}` })}
                loading="lazy"
              />
            </a>
          )}
          <p class="soft">
            {kindOf(words, file)}, {Math.ceil(file.sizeBytes / 1_024)} KiB{' '}
            {viewer.seesPeople && (
              <a href={`${viewer.pathOf.proof(file.id)}?download`} download>
                {words.download}
                <span class="unseen">{` ${kindOf(words, file)} ${index + 1}`}</span>
              </a>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
