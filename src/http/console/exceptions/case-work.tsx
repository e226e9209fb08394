import { DateTime } from 'luxon';
import type { ComponentChildren } from 'preact';
import { capitalized } from '../../../kernel/capitalized.ts';
import { amountText } from '../../../kernel/money.ts';
import { dateFormat, zoneNamed } from '../../../kernel/time/formatters.ts';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import {
  CASE_OUTCOMES,
  type CaseView,
  CLAIM_REASONS,
  type Claim,
  deliveryRequestContent,
  RESOLVED_TO,
} from '../../../reactions/exceptions/index.ts';
import { FileField, PostForm } from '../kit/fields.tsx';
import { namedBy, useMessages, useSpoken } from '../kit/language.ts';
import { useCarrierNames } from '../kit/names.ts';
import { Tag, type Tone } from '../kit/pieces.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { type Act, actsOn } from './suggested.ts';

export interface CaseWorkProps {
  readonly view: CaseView;
  /** The claims of the case, newest first. */
  readonly claims: readonly Claim[];
  /** Path of the case. */
  readonly path: string;
  /** The page to return to. */
  readonly next: string;
  /** The name under which the signed-in user owns cases. */
  readonly ownerName: string;
  /** Names of the other members, to whom it can be given. */
  readonly colleagues: readonly string[];
}

interface Props extends CaseWorkProps {
  readonly deps: Pick<DeskDeps, 'parts'>;
}

interface WorkProps extends Props {
  /** The actions on the open case are elsewhere on the page: in the bar of its parcel. */
  readonly isWithoutActs?: boolean;
}

/** What can be done about a case, on any page where it is read. */
export function CaseWork({ isWithoutActs = false, ...props }: WorkProps) {
  const { view } = props;
  const { exceptionCase, deliveryRequests } = view;
  const words = useMessages().console.cases;
  const waiting = deliveryRequests.filter(({ row }) => row.state === 'open');
  const settled = deliveryRequests.filter(
    ({ row }) => row.state !== 'open' && row.state !== 'replaced',
  );
  return (
    <div class="work">
      {waiting.map((request) => (
        <OpenRequest key={request.row.id} {...props} request={request} />
      ))}
      {exceptionCase.state === 'open' ? (
        !isWithoutActs && <OpenCase {...props} />
      ) : (
        <>
          <ActionForm {...props} name="reopen">
            <button type="submit">{words.reopen}</button>
          </ActionForm>
          <AddNote {...props} />
        </>
      )}
      {settled.length > 0 && <SettledRequests settled={settled} />}
    </div>
  );
}

type Where = Pick<CaseWorkProps, 'path' | 'next'>;

interface ActionFormProps extends Where {
  /** The action: the last part of the form's path. */
  readonly name: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly class?: string;
  readonly enctype?: string;
  readonly children: ComponentChildren;
}

/** A form for one action on the case. */
function ActionForm({
  path,
  next,
  name,
  fields = {},
  children,
  class: of = 'action',
  enctype,
}: ActionFormProps) {
  return (
    <PostForm to={`${path}/${name}`} class={of} {...(enctype && { enctype })}>
      {Object.entries({ next, ...fields }).map(([field, value]) => (
        <input key={field} type="hidden" name={field} value={value} />
      ))}
      {children}
    </PostForm>
  );
}

interface FoldProps extends ActionFormProps {
  readonly title: string;
  /** Among the buttons; absent: a line of a group. */
  readonly button?: 'primary' | 'button' | undefined;
}

/** An action that needs more than a press: its form is expanded on demand. */
function Fold({ title, button, ...form }: FoldProps) {
  return (
    <details>
      <summary class={button && `button ${button}`}>{title}</summary>
      <ActionForm {...form} class="stack" />
    </details>
  );
}

function Note({ required = false }: { readonly required?: boolean }) {
  const words = useMessages().console.cases;
  return (
    <label>
      {words.note} <input type="text" name="note" maxLength={500} required={required} />
    </label>
  );
}

function AddNote({ path, next }: Where) {
  const words = useMessages().console.cases;
  return (
    <Fold {...{ path, next }} name="note" title={words.addNote}>
      <Note required />
      <button type="submit">{words.add}</button>
    </Fold>
  );
}

/** Buttons beside the suggested next step; the other actions are behind “More”. */
const BUTTONS = 2;

