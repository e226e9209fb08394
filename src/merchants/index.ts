export {
  type ApiKeysDeps,
  authenticate,
  bootstrap,
  createApiKey,
  createOperatorKey,
  dropApiKey,
  FIRST_MERCHANT,
  listApiKeys,
} from './api-keys.ts';
export {
  announceBrandingChanges,
  BRANDING_CACHE_MS,
  type Branding,
  type Brandings,
  brandingFrom,
  brandingTag,
  createBrandings,
  httpsOrigin,
  isHttpsUrl,
  isLogoAddress,
  LOGO_PATH,
  type OwnBrand,
  type StoredBranding,
} from './branding.ts';
export {
  addDemo,
  askToRemoveDemo,
  DEMO_CHANNEL,
  DEMO_LOCK,
  type DemoState,
  demoParcelsTagged,
  findDemo,
  noteDemoMade,
  wakeDemo,
} from './demo/demo.sql.ts';
export { deleteDemoMerchant, deleteDemoRows, ownedTables } from './demo/remove-demo.sql.ts';
export { skippedSteps, skipStep } from './desk/views.sql.ts';
export { type DeskView, listViews, removeView, saveView, VIEWS_MAX } from './desk/views.ts';
export {
  claimIdempotencyKey,
  dropExpiredIdempotencyKeys,
  ERASED_STATUS,
  eraseAnswersAbout,
  IDEMPOTENCY_RETENTION_MS,
  type IdempotencyRow,
  idempotencyRow,
  releaseIdempotencyKey,
  settleIdempotencyKey,
} from './idempotency.sql.ts';
export { KEYS_CHANNEL } from './live-tickets.sql.ts';
export { createLiveTickets, type LiveTicket, type LiveTickets } from './live-tickets.ts';
export { dropActionsBefore } from './members/actions.sql.ts';
export {
  FIRST_OWNER_MS,
  findInvitation,
  INVITED_DAYS,
  type Invitation,
  invite,
  inviteFirstOwner,
  join,
  listInvitations,
  withdrawInvitation,
} from './members/invitations.ts';
export {
  type Claim,
  findSignInLink,
  makeSignInLink,
  SIGN_IN_LINK_MS,
  useSignInLink,
} from './members/links/sign-in-links.ts';
export {
  closeMemberSession,
  listActions,
  MEMBER_SESSION_MS,
  type MemberAction,
  type MemberSession,
  memberOf,
  mustEnrol,
  noteAction,
  openMemberSession,
  type PendingSession,
  pendingOf,
  powerOfScopes,
  type WhoActed,
} from './members/member-sessions.ts';
export { LISTED_MERCHANTS } from './members/members.sql.ts';
export {
  changePassword,
  changeRole,
  checkPassword,
  chooseLanguage,
  listMembers,
  type Member,
  type Membership,
  maySetPassword,
  membershipsOfUser,
  type ShownUser,
  setNewPassword,
} from './members/members.ts';
export {
  MEMBERS_KEY,
  MEMBERS_SEALED,
  type MembersDeps,
  normalEmail,
  type Person,
} from './members/members-deps.ts';
export {
  appointOperator,
  dismissOperator,
  listOperators,
  type Operator,
} from './members/operators.ts';
export { createPasswords } from './members/passwords.ts';
export {
  newFlow,
  openFlow,
  type SignInFlow,
  sealFlow,
  takeFlow,
} from './members/providers/flow.ts';
export {
  type Connection,
  connect,
  disconnect,
  findIdentity,
  joinByProvider,
  listConnections,
} from './members/providers/identities.ts';
export { lazyOpenId } from './members/providers/lazy-openid.ts';
export type { OpenId } from './members/providers/openid.ts';
export {
  addressesOfProvider,
  CLIENT_ID_CHARS_MAX,
  CLIENT_SECRET_CHARS_MAX,
  PROVIDER_NAME_CHARS_MAX,
  PROVIDERS_FULL,
  type ProviderOutcome,
  type ProviderSettings,
  reviseProvider,
  setUpProvider,
} from './members/providers/provider-settings.ts';
export {
  addProvider,
  changeProvider,
  findProvider,
  type IdentityProvider,
  listProviders,
  PROVIDERS_MAX,
  providersForAll,
  providersForSignIn,
  providersOfInvitation,
  removeProvider,
  secretOfProvider,
} from './members/providers/providers.ts';
export {
  isRole,
  type MemberPower,
  mayDo,
  type OperatorPower,
  type Rights,
  ROLES,
  type Role,
  scopesOf,
} from './members/roles.ts';
export {
  beginSecondFactor,
  checkCode,
  confirmSecondFactor,
  dropSecondFactor,
  renewRecoveryCodes,
  requireSecondFactor,
  requiresSecondFactor,
  resetSecondFactor,
  secondFactorOf,
  secretMark,
  unconfirmedSecret,
} from './members/second-factor/second-factor.ts';
export { totpUri } from './members/second-factor/totp.ts';
export type { SignInWay } from './members/sessions.sql.ts';
export { switchTenant, tenantsOf } from './members/switch-tenant.ts';
export { noteVerified, verifyByOperator } from './members/verification.ts';
export type { ListedGrant, OAuthClient } from './oauth/oauth.sql.ts';
export {
  ACCESS_PREFIX,
  agentOf,
  allowProgram,
  endProgram,
  findClient,
  grantableScopes,
  listPrograms,
  type ProgramActor,
  READ_SCOPES,
  redeemCode,
  refreshTokens,
  registerClient,
  revokeTokens,
  type Tokens,
  WRITE_SCOPES,
} from './oauth/oauth.ts';
export {
  type ApiKey,
  ensureMerchant,
  type MerchantRow,
  OPERATORS,
  operatorKeys,
  revokeApiKey,
  revokeApiKeys,
  validBootstrapKeys,
  visibleApiKeys,
  visibleMerchants,
} from './tenants.sql.ts';
