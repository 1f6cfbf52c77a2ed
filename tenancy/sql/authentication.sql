-- Opens the scope of an organization as the member a bearer token stands for, in one round trip with plans that are
-- kept. Runs with the caller's rights: row security hides the tokens of other organizations. No row: no such
-- organization. NULL from token_id on: the organization has no such token.
CREATE OR REPLACE FUNCTION tenancy_open_as_bearer(
    organization_slug text, token_hash bytea, request_source text, request_id text
) RETURNS TABLE (
    organization_id uuid, name varchar, slug varchar, currency varchar, discount_rate numeric, created_at timestamptz,
    token_id uuid, scopes varchar[], expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz,
    role varchar, functions varchar[], is_active boolean, user_id uuid, email varchar, user_name varchar
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    found_organization tenancy_organization;
    bearer record;
BEGIN
    SELECT * INTO found_organization FROM tenancy_organization o WHERE o.slug = organization_slug;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('app.organization_id', found_organization.id::text, true),
        set_config('app.source', request_source, true),
        set_config('app.request_id', tenancy_open_as_bearer.request_id, true);
    SELECT t.id, t.scopes, t.expires_at, t.revoked_at, t.last_used_at, m.role, m.functions,
        m.is_active AND u.is_active AS is_active, u.id AS user_id, u.email, u.name
        INTO bearer
        FROM tenancy_apitoken t
        JOIN tenancy_membership m ON m.organization_id = t.organization_id AND m.id = t.membership_id
        JOIN tenancy_user u ON u.id = m.user_id
        WHERE t.organization_id = found_organization.id AND t.token_hash = tenancy_open_as_bearer.token_hash;
    PERFORM set_config('app.actor_id', coalesce(bearer.user_id::text, ''), true);
    RETURN QUERY SELECT found_organization.id, found_organization.name, found_organization.slug,
        found_organization.currency, found_organization.discount_rate, found_organization.created_at,
        bearer.id, bearer.scopes, bearer.expires_at, bearer.revoked_at, bearer.last_used_at, bearer.role,
        bearer.functions, bearer.is_active, bearer.user_id, bearer.email, bearer.name;
END
$$;

-- Opens the scope of an organization as a signed-in person. No row: no such organization. NULL role: not a member.
CREATE OR REPLACE FUNCTION tenancy_open_as_member(
    organization_slug text, person uuid, request_source text, request_id text
) RETURNS TABLE (
    organization_id uuid, name varchar, slug varchar, currency varchar, discount_rate numeric, created_at timestamptz,
    role varchar, functions varchar[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    found_organization tenancy_organization;
    member record;
BEGIN
    SELECT * INTO found_organization FROM tenancy_organization o WHERE o.slug = organization_slug;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('app.organization_id', found_organization.id::text, true),
        set_config('app.source', request_source, true),
        set_config('app.request_id', tenancy_open_as_member.request_id, true);
    SELECT m.role, m.functions, u.id AS user_id INTO member
        FROM tenancy_membership m JOIN tenancy_user u ON u.id = m.user_id
        WHERE m.organization_id = found_organization.id AND u.id = person AND m.is_active AND u.is_active;
    PERFORM set_config('app.actor_id', coalesce(member.user_id::text, ''), true);
    RETURN QUERY SELECT found_organization.id, found_organization.name, found_organization.slug,
        found_organization.currency, found_organization.discount_rate, found_organization.created_at,
        member.role, member.functions;
END
$$;

-- A person's own active memberships in every organization; row security lets these through while app.user_id is set.
CREATE OR REPLACE FUNCTION tenancy_memberships_of(person uuid)
RETURNS TABLE (organization_id uuid, name varchar, slug varchar, role varchar) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.user_id', person::text, true);
    RETURN QUERY
        SELECT o.id, o.name, o.slug, m.role
        FROM tenancy_membership m JOIN tenancy_organization o ON o.id = m.organization_id
        WHERE m.user_id = person AND m.is_active
        ORDER BY o.name, m.id;
    PERFORM set_config('app.user_id', '', true);
END
$$;