/** The suggested next step of an open case; null: none but to wait. Pure. */
export function suggestedStep({ deps, ...work }: Props): Act | null {
  return actsOn({ ...work, nowMs: deps.parts.clock.nowMs() }).suggested;
}

/** The actions on an open case: the suggested next step, two others, and all the rest on demand. */
function OpenCase(props: Props) {
  const { more } = useMessages().layout.frame;
  const { suggested, others } = actsOn({ ...props, nowMs: props.deps.parts.clock.nowMs() });
  const step = (act: Act, button?: StepProps['button']) => (
    <CaseStep key={act} {...props} {...{ act, button }} />
  );
  return (
    <div class="row">
      {suggested && suggested !== 'close' && step(suggested, 'primary')}
      {others.slice(0, BUTTONS).map((act) => step(act, 'button'))}
      <details>
        <summary class="button further">{more}</summary>
        <div class="groups">
          <CaseGroups {...props} acts={others.slice(BUTTONS)} />
        </div>
      </details>
      {step('close', suggested === 'close' ? 'primary' : 'button')}
    </div>
  );
}

/** All actions on an open case but the suggested one, for the menu of its parcel. */
export function CaseMenu(props: Props) {
  const { others, suggested } = actsOn({ ...props, nowMs: props.deps.parts.clock.nowMs() });
  return <CaseGroups {...props} acts={others} hasClosing={suggested !== 'close'} />;
}

interface GroupsProps extends Props {
  /** What may solve it. */
  readonly acts: readonly Act[];
  /** Whether it can be closed as resolved here. */
  readonly hasClosing?: boolean;
}

function CaseGroups({ acts, hasClosing = false, ...props }: GroupsProps) {
  const { path, next } = props;
  const words = useMessages().console.cases;
  const where = { path, next };
  return (
    <>
      {acts.length > 0 && (
        <div>
          <p class="heading">{words.solve}</p>
          {acts.map((act) => (
            <CaseStep key={act} {...props} act={act} />
          ))}
        </div>
      )}
      <div>
        <p class="heading">{words.keepTrack}</p>
        <AddNote {...where} />
        <Attributes {...props} />
        <Fold {...where} name="evidence" title={words.addFile} enctype="multipart/form-data">
          <FileField />
          <button type="submit">{words.add}</button>
        </Fold>
      </div>
      <div>
        <p class="heading">{words.end}</p>
        {hasClosing && <CaseStep {...props} act="close" />}
        <CloseOtherwise {...where} />
      </div>
    </>
  );
}

interface StepProps extends Props {
  readonly act: Act;
  readonly button?: FoldProps['button'];
}

/** One action on an open case, as a button or as a line of a menu. */
export function CaseStep({ deps, act, button, view, claims, ownerName, path, next }: StepProps) {
  const { shipment } = view;
  const claim = claims.find(({ state }) => state === 'draft' || state === 'submitted');
  const words = useMessages().console.cases;
  const carrierOf = useCarrierNames(deps);
  const where = { path, next };
  const linkClass = button && `button ${button}`;
  const fold = { ...where, button };
  switch (act) {
    case 'ask':
      return (
        <a class={linkClass} href={`/console/write?id=${shipment.id}`}>
          {words.ask}
        </a>
      );
    case 'address':
      return (
        <a class={linkClass} href={`/console/shipments/${shipment.id}/redirect`}>
          {words.newAddress}
        </a>
      );
    case 'take':
      return (
        <ActionForm {...where} name="attributes" fields={{ owner: ownerName }}>
          <button type="submit" class={button}>
            {words.take}
          </button>
        </ActionForm>
      );
    case 'close':
      return (
        <ActionForm {...where} name="resolve" fields={{ outcome: 'resolved' }} class="action end">
          <button type="submit" class={button}>
            {words.closeResolved}
          </button>
        </ActionForm>
      );
    case 'claim':
      return <ClaimWork {...fold} {...{ claim }} />;
    case 'refund':
      return (
        <Fold {...fold} name="refund" title={words.refund}>
          <Amount />
          <Note />
          <p class="soft">{words.refundLead}</p>
          <button type="submit">{words.refund}</button>
        </Fold>
      );
    case 'reship':
      return (
        <Fold {...fold} name="reship" title={words.reship}>
          <label>
            {words.parcelNumber} <input type="text" name="number" maxLength={128} required />
          </label>
          <label>
            {words.parcelCarrier}{' '}
            <select name="carrier">
              {deps.parts.adapters.carriers().map(({ manifest: { name } }) => (
                <option key={name} value={name} selected={name === shipment.carrier}>
                  {carrierOf(name)}
                </option>
              ))}
            </select>
          </label>
          <p class="soft">{words.reshipLead}</p>
          <button type="submit">{words.reship}</button>
        </Fold>
      );
  }
}

