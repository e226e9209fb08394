import { READ_STATUSES } from '../../../kernel/status.ts';
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
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall, Visitor } from '../../console/operators/visit.ts';
import { NOTE_CHARS_MAX } from '../dead-letters/schema.ts';
import type { reviewJson } from './routes.ts';

type Entry = ReturnType<typeof reviewJson>;

interface ListProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly entries: readonly Entry[];
  readonly nextCursor: string | null;
}

export function ReviewPage({ deps, call, entries, nextCursor }: ListProps) {
  return (
    <Layout assets={deps.assets} title="Unknown codes" visitor={call.visitor} at="/ops/review">
      <h1>Unknown codes</h1>
      <p class="lead">
        Codes that no mapping knows. Until you decide what such a code means, parcels with it count
        as in transit. Your decision applies to all parcels with the code, past and future.
      </p>
      {entries.length === 0 ? (
        <Empty>Every code received so far is known or was ignored.</Empty>
      ) : (
        <ul class="cards">
          {entries.map((entry) => (
            <li key={entry.id} class="card">
              <EntryHead entry={entry} nowMs={deps.parts.clock.nowMs()} />
              <GuessShown entry={entry} />
              <div class="row">
                {call.visitor.power === 'write' && (
                  <>
                    <Accept entry={entry} csrf={call.visitor.csrf} />
                    <Action
                      to={`/ops/review/${entry.id}/dismiss`}
                      csrf={call.visitor.csrf}
                      label="Ignore"
                      about={Object.values(entry.codes).join(' ')}
                    />
                  </>
                )}
                <a href={`/ops/review/${entry.id}`}>
                  Details<span class="unseen"> of {Object.values(entry.codes).join(' ')}</span>
                </a>
              </div>
            </li>
          ))}
        </ul>
      )}
      {nextCursor !== null && (
        <a class="more" href={`/ops/review?cursor=${nextCursor}`}>
          Less frequent codes
        </a>
      )}
    </Layout>
  );
}

function EntryHead({ entry, nowMs }: { readonly entry: Entry; readonly nowMs: number }) {
  const touched = `${entry.parcels_touched_is_more ? 'more than ' : ''}${entry.parcels_touched.toLocaleString('en')}`;
  return (
    <>
      <h2>
        <span class="soft">{entry.carrier}</span> <Codes codes={entry.codes} />
      </h2>
      <p class="soft">
        Seen {entry.seen.toLocaleString('en')} {entry.seen === 1 ? 'time' : 'times'} in {touched}{' '}
        {entry.parcels_touched === 1 ? 'parcel' : 'parcels'}, first{' '}
        <Instant at={entry.first_seen} />, last <Instant at={entry.last_seen} nowMs={nowMs} />
      </p>
      {entry.documented && <p>The carrier’s documentation: “{entry.documented}”</p>}
      {entry.example?.text && <p>Carrier’s text: “{entry.example.text}”</p>}
    </>
  );
}

function GuessShown({ entry }: { readonly entry: Entry }) {
  const { guess } = entry;
  return (
    <div class="guess">
      <p>
        <strong>Suggestion: {meaningOf(guess)}</strong>{' '}
        <Share of={guess.certainty} label={`Certainty of the suggestion ${meaningOf(guess)}`} />
      </p>
      <ul>
        {guess.why.map((why) => (
          <li key={why}>{why}</li>
        ))}
      </ul>
    </div>
  );
}

function Accept({ entry, csrf }: { readonly entry: Entry; readonly csrf: string }) {
  const { guess } = entry;
  const fields = {
    status: guess.status,
    ...(guess.reason === null ? {} : { reason: guess.reason }),
    ...(guess.milestone === null ? {} : { milestone: guess.milestone }),
  };
  return (
    <Action
      to={`/ops/review/${entry.id}/resolve`}
      csrf={csrf}
      label={`Accept: ${meaningOf(guess)}`}
      kind={guess.certainty >= 0.5 ? 'primary' : 'quiet'}
      fields={fields}
    />
  );
}

