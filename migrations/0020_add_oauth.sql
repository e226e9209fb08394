-- Programs, such as assistants, that members let use /mcp (OAuth 2.1). Anybody may register one, so
-- what it says about itself is not trusted.
create table oauth_clients (
  id uuid primary key,
  name text not null,
  redirect_uris text[] not null,
  created_at timestamptz not null
);
create index oauth_clients_by_age on oauth_clients (created_at);
call waybill_protect_internal('oauth_clients');

-- What a member, or the holder of a key that opens the console, allowed a program to do for them
-- with one merchant and mode. What the member's role no longer permits, the program may not either.
create table oauth_grants (
  id uuid primary key,
  client_id uuid not null references oauth_clients on delete cascade,
  user_id uuid references users on delete cascade,
  api_key_id uuid references api_keys on delete cascade,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  scopes text[] not null,
  -- Whether the consent said so. A right that the member gets later does not reach old programs.
  sees_people boolean not null,
  -- How the member had signed in, as in member_sessions: it limits the program as it did them.
  provider_id uuid references identity_providers on delete cascade,
  vouched boolean not null,
  -- The address that its tokens are for, and those that its code was asked for with.
  resource text not null,
  redirect_uri text not null,
  code_challenge text not null,
  created_at timestamptz not null,
  -- Put off whenever a token is refreshed.
  expires_at timestamptz not null,
  check (num_nonnulls(user_id, api_key_id) = 1)
);
create index oauth_grants_by_client on oauth_grants (client_id);
create index oauth_grants_by_user on oauth_grants (user_id);
create index oauth_grants_by_key on oauth_grants (api_key_id);
create index oauth_grants_by_provider on oauth_grants (provider_id, user_id);
create index oauth_grants_by_end on oauth_grants (expires_at);
call waybill_protect_internal('oauth_grants');

-- Codes and tokens, only hashed. One that was used stays until its end: if it is used again later, it
-- was stolen, and the grant ends.
create table oauth_tokens (
  token_hash bytea primary key,
  grant_id uuid not null references oauth_grants on delete cascade,
  kind text not null check (kind in ('code', 'access', 'refresh')),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index oauth_tokens_by_grant on oauth_tokens (grant_id);
create index oauth_tokens_by_end on oauth_tokens (expires_at);
call waybill_protect_internal('oauth_tokens');

-- down
drop table oauth_tokens;
drop table oauth_grants;
drop table oauth_clients;