function Amount() {
  const words = useMessages().console.cases;
  return (
    <div class="row">
      <label>
        {words.amount}{' '}
        <input type="text" name="amount" inputMode="decimal" maxLength={16} size={8} required />
      </label>
      <label>
        {words.currency}{' '}
        <input type="text" name="currency" value="EUR" maxLength={3} size={3} required />
      </label>
    </div>
  );
}

interface ClaimProps {
  /** The claim in progress. */
  readonly claim: Claim | undefined;
  readonly button?: FoldProps['button'];
}

/** The claim against the carrier, from its draft to the carrier's answer. */
function ClaimWork({ claim, ...where }: Where & ClaimProps) {
  const words = useMessages().console.cases;
  const amount =
    claim?.amountMinor == null ? '' : amountText(claim.amountMinor, claim.currency ?? 'EUR');
  const claimButton = (name: string, label: string) => (
    <button type="submit" name="do" value={name} formNoValidate={name === 'drop'}>
      {label}
    </button>
  );
  if (claim === undefined || claim.amountMinor === null) {
    return (
      <Fold {...where} name="claim" title={words.fileClaim}>
        <label>
          {words.claimHead.reason}{' '}
          <select name="reason">
            {CLAIM_REASONS.map((reason) => (
              <option key={reason} value={reason}>
                {capitalized(words.claimReasons[reason])}
              </option>
            ))}
          </select>
        </label>
        <Amount />
        {claimButton('draft', words.draftClaim)}
      </Fold>
    );
  }
  const title = `${words.claimHead.claim}: ${words.claimStates[claim.state]}, ${amount}`;
  const fields = { claim: claim.id };
  return claim.state === 'draft' ? (
    <Fold {...where} {...{ title, fields }} name="claim">
      <label>
        {words.claimHead.reference} <input type="text" name="reference" maxLength={100} />
      </label>
      <div class="row">
        {claimButton('submit', words.claimSubmitted)}
        {claimButton('drop', words.dropClaim)}
      </div>
    </Fold>
  ) : (
    <Fold {...where} {...{ title, fields }} name="claim">
      <label>
        {words.claimHead.granted}{' '}
        <input type="text" name="amount" inputMode="decimal" maxLength={16} size={8} />
      </label>
      <div class="row">
        {claimButton('accept', words.claimAccepted)}
        {claimButton('reject', words.claimRejected)}
      </div>
    </Fold>
  );
}

type Request = CaseView['deliveryRequests'][number];

function OpenRequest({ request, path, next }: Where & { readonly request: Request }) {
  const { row, deliveryRequest } = request;
  const words = useMessages().console.cases;
  const isAddress = row.kind === 'address';
  const title = row.actor === 'recipient' ? words.byRecipient : words.forRecipient;
  const fields = { delivery_request: row.id };
  const where = { path, next };
  return (
    <section aria-label={isAddress ? words.theAddress : words.aRequest}>
      <h3>{isAddress ? words.correctedAddress : title}</h3>
      <DeliveryRequestFacts deliveryRequest={deliveryRequest} />
      {isAddress ? (
        <div class="row">
          <ActionForm {...where} name="approve-address">
            <button type="submit" class="primary">
              {words.approve}
            </button>
          </ActionForm>
          <ActionForm {...where} name="refuse-address">
            <button type="submit">{words.rejectAddress}</button>
          </ActionForm>
        </div>
      ) : (
        <ActionForm {...where} name="delivery-request" fields={fields} class="row">
          <button type="submit" name="done" value="true" class="primary">
            {words.done}
          </button>
          <button type="submit" name="done" value="false">
            {words.refuse}
          </button>
        </ActionForm>
      )}
    </section>
  );
}

