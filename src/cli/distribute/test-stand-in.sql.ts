/**
 * Two functions of Citus, limited to their checks of a schema: they reject the same keys, foreign
 * keys and triggers (https://docs.citusdata.com/en/stable/develop/reference_ddl.html, read on
 * 2026-11-23). Each rejection begins with `cannot distribute`.
 */
export const STAND_IN = `
  create temporary table stand_in (
    nr serial, relation regclass primary key,
    -- Null: it is everywhere.
    key_column text, key_type oid,
    -- The first of those that it is together with.
    head regclass);

  create function create_reference_table(table_name text) returns void language plpgsql as $$
  declare it constant regclass := table_name;
  begin
    if exists (select from pg_trigger where tgrelid = it and not tgisinternal) then
      raise exception 'cannot distribute %: it has triggers', it;
    end if;
    if exists (select from pg_constraint where contype = 'f' and conrelid = it and confrelid not in (
                 select s.relation from stand_in s where s.key_column is null)) then
      raise exception 'cannot distribute %: it refers to what is not everywhere', it;
    end if;
    insert into stand_in (relation) values (it);
  end $$;

  create function create_distributed_table(
    table_name text, distribution_column text, colocate_with text default 'default')
    returns void language plpgsql as $$
  declare
    it constant regclass := table_name;
    beside regclass := it;
    nr_of_key int2;
    type_of_key oid;
    odd record;
  begin
    select a.attnum, a.atttypid into nr_of_key, type_of_key from pg_attribute a
      where a.attrelid = it and a.attname = distribution_column and not a.attisdropped;
    if not found then
      raise exception 'cannot distribute %: it has no column %', it, distribution_column;
    end if;
    if exists (select from pg_trigger where tgrelid = it and not tgisinternal) then
      raise exception 'cannot distribute %: it has triggers', it;
    end if;
    for odd in select x.indexrelid::regclass as name from pg_index x
        where x.indrelid = it and (x.indisunique or x.indisexclusion)
          and not nr_of_key = any (string_to_array(x.indkey::text, ' ')::int2[]) loop
      raise exception 'cannot distribute %: % lacks %', it, odd.name, distribution_column;
    end loop;
    if colocate_with not in ('none', 'default') then
      select s.head into beside from stand_in s
        where s.relation = colocate_with::regclass and s.key_type = type_of_key;
      if not found then raise exception 'cannot distribute %: not beside %', it, colocate_with; end if;
    end if;
    insert into stand_in (relation, key_column, key_type, head)
      values (it, distribution_column, type_of_key, beside);
    -- What refers and what is referred to: everywhere, or on the same server by the same columns.
    for odd in select k.conname, k.conrelid::regclass as source from pg_constraint k
        left join stand_in s on s.relation = k.conrelid
        left join stand_in t on t.relation = k.confrelid
        where k.contype = 'f' and it in (k.conrelid, k.confrelid)
          and not (t.relation is not null and t.key_column is null)
          and not coalesce(s.head = t.head and k.confdeltype not in ('n', 'd') and exists (
            select from unnest(k.conkey, k.confkey) as c(from_nr, to_nr)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.from_nr
            join pg_attribute b on b.attrelid = k.confrelid and b.attnum = c.to_nr
            where a.attname = s.key_column and b.attname = t.key_column), false) loop
      raise exception 'cannot distribute %: foreign key % of %', it, odd.conname, odd.source;
    end loop;
  end $$;
`;
