import type { DeadLetter } from '../../../intake/index.ts';
import { iso } from '../../../tracking/index.ts';
import { Filter } from '../../console/kit/choices.tsx';
import { Action, Empty, Instant, RawText, Table, Tag } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';
import type { shownLetter } from './routes.ts';
import { NOTE_CHARS_MAX } from './schema.ts';

interface ListProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly letters: readonly DeadLetter[];
  readonly counts: readonly { readonly carrier: string; readonly count: number }[];
  readonly carrier: string | null;
  readonly nextCursor: string | null;
}

export function DeadLettersPage({ deps, call, letters, counts, carrier, nextCursor }: ListProps) {
  const { visitor } = call;
  const nowMs = deps.parts.clock.nowMs();
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const shown = carrier === null ? total : (counts.find((c) => c.carrier === carrier)?.count ?? 0);
  return (
    <Layout assets={deps.assets} title="Dead letters" visitor={visitor} at="/ops/dead-letters">
      <h1>Dead letters</h1>
      <p class="lead">
        Authentic messages that could not be processed, kept unchanged. Replay them after a fix;
        dismiss those nobody will ever need.
      </p>
      <ul class="filters" aria-label="Carriers">
        <Filter href="/ops/dead-letters" name="all" count={total} current={carrier === null} />
        {counts.map((each) => (
          <Filter
            key={each.carrier}
            href={`/ops/dead-letters?carrier=${encodeURIComponent(each.carrier)}`}
            name={each.carrier}
            count={each.count}
            current={carrier === each.carrier}
          />
        ))}
      </ul>
      {letters.length === 0 ? (
        <Empty>No dead letters. Everything received was processed.</Empty>
      ) : (
        <>
          <Table label="Dead letters" head={['Received', 'From', 'Why', '']} stacks>
            {letters.map((letter) => (
              <tr key={letter.id}>
                <td>
                  <a href={`/ops/dead-letters/${letter.id}`}>
                    <Instant at={iso(letter.receivedAtMs)} nowMs={nowMs} />
                  </a>
                </td>
                <td>
                  {letter.carrier} <span class="soft">by {letter.source}</span>
                </td>
                <td class="wrap">{letter.reason}</td>
                <td class="actions">
                  {visitor.power === 'write' && (
                    <>
                      <Action
                        to={`/ops/dead-letters/${letter.id}/replay`}
                        csrf={visitor.csrf}
                        label="Replay"
                        about={`the message received ${iso(letter.receivedAtMs)}`}
                      />
                      <Action
                        to={`/ops/dead-letters/${letter.id}/dismiss`}
                        csrf={visitor.csrf}
                        label="Dismiss"
                        about={`the message received ${iso(letter.receivedAtMs)}`}
                      />
                    </>
                  )}
                </td>
              </tr>
            ))}
          </Table>
          <div class="row">
            {visitor.power === 'write' && (
              <Action
                to="/ops/dead-letters/replay"
                csrf={visitor.csrf}
                label={`Replay all ${shown}${carrier === null ? '' : ` from ${carrier}`}`}
                kind="primary"
                fields={carrier === null ? { all: 'true' } : { carrier }}
              />
            )}
            {nextCursor !== null && (
              <a
                class="more"
                href={`/ops/dead-letters?${carrier === null ? '' : `carrier=${encodeURIComponent(carrier)}&`}cursor=${nextCursor}`}
              >
                Older
              </a>
            )}
          </div>
        </>
      )}
    </Layout>
  );
}

interface OneProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly letter: NonNullable<Awaited<ReturnType<typeof shownLetter>>>;
}

export function DeadLetterPage({ deps, call, letter }: OneProps) {
  const { visitor } = call;
  const { content, dismissed } = letter;
  const path = `/ops/dead-letters/${letter.id}`;
  return (
    <Layout assets={deps.assets} title="A dead letter" visitor={visitor} at="/ops/dead-letters">
      <p class="crumbs">
        <a href="/ops/dead-letters">Dead letters</a>
      </p>
      <h1>Dead letter from {letter.carrier}</h1>
      <p class="reason">{letter.reason}</p>
      <dl class="facts">
        <dt>Received</dt>
        <dd>
          <Instant at={letter.received_at} nowMs={deps.parts.clock.nowMs()} /> by {letter.source}
        </dd>
        <dt>Account</dt>
        <dd>{letter.account_id ?? 'none (the hub’s common webhook URL)'}</dd>
        <dt>Id</dt>
        <dd>
          <code>{letter.id}</code>
        </dd>
        {dismissed && (
          <>
            <dt>Dismissed</dt>
            <dd>
              <Instant at={dismissed.at} /> {dismissed.note && `· ${dismissed.note}`}
            </dd>
          </>
        )}
      </dl>
      {visitor.power === 'write' && (
        <div class="row">
          <Action to={`${path}/replay`} csrf={visitor.csrf} label="Replay" kind="primary" />
          {dismissed === null && (
            <form method="post" action={`${path}/dismiss`} class="row">
              <input type="hidden" name="csrf" value={visitor.csrf} />
              <label for="note" class="unseen">
                Reason for dismissing it
              </label>
              <input
                id="note"
                name="note"
                type="text"
                maxLength={NOTE_CHARS_MAX}
                placeholder="Why (optional)"
              />
              <button type="submit">Dismiss</button>
            </form>
          )}
        </div>
      )}
      <section aria-labelledby="content">
        <h2 id="content">
          Content {content?.redacted === false ? <Tag tone="bad">raw</Tag> : <Tag>redacted</Tag>}
        </h2>
        {content === null ? (
          <Empty>The content was deleted.</Empty>
        ) : (
          <>
            <RawText>
              {Object.entries(content.headers)
                .map(([name, value]) => `${name}: ${value}`)
                .join('\n')}
            </RawText>
            <RawText>{content.body}</RawText>
            {content.cut && (
              <p class="soft">
                Only the beginning is shown. With ?raw=true, the API returns the whole message,
                unredacted.
              </p>
            )}
            {content.redacted && visitor.power === 'write' && (
              <p>
                <a href={`${path}?raw=true`}>Show unredacted</a>{' '}
                <span class="soft">With names and addresses. The log records that you looked.</span>
              </p>
            )}
          </>
        )}
      </section>
    </Layout>
  );
}