function meaningOf({ status, reason }: Entry['guess']): string {
  const words = status === 'none' ? 'no status change' : status.replaceAll('_', ' ');
  return reason === null ? words : `${words} (${reason.replaceAll('_', ' ')})`;
}

/** The outcome for a code, in the words of the buttons. */
const DECIDED: Readonly<Record<Entry['state'], string>> = {
  open: 'open',
  settled: 'rule created',
  dismissed: 'ignored',
};

interface OneProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly entry: Entry;
}

export function ReviewEntryPage({ deps, call, entry }: OneProps) {
  const { visitor } = call;
  return (
    <Layout assets={deps.assets} title="An unknown code" visitor={visitor} at="/ops/review">
      <p class="crumbs">
        <a href="/ops/review">Unknown codes</a>
      </p>
      <h1>What does this code mean?</h1>
      <div class="card">
        <EntryHead entry={entry} nowMs={deps.parts.clock.nowMs()} />
        {entry.state === 'open' ? (
          <GuessShown entry={entry} />
        ) : (
          <p>
            <Tag tone={entry.state === 'settled' ? 'good' : 'plain'}>{DECIDED[entry.state]}</Tag>{' '}
            {entry.ended && <Instant at={entry.ended.at} />} {entry.ended?.note}
          </p>
        )}
      </div>
      {visitor.power === 'write' && <DecisionForm entry={entry} visitor={visitor} />}
      {entry.example?.event != null && (
        <section aria-labelledby="example">
          <h2 id="example">
            As the carrier sent it <Tag>redacted</Tag>
          </h2>
          <RawText>{JSON.stringify(entry.example.event, null, 2)}</RawText>
        </section>
      )}
      <section aria-labelledby="parcels">
        <h2 id="parcels">Parcels with this code</h2>
        {entry.parcels.length === 0 ? (
          <Empty>They have been deleted.</Empty>
        ) : (
          <ul class="columns">
            {entry.parcels.map((parcel) => (
              <li key={parcel.shipment_id}>
                <ShipmentLink id={parcel.shipment_id} number={parcel.tracking_number} />{' '}
                <span class="soft">{parcel.status.replaceAll('_', ' ')}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </Layout>
  );
}

function DecisionForm({ entry, visitor }: { readonly entry: Entry; readonly visitor: Visitor }) {
  const { guess, suggested_match: match } = entry;
  return (
    <form method="post" action={`/ops/review/${entry.id}/resolve`} class="card stack">
      <input type="hidden" name="csrf" value={visitor.csrf} />
      <h2>Decide</h2>
      {match && (
        <p class="soft">
          The rule will match <Codes codes={match} />
        </p>
      )}
      <div class="fields">
        <p>
          <label for="status">Status</label>
          <select id="status" name="status">
            {READ_STATUSES.map((status) => (
              <option key={status} value={status} selected={status === guess.status}>
                {status === 'none' ? 'none: known, does not change the status' : status}
              </option>
            ))}
          </select>
        </p>
        <p>
          <label for="reason">Reason</label>
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
          <label for="milestone">Milestone</label>
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
          <label for="note">Note</label>
          <input id="note" name="note" type="text" maxLength={NOTE_CHARS_MAX} />
        </p>
      </div>
      <p class="checks">
        <label>
          <input type="checkbox" name="logical" value="true" /> This code is a message, not a scan
          of the parcel
        </label>
        <label>
          <input type="checkbox" name="notify" value="true" /> Notify people about corrected past
          events
        </label>
      </p>
      <div class="row">
        <button type="submit" class="primary">
          Create rule
        </button>
        <button type="submit" formaction={`/ops/review/${entry.id}/dismiss`}>
          Ignore
        </button>
      </div>
    </form>
  );
}
