using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>
/// What no document can declare, with its owner and privileges and in what way it is dangerous: for the list of what an import leaves out, and for reports of
/// dangers. Options of servers, user mappings and subscriptions are never read, for they hold passwords.
/// </summary>
/// <remarks>Columns: type, identity, owner, privileges, danger; of the danger a word that <c>UnmanagedFacts</c> knows, or nothing.</remarks>
internal static class UnmanagedStatements
{
    public const string Name = "unmanaged";

    /// <summary>Of all databases together; a rule that knows no such catalog yet reads none.</summary>
    public static ServerStatement Shared(int major) =>
        new(
            $"""
            select x.type, x.identity, x.owner, x.privileges, x.danger from (
            select 'tablespace' as type, spcname::text as identity, pg_get_userbyid(spcowner)::text as owner, array_to_string(spcacl, ', ') as privileges,
                   case when exists (select from aclexplode(spcacl) e where e.grantee = 0) then 'tablespace' end as danger
              from pg_tablespace where spcname not in ('pg_default', 'pg_global') or spcacl is not null
            union all
            select 'template database', datname::text, pg_get_userbyid(datdba)::text, array_to_string(datacl, ', '), 'template'
              from pg_database where datistemplate and datname not in ('template0', 'template1')
            union all
            select 'privileges on database', datname::text, pg_get_userbyid(datdba)::text, array_to_string(datacl, ', '), null
              from pg_database where datname in ('template0', 'template1')
               and (not exists (select from aclexplode(datacl) e where e.grantee = 0 and e.privilege_type = 'CONNECT')
                    or exists (select from aclexplode(datacl) e where e.grantee <> datdba and (e.grantee <> 0 or e.privilege_type <> 'CONNECT')))
            union all
            select 'tablespace of database', datname::text, null, t.spcname::text, null
              from pg_database d join pg_tablespace t on t.oid = d.dattablespace where t.spcname <> 'pg_default'
            union all
            select 'locale provider of database', datname::text, null,
                   concat_ws(' ', case to_jsonb(d) ->> 'datlocprovider' when 'i' then 'icu' else 'builtin' end,
                             coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')), null
              from pg_database d where coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') <> 'c' and not datistemplate
            union all
            select 'locale of database', datname::text, null, datcollate || ' / ' || datctype, null
              from pg_database d where datcollate <> datctype and not datistemplate
            union all
            select 'security label of ' || provider, objtype || ' ' || objname, null, null, null
              from pg_seclabels where objtype in ('database', 'role', 'tablespace')
            {(
                major < 15
                    ? ""
                    : """
                union all
                select 'privileges on parameter', p.parname, null, array_to_string(p.paracl, ', '),
                       case when exists (select from aclexplode(p.paracl) e left join pg_roles r on r.oid = e.grantee
                                          where r.rolsuper is not true
                                            and (e.privilege_type = 'ALTER SYSTEM' or e.grantee = 0 or p.parname = any (array['allow_system_table_mods',
                                                'dynamic_library_path', 'extension_control_path', 'ignore_checksum_failure', 'lo_compat_privileges',
                                                'session_preload_libraries', 'session_replication_role', 'zero_damaged_pages'])))
                            then 'parameter' end
                  from pg_parameter_acl p
                """
            )}) x
            """,
            static (row, draft) =>
                draft.Catalog.Add(new CatalogRow(Name, Enumerable.Range(0, 5).Select(i => row.Text(i) ?? "").ToEquatableArray()))
        );

    /// <param name="all">Everything, for an import; else what is dangerous, which each pass reads and which has to cost little.</param>
    public static string Of(int major, bool all) => all ? All : Dangers(major);