function SettledRequests({ settled }: { readonly settled: readonly Request[] }) {
  const words = useMessages().console.cases;
  return (
    <section aria-label={words.earlier}>
      <h3>{words.earlier}</h3>
      {settled.map(({ row, deliveryRequest }) => (
        <details key={row.id}>
          <summary>
            {words.requestKinds[row.kind]}{' '}
            <Tag tone={TONES[row.state] ?? 'plain'}>{namedBy(words.requestStates, row.state)}</Tag>
          </summary>
          <DeliveryRequestFacts deliveryRequest={deliveryRequest} />
        </details>
      ))}
    </section>
  );
}

const TONES: Readonly<Record<string, Tone>> = { accepted: 'good', done: 'good', refused: 'bad' };

function CloseOtherwise(where: Where) {
  const words = useMessages().console.cases;
  const statuses = useMessages().status.short;
  return (
    <Fold {...where} name="resolve" title={words.closeOther}>
      <label>
        {words.outcome}{' '}
        <select name="outcome">
          {CASE_OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {capitalized(words.outcomes[outcome])}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.parcelStatus}{' '}
        <select name="to">
          <option value="">{capitalized(words.automatic)}</option>
          {RESOLVED_TO.map((to) => (
            <option key={to} value={to}>
              {capitalized(statuses[to])}
            </option>
          ))}
        </select>
      </label>
      <Note />
      <button type="submit">{words.close}</button>
    </Fold>
  );
}

/** Who has an open case, as a menu of everyone who can have it. */
export function OwnerMenu({ view, ownerName, colleagues, path, next }: CaseWorkProps) {
  const words = useMessages().console.cases;
  const { owner } = view.exceptionCase;
  const choices = [
    ...[ownerName, ...colleagues].filter((each) => each !== owner),
    ...(owner === null ? [] : ['']),
  ];
  return (
    <details class="menu owner">
      <summary class="button further">
        {words.head.owner}: {owner ?? words.shown.unassigned}
      </summary>
      <ActionForm {...{ path, next }} name="attributes" class="sheet links">
        {choices.map((each) => (
          <button key={each} type="submit" name="owner" value={each} class="quiet">
            {each === ownerName ? words.take : each || words.shown.unassigned}
          </button>
        ))}
      </ActionForm>
    </details>
  );
}

/** Assignee and deadline: empty fields mean nobody, and no deadline. */
function Attributes({ view: { exceptionCase }, path, next }: CaseWorkProps) {
  const words = useMessages().console.cases;
  const zone = zoneNamed(useSpoken().timeZone);
  const { deadlineAtMs, owner } = exceptionCase;
  // To the minute, as browsers require.
  const deadline =
    deadlineAtMs === null
      ? ''
      : DateTime.fromMillis(deadlineAtMs, { zone }).toFormat("yyyy-MM-dd'T'HH:mm");
  return (
    <Fold
      {...{ path, next }}
      name="attributes"
      title={words.ownerAndDeadline}
      fields={{ was: deadline }}
    >
      <label>
        {words.head.owner}{' '}
        <input type="text" name="owner" value={owner ?? ''} maxLength={100} autocomplete="off" />
      </label>
      <label>
        {words.head.due} <input type="datetime-local" name="deadline" value={deadline} />
      </label>
      <button type="submit">{words.save}</button>
    </Fold>
  );
}

/** A request of any kind, as shown to the person who handles it. */
function DeliveryRequestFacts({ deliveryRequest }: Pick<Request, 'deliveryRequest'>) {
  const words = useMessages().console.cases;
  const locale = localeOf(useSpoken().language);
  if (deliveryRequest === null) return <p class="soft">{words.detailsDeleted}</p>;
  const { date, window, instructions, place, address } = deliveryRequestContent(deliveryRequest);
  const { kind } = deliveryRequest;
  const weekday = dateFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  const shown = {
    wants: words.wants[kind],
    day: date && `${weekday.format(Date.parse(date))} ${date}`,
    window: window && words.windows[window],
    instructions,
    place,
    pointId: kind === 'pickup_point' ? deliveryRequest.point_id : null,
    address: kind === 'address' ? (address?.join(', ') ?? words.correct) : null,
  };
  return (
    <dl class="facts">
      {Object.entries(words.requested).flatMap(([name, label]) => {
        const value = shown[name as keyof typeof shown];
        if (value === null) return [];
        return [<dt key={name}>{label}</dt>, <dd key={`${name} value`}>{value}</dd>];
      })}
    </dl>
  );
}
