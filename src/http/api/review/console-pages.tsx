import { capitalized } from '../../../kernel/capitalized.ts';
import { READ_STATUSES } from '../../../kernel/status.ts';
import { PostForm } from '../../console/kit/fields.tsx';
import { useMessages, useReasons } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import {
  Action,
  Codes,
  Empty,
  Instant,
  RawText,
  Share,
  ShipmentLink,
  Tag,
} from '../../console/kit/pieces.tsx';
import type { DeskPageProps, DeskVisitor } from '../../console/kit/visit.ts';
import { NOTE_CHARS_MAX } from '../dead-letters/schema.ts';
import type { reviewJson } from './routes.ts';

type Entry = ReturnType<typeof reviewJson>;

interface ListProps extends DeskPageProps {
  readonly entries: readonly Entry[];
  readonly nextCursor: string | null;
}

export function ReviewPage({ deps, call, entries, nextCursor }: ListProps) {
  const words = useMessages().console.review;
  const called = useCarrierNames(deps);
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at="/console/hub/review">
      <PageHead title={words.title} lead={words.lead} />
      {entries.length === 0 ? (
        <Empty says={words.empty} />
      ) : (
        <ul class="cards">
          {entries.map((entry) => (
            <li key={entry.id} class="card">
              <EntryHead
                entry={entry}
                carrier={called(entry.carrier)}
                nowMs={deps.parts.clock.nowMs()}
              />
              <GuessShown entry={entry} />
              <div class="row">
                {call.visitor.power === 'write' && (
                  <>
                    <Accept entry={entry} />
                    <Action
                      to={`/console/hub/review/${entry.id}/dismiss`}
                      label={words.ignore}
                      about={Object.values(entry.codes).join(' ')}
                    />
                  </>
                )}
                <a href={`/console/hub/review/${entry.id}`}>
                  {words.details}
                  <span class="unseen">
                    {' '}
                    {words.detailsOf({ codes: Object.values(entry.codes).join(' ') })}
                  </span>
                </a>
              </div>
            </li>
          ))}
        </ul>
      )}
      {nextCursor !== null && (
        <a class="more" href={`/console/hub/review?cursor=${nextCursor}`}>
          {words.lessFrequent}
        </a>
      )}
    </DeskLayout>
  );
}

interface EntryHeadProps {
  readonly entry: Entry;
  /** The carrier's name. */
  readonly carrier: string;
  readonly nowMs: number;
}

function EntryHead({ entry, carrier, nowMs }: EntryHeadProps) {
  const words = useMessages().console.review;
  return (
    <>
      <h2>
        <span class="soft">{carrier}</span> <Codes codes={entry.codes} />
      </h2>
      <p class="soft">
        {words.seen({
          count: entry.seen,
          parcels: entry.parcels_touched,
          isMore: String(entry.parcels_touched_is_more),
        })}{' '}
        <Instant at={entry.first_seen} />
        {words.last} <Instant at={entry.last_seen} nowMs={nowMs} />
      </p>
      {entry.documented && <p>{words.documented({ text: entry.documented })}</p>}
      {entry.example?.text && <p>{words.carriersText({ text: entry.example.text })}</p>}
    </>
  );
}