    // What roles of people's making were given on PostgreSQL's own objects is among the dependencies of those roles, and found by an index; what PUBLIC was given that
    // it did not get at first, by pg_init_privs. All of them scanned would cost as much as all else that is read of a database.
    private static string Dangers(int major) =>
        $"""
            select 'language', lanname::text, pg_get_userbyid(lanowner)::text, array_to_string(lanacl, ', '), 'language'
              from pg_language where lanpltrusted and (lanname in ('c', 'internal') or lanname ~ '^pl.*u$')
            union all
            select 'foreign-data wrapper', fdwname::text, pg_get_userbyid(fdwowner)::text, array_to_string(fdwacl, ', '), 'wrapper'
              from pg_foreign_data_wrapper where exists (select from aclexplode(fdwacl) e where e.grantee = 0)
            union all
            select 'foreign server', srvname::text, pg_get_userbyid(srvowner)::text, array_to_string(srvacl, ', '), 'server'
              from pg_foreign_server where exists (select from aclexplode(srvacl) e where e.grantee = 0)
            union all
            select 'user mapping', 'public on server ' || srvname::text, null, null, 'mapping' from pg_user_mappings where umuser = 0
            union all
            select 'event trigger', evtname::text, pg_get_userbyid(evtowner)::text, null, 'trigger'
              from pg_event_trigger e
             where evtenabled <> 'D' and not (select f.rolsuper from pg_proc p join pg_roles f on f.oid = p.proowner where p.oid = e.evtfoid)
            union all
            select 'subscription', subname::text, pg_get_userbyid(subowner)::text, null, {(
                major < 16 ? "'subscription'" : "case when subpasswordrequired then 'subscription' else 'passwordless' end"
            )}
              from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())
            union all
            select 'large objects', string_agg(oid::text, ', ' order by oid), owner, privileges, 'largeObject'
              from (select oid, pg_get_userbyid(lomowner)::text as owner, array_to_string(lomacl, ', ') as privileges from pg_largeobject_metadata
                     where lomacl is not null and exists (select from aclexplode(lomacl) e where e.grantee = 0 and e.privilege_type = 'UPDATE')
                     order by oid limit 20) m
             group by owner, privileges
            union all
            select 'privileges on ' || (pg_identify_object(class, oid, sub)).type, (pg_identify_object(class, oid, sub)).identity, null,
                   array_to_string(case when class = 'pg_proc'::regclass then (select proacl from pg_proc where oid = s.oid)
                                        when class = 'pg_namespace'::regclass then (select nspacl from pg_namespace where oid = s.oid)
                                        when sub > 0 then (select attacl from pg_attribute where attrelid = s.oid and attnum = sub)
                                        else (select relacl from pg_class where oid = s.oid) end, ', '), 'system'
              from (select classid as class, objid as oid, objsubid as sub from pg_shdepend
                     where dbid = (select oid from pg_database where datname = current_database()) and deptype = 'a' and objid < 16384
                       and (classid in ('pg_class'::regclass, 'pg_proc'::regclass)
                            or classid = 'pg_namespace'::regclass and (select nspname from pg_namespace where oid = objid) <> 'public')
                    union
                    select classoid, objoid, 0 from pg_init_privs
                     where objsubid = 0 and objoid < 16384 and not exists (select from aclexplode(initprivs) w where w.grantee = 0)
                       and exists (select from aclexplode(case when classoid = 'pg_proc'::regclass then (select proacl from pg_proc where oid = objoid)
                                                               when classoid = 'pg_class'::regclass then (select relacl from pg_class where oid = objoid) end) e
                                    where e.grantee = 0)) s
            """;

    /// <summary>Catalogs whose objects nothing else here tells of, with the column of their owner where they have one.</summary>
    private static readonly (string Catalog, string? Owner)[] Catalogs =
    [
        ("pg_am", null),
        ("pg_cast", null),
        ("pg_collation", "collowner"),
        ("pg_conversion", "conowner"),
        ("pg_opclass", "opcowner"),
        ("pg_operator", "oprowner"),
        ("pg_opfamily", "opfowner"),
        ("pg_policy", null),
        ("pg_statistic_ext", "stxowner"),
        ("pg_transform", null),
        ("pg_ts_config", "cfgowner"),
        ("pg_ts_dict", "dictowner"),
        ("pg_ts_parser", null),
        ("pg_ts_template", null),
    ];

