-- People who operate the hub, for all merchants. Their sessions, and those of operators' keys, are
-- member_sessions like everyone's; only the version before uses operator_sessions.
create table operators (
  user_id uuid primary key references users on delete cascade,
  power text not null check (power in ('read', 'write')),
  created_at timestamptz not null
);
call waybill_protect_internal('operators');

-- An operator saves views of merchants they are no member of.
alter table desk_views
  drop constraint desk_views_user_id_merchant_id_fkey,
  add foreign key (user_id) references users on delete cascade;