function GuessShown({ entry }: { readonly entry: Entry }) {
  const { guess } = entry;
  const words = useMessages().console.review;
  const meaning = useMeaning()(guess);
  return (
    <div class="guess">
      <p>
        <strong>{words.suggestion({ meaning })}</strong>{' '}
        <Share of={guess.certainty} label={words.certainty({ meaning })} />
      </p>
      <ul>
        {guess.why.map((why) => (
          <li key={why} lang="en">
            {why}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Accept({ entry }: { readonly entry: Entry }) {
  const { guess } = entry;
  const words = useMessages().console.review;
  const meaning = useMeaning()(guess);
  const fields = {
    status: guess.status,
    ...(guess.reason === null ? {} : { reason: guess.reason }),
    ...(guess.milestone === null ? {} : { milestone: guess.milestone }),
  };
  return (
    <Action
      to={`/console/hub/review/${entry.id}/resolve`}
      label={words.accept({ meaning })}
      kind={guess.certainty >= 0.5 ? 'primary' : 'quiet'}
      fields={fields}
    />
  );
}

/** The meaning of a code in words: its status, and the reason if there is one. */
function useMeaning(): (guess: Entry['guess']) => string {
  const words = useMessages();
  const reasonOf = useReasons();
  return ({ status, reason }) => {
    const name = status === 'none' ? words.console.review.noChange : words.status.short[status];
    return reason === null ? name : `${name} (${reasonOf(reason)})`;
  };
}

interface OneProps extends DeskPageProps {
  readonly entry: Entry;
}

export function ReviewEntryPage({ deps, call, entry }: OneProps) {
  const { visitor } = call;
  const words = useMessages().console.review;
  const statuses = useMessages().status.short;
  return (
    <DeskLayout deps={deps} title={words.one} visitor={visitor} at="/console/hub/review">
      <PageHead title={words.question} above={[['/console/hub/review', words.title]]} />
      <div class="card">
        <EntryHead
          entry={entry}
          carrier={useCarrierNames(deps)(entry.carrier)}
          nowMs={deps.parts.clock.nowMs()}
        />
        {entry.state === 'open' ? (
          <GuessShown entry={entry} />
        ) : (
          <p>
            <Tag tone={entry.state === 'settled' ? 'good' : 'plain'}>
              {words.decided[entry.state]}
            </Tag>{' '}
            {entry.ended && <Instant at={entry.ended.at} />} {entry.ended?.note}
          </p>
        )}
      </div>
      {visitor.power === 'write' && <DecisionForm entry={entry} visitor={visitor} />}
      {entry.example?.event != null && (
        <section aria-labelledby="example">
          <h2 id="example">
            {words.asSent} <Tag>{words.redacted}</Tag>
          </h2>
          <RawText>{JSON.stringify(entry.example.event, null, 2)}</RawText>
        </section>
      )}
      <section aria-labelledby="parcels">
        <h2 id="parcels">{words.parcels}</h2>
        {entry.parcels.length === 0 ? (
          <Empty>{words.deleted}</Empty>
        ) : (
          <ul class="columns">
            {entry.parcels.map((parcel) => (
              <li key={parcel.shipment_id}>
                <ShipmentLink id={parcel.shipment_id} number={parcel.tracking_number} />{' '}
                <span class="soft">{statuses[parcel.status]}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </DeskLayout>
  );
}

function DecisionForm({
  entry,
  visitor,
}: {
  readonly entry: Entry;
  readonly visitor: DeskVisitor;
}) {
  const { guess, suggested_match: match } = entry;
  const words = useMessages().console.review;
  const statuses = useMessages().status.short;
  return (
    <PostForm to={`/console/hub/review/${entry.id}/resolve`} class="card stack">
      <h2>{words.decide}</h2>
      {match && (
        <p class="soft">
          {words.match} <Codes codes={match} />
        </p>
      )}
      <div class="fields">
        <p>
          <label for="status">{words.status}</label>
          <select id="status" name="status">
            {READ_STATUSES.map((status) => (
              <option key={status} value={status} selected={status === guess.status}>
                {capitalized(status === 'none' ? words.none : statuses[status])}
              </option>
            ))}
          </select>
        </p>
        <p>
          <label for="reason">{words.reason}</label>
          <input
            id="reason"
            name="reason"
            type="text"
            maxLength={64}
            pattern="[a-z][a-z0-9_]*"
            value={guess.reason ?? ''}
            placeholder="address_not_found"
          />
        </p>
        <p>
          <label for="milestone">{words.milestone}</label>
          <input
            id="milestone"
            name="milestone"
            type="text"
            maxLength={64}
            pattern="[a-z][a-z0-9_]*"
            value={guess.milestone ?? ''}
            placeholder="customs_cleared"
          />
        </p>
        <p>
          <label for="note">{words.note}</label>
          <input id="note" name="note" type="text" maxLength={NOTE_CHARS_MAX} />
        </p>
      </div>
      <p class="checks">
        <label>
          <input type="checkbox" name="logical" value="true" /> {words.logical}
        </label>
        <label>
          <input type="checkbox" name="notify" value="true" /> {words.notify}
        </label>
      </p>
      <div class="row">
        <button type="submit" class="primary">
          {words.create}
        </button>
        <button type="submit" formaction={`/console/hub/review/${entry.id}/dismiss`}>
          {words.ignore}
        </button>
      </div>
    </PostForm>
  );
}
