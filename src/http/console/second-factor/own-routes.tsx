import { Problem } from '../../../kernel/errors.ts';
import {
  beginSecondFactor,
  checkCode,
  confirmSecondFactor,
  dropSecondFactor,
  renewRecoveryCodes,
  secondFactorOf,
  secretMark,
  unconfirmedSecret,
} from '../../../merchants/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { Fault, PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Instant } from '../kit/pieces.tsx';
import { DESK_COOKIES } from '../kit/sign-in-cookie.ts';
import type { DeskCall, DeskDeps, DeskFormCall, DeskPageProps, DeskVisitor } from '../kit/visit.ts';
import { CodeField, RecoveryCodes, type SetUp, SetUpForm, setUpOf } from './pages.tsx';
import { chargeCode, tooMany } from './step-routes.ts';

const AT = '/console/second-factor';
/** Prevents somebody at an unattended desk from setting up their own phone. */
const FRESH_MS = 15 * 60_000;
interface Shown {
  readonly setUp?: SetUp;
  readonly codes?: readonly string[];
  /** The submitted code was wrong. */
  readonly isWrong?: boolean;
}

/** A member's own second factor. */
export function ownFactorRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  const render = async (call: DeskCall, more: Shown = {}) => {
    const { actor } = call.visitor;
    const factor = actor.kind === 'user' ? await secondFactorOf(members, actor.id) : null;
    return SecondFactorPage({ deps, call, factor, ...more });
  };
  /** Checks the code in the form, and acts if it is right; `off`: the second factor is off now. */
  const actAfterCode = async (
    call: DeskFormCall,
    userId: string,
    act: () => Promise<Shown | 'off'>,
  ) => {
    chargeCode(deps, { userId, way: call.visitor.way });
    const outcome = await checkCode(members, userId, call.form.get('code') ?? '');
    if (outcome.kind === 'locked') throw tooMany(outcome.retryAfterS);
    if (outcome.kind === 'wrong') return { invalid: await render(call, { isWrong: true }) };
    const done = await act();
    return done === 'off' ? { seeOther: `${AT}?done=off` } : render(call, done);
  };
  return [
    deskPage(deps, 'readDeskSecondFactor', (call) => render(call)),
    deskForm(deps, 'changeDeskSecondFactor', async (call) => {
      const { form, visitor, note } = call;
      const { id, person } = userOf(visitor);
      const isFresh = members.clock.nowMs() - visitor.openedAtMs <= FRESH_MS;
      switch (form.get('do')) {
        case 'begin': {
          if (!isFresh) throw signInTooOld();
          if (visitor.way.kind === 'provider') throw signedInByProvider();
          const secret = await beginSecondFactor(members, id);
          return secret === null
            ? { seeOther: AT }
            : render(call, { setUp: await setUpOf(deps, secret, { userId: id, person }) });
        }
        case 'confirm': {
          if (!isFresh) throw signInTooOld();
          const secret = await unconfirmedSecret(members, id);
          const mark = form.get('mark') ?? '';
          if (secret === null || mark !== secretMark(members, id, secret)) {
            return { seeOther: `${AT}?done=replaced` };
          }
          const token = DESK_COOKIES.sessionToken(call.request);
          const codes = await confirmSecondFactor(
            members,
            id,
            { code: form.get('code') ?? '', mark },
            token,
          );
          if (codes === null) {
            const setUp = await setUpOf(deps, secret, { userId: id, person });
            return { invalid: await render(call, { setUp, isWrong: true }) };
          }
          await note('on');
          return render(call, { codes });
        }
        case 'codes':
          return actAfterCode(call, id, async () => {
            const codes = await renewRecoveryCodes(members, id);
            if (codes === null) return 'off';
            await note('new recovery codes');
            return { codes };
          });
        case 'off':
          return actAfterCode(call, id, async () => {
            await dropSecondFactor(members, id);
            await note('off');
            return 'off';
          });
        default:
          throw new Problem('invalid', 'members.unknownTwoFactorAction', {
            fix: 'members.reopenPage',
          });
      }
    }),
  ];
}

function userOf({ actor }: DeskVisitor) {
  if (actor.kind === 'user') return actor;
  throw new Problem('conflict', 'members.keyWithoutSecondStep', {
    fix: 'members.signInWithEmail',
  });
}

/**
 * The second factor would apply at all of the member's merchants, while only one merchant's
 * provider vouches for them.
 */
function signedInByProvider(): Problem {
  return new Problem('conflict', 'members.signedInWithCompany', {
    fix: 'members.usePasswordOrLink',
  });
}

function signInTooOld(): Problem {
  return new Problem('conflict', 'members.signInTooOld', {
    fix: 'members.reauthenticateForSetup',
  });
}

interface PageProps extends Shown, DeskPageProps {
  readonly factor: Awaited<ReturnType<typeof secondFactorOf>>;
}

/** A wrapper, because texts are available only during rendering. */
const SecondFactorPage = (props: PageProps) => <SecondFactor {...props} />;

function SecondFactor({ deps, call, factor, setUp, codes, isWrong }: PageProps) {
  const { visitor } = call;
  const words = useMessages().desk.account;
  const { wrongCode } = useMessages().desk.signIn;
  const fault = isWrong ? wrongCode : null;
  const notices: Readonly<Record<string, string>> = {
    off: words.doneOff,
    replaced: words.doneReplaced,
  };
  const notice = notices[call.query.get('done') ?? ''] ?? null;
  return (
    <DeskLayout {...{ deps, visitor, notice }} title={words.step} at={AT}>
      <div class="narrow card">
        <PageHead title={words.step} />
        {codes && <RecoveryCodes codes={codes} />}
        {visitor.actor.kind !== 'user' ? (
          <p>{words.stepKey}</p>
        ) : setUp ? (
          <SetUpForm {...{ action: AT, setUp, fault }} fields={{ do: 'confirm' }} />
        ) : factor === null ? (
          <TurnOn />
        ) : (
          <TurnedOn {...{ factor, fault }} />
        )}
      </div>
    </DeskLayout>
  );
}

function TurnOn() {
  const words = useMessages().desk.account;
  return (
    <>
      <p class="lead">{words.stepOff}</p>
      <PostForm to={AT} class="stack">
        <input type="hidden" name="do" value="begin" />
        <button type="submit" class="primary">
          {words.setUp}
        </button>
      </PostForm>
    </>
  );
}

interface TurnedOnProps {
  readonly factor: NonNullable<PageProps['factor']>;
  readonly fault: string | null;
}

function TurnedOn({ factor, fault }: TurnedOnProps) {
  const words = useMessages().desk.account;
  return (
    <>
      <p class="lead">
        {words.onSince} <Instant at={iso(factor.sinceMs)} />.{' '}
        {words.codesLeft({ count: factor.recoveryCodes })}
      </p>
      {fault && <Fault>{fault}</Fault>}
      <PostForm to={AT} class="stack">
        <CodeField fault={fault !== null} hint={words.recoveryHint} />
        <button type="submit" name="do" value="codes">
          {words.newCodes}
        </button>
        <button type="submit" name="do" value="off" class="danger">
          {words.turnOff}
        </button>
      </PostForm>
    </>
  );
}