    private static readonly string All = $"""
        select 'language' as type, lanname::text as identity, pg_get_userbyid(lanowner)::text as owner, array_to_string(lanacl, ', ') as privileges, null as danger
          from pg_language l
         where (l.oid >= 16384 and l.lanname <> 'plpgsql') or lanpltrusted and lanname in ('c', 'internal') or {Changed(
            "lanacl",
            "'l'",
            "lanowner"
        )}
        union all
        select 'foreign-data wrapper', fdwname::text, pg_get_userbyid(fdwowner)::text, array_to_string(fdwacl, ', '), null
          from pg_foreign_data_wrapper
        union all
        select 'foreign server', srvname::text, pg_get_userbyid(srvowner)::text, array_to_string(srvacl, ', '), null
          from pg_foreign_server
        union all
        select 'user mapping', case when umuser = 0 then 'public' else usename::text end || ' on server ' || srvname::text, null, null, null
          from pg_user_mappings
        union all
        select 'event trigger', evtname::text, pg_get_userbyid(evtowner)::text, null, null
          from pg_event_trigger e
         where not exists (select from pg_depend x where x.classid = 'pg_event_trigger'::regclass and x.objid = e.oid and x.deptype = 'e')
        union all
        select 'subscription', subname::text, pg_get_userbyid(subowner)::text, null, null
          from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())
        union all
        select 'large objects', string_agg(oid::text, ', ' order by oid) filter (where n <= 20) || case when count(*) > 20 then ' ...' else '' end,
               owner, privileges, null
          from (select m.*, row_number() over (partition by owner, privileges order by oid) as n
                  from (select oid, pg_get_userbyid(lomowner)::text as owner, coalesce(array_to_string(lomacl, ', '), '') as privileges from pg_largeobject_metadata) m) l
         group by owner, privileges
        union all
        select 'privileges on ' || (i).type, (i).identity, null, array_to_string(acl, ', '), null
          from (select pg_identify_object('pg_class'::regclass, c.oid, 0) as i, c.relacl as acl, c.relowner as owner, coalesce(p.initprivs,
                       case when n.nspname = 'information_schema' then acldefault('r', c.relowner) || makeaclitem(0::oid, c.relowner, 'SELECT', false)
                            else acldefault('r', c.relowner) end) as was
                  from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  left join pg_init_privs p on p.classoid = 'pg_class'::regclass and p.objoid = c.oid and p.objsubid = 0
                 where c.oid < 16384 and c.relacl is not null
                union all
                select pg_identify_object('pg_proc'::regclass, f.oid, 0), f.proacl, f.proowner, coalesce(p.initprivs, acldefault('f', f.proowner))
                  from pg_proc f left join pg_init_privs p on p.classoid = 'pg_proc'::regclass and p.objoid = f.oid and p.objsubid = 0
                 where f.oid < 16384 and f.proacl is not null
                union all
                select pg_identify_object('pg_class'::regclass, a.attrelid, a.attnum), a.attacl, c.relowner, coalesce(p.initprivs, acldefault('c', c.relowner))
                  from pg_attribute a join pg_class c on c.oid = a.attrelid
                  left join pg_init_privs p on p.classoid = 'pg_class'::regclass and p.objoid = a.attrelid and p.objsubid = a.attnum
                 where a.attrelid < 16384 and a.attacl is not null
                union all
                select pg_identify_object('pg_namespace'::regclass, n.oid, 0), n.nspacl, n.nspowner, coalesce(p.initprivs,
                       acldefault('n', n.nspowner) || makeaclitem(0::oid, n.nspowner, 'USAGE', false))
                  from pg_namespace n left join pg_init_privs p on p.classoid = 'pg_namespace'::regclass and p.objoid = n.oid and p.objsubid = 0
                 where n.nspname in ('pg_catalog', 'information_schema') and n.nspacl is not null) s
         where acl <> was
        union all
        select (i).type, (i).identity, case when owner is not null then pg_get_userbyid(owner)::text end, array_to_string(acl, ', '), null
          from (select pg_identify_object(class, o.oid, 0) as i, owner, acl
                  from ({string.Join(" union all ", Catalogs.Select(Catalog))}
                        union all
                        select 'pg_type'::regclass::oid, t.oid, t.typowner, t.typacl
                          from pg_type t left join pg_class c on c.oid = t.typrelid
                         where t.typtype <> 'm' and (t.typrelid = 0 or c.relkind = 'c') and not (t.typelem <> 0 and t.typlen = -1)
                           and (t.oid >= 16384 or t.typacl is not null)) o
                 where not exists (select from pg_depend x where x.classid = class and x.objid = o.oid and x.deptype in ('e', 'i'))) s
        union all
        select 'security label of ' || provider, objtype || ' ' || objname, null, null, null
          from pg_seclabels where objtype not in ('database', 'role', 'tablespace')
        union all
        select 'extension member', coalesce(c.relname, quote_ident(f.proname) || '(' || pg_get_function_identity_arguments(f.oid) || ')'), n.nspname::text,
               case when f.oid is null then 'relation' else 'function' end, null
          from pg_depend d left join pg_init_privs p on p.classoid = d.classid and p.objoid = d.objid and p.objsubid = 0
          left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
          left join pg_proc f on d.classid = 'pg_proc'::regclass and f.oid = d.objid
          join pg_namespace n on n.oid = coalesce(c.relnamespace, f.pronamespace)
         where d.deptype = 'e' and n.nspname <> 'pg_catalog' and coalesce(c.relacl, f.proacl) is not distinct from p.initprivs
        union all
        select 'owner of ' || case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end || 's',
               n.nspname::text, pg_get_userbyid(c.relowner)::text, count(*)::text, null
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname <> 'pggitops' and n.nspname !~ '^pg_(toast|temp)'
           and not exists (select from pg_depend x where x.classid = 'pg_class'::regclass and x.objid = c.oid and x.deptype = 'e')
         group by 1, 2, 3
        union all
        select 'owner of functions', n.nspname::text, pg_get_userbyid(f.proowner)::text, count(*)::text, null
          from pg_proc f join pg_namespace n on n.oid = f.pronamespace
         where f.oid >= 16384 and not exists (select from pg_depend x where x.classid = 'pg_proc'::regclass and x.objid = f.oid and x.deptype = 'e')
         group by 1, 2, 3
        """;

    private static string Catalog((string Catalog, string? Owner) of) =>
        $"select '{of.Catalog}'::regclass::oid as class, oid, {of.Owner ?? "null::oid"} as owner, null::aclitem[] as acl from {of.Catalog} where oid >= 16384";

    private static string Changed(string acl, string kind, string owner) =>
        $"({acl} is not null and exists (select * from aclexplode({acl}) except select * from aclexplode(acldefault({kind}, {owner})) union all (select * from aclexplode(acldefault({kind}, {owner})) except select * from aclexplode({acl}))))";
}
